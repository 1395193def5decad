import BihuanDomain
import BihuanStore
import Foundation
import Logging

/// AUTHINFO (RFC 4643).
extension LineDispatcher {
    func authUser(_ command: LineCommand, _ session: inout LineSession) -> LineReply {
        if let refusal = self.refusal(session) { return refusal }
        session.pendingUser = command.rest
        return session.reply(.sendPassword, Phrase(zh: "口令", en: "password"))
    }

    func authPass(_ command: LineCommand, _ session: inout LineSession) async -> LineAnswer {
        if let refusal = self.refusal(session) { return LineAnswer(refusal) }
        guard let user = session.pendingUser else {
            return LineAnswer(session.reply(.outOfSequence, Phrase(zh: "先报账号", en: "name the account first")))
        }
        session.pendingUser = nil
        return await self.logIn(user, command.rest, &session)
    }

    /// `AUTHINFO SASL mechanism [initial-response]`; `=` is an empty one (RFC 4643 §2.4.2).
    func authSASL(_ command: LineCommand, _ session: inout LineSession) async -> LineAnswer {
        if let refusal = self.refusal(session) { return LineAnswer(refusal) }
        let words = command.rest.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        guard let mechanism = words.first?.uppercased(), words.count <= 2,
            mechanism == "PLAIN" || mechanism == "EXTERNAL" && session.osUser != nil
        else {
            return LineAnswer(
                session.reply(.unsupportedOption, Phrase(zh: "不支持该机制", en: "mechanism not supported")))
        }
        if words.count == 2 { return await self.authenticate(mechanism, words[1], &session) }
        return LineAnswer(
            LineReply(.challenge, ["="]),
            next: .response { response, session in
                guard response != "*" else {
                    return LineAnswer(session.reply(.logInFailed, Phrase(zh: "已取消", en: "cancelled")))
                }
                return await self.authenticate(mechanism, response, &session)
            }
        )
    }

    /// Logs the account of this machine in, if it is mapped to an operator; nil otherwise.
    func logInPeer(_ session: inout LineSession) async -> LineAnswer? {
        guard let osUser = session.osUser, let secret = self.configuration.peerSecret else { return nil }
        do throws(DeskError) {
            let login = try await self.store.gate.logInPeer(osUser: osUser, secret: secret)
            return try await self.welcome(login.token, &session)
        } catch {
            return nil
        }
    }

    func logOut(_ token: String) async {
        do throws(DeskError) {
            try await self.store.gate.logOut(token)
        } catch {
            // A session that has ended already needs no ending. Any other stays open until its time is over.
            if case .unauthenticated = error { return }
            self.logger.warning("A session could not be ended", metadata: ["error": "\(error)"])
        }
    }

    private func authenticate(
        _ mechanism: String, _ response: String, _ session: inout LineSession
    ) async -> LineAnswer {
        guard let data = response == "=" ? Data() : Data(base64Encoded: response) else {
            return LineAnswer(session.reply(.badBase64, Phrase(zh: "不是 base64", en: "not base64")))
        }
        if mechanism == "EXTERNAL" {
            // An authorization identity would be somebody else's.
            guard data.isEmpty, let answer = await self.logInPeer(&session) else { return await self.failed(&session) }
            return answer
        }
        // RFC 4616: authzid NUL authcid NUL password. Acting for somebody else is not a thing here.
        let parts = data.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let name = String(validating: parts[1], as: UTF8.self),
            let password = String(validating: parts[2], as: UTF8.self), !password.utf8.contains(0),
            parts[0].isEmpty || parts[0].elementsEqual(parts[1])
        else { return await self.failed(&session) }
        return await self.logIn(name, password, &session)
    }

    private func logIn(_ user: String, _ password: String, _ session: inout LineSession) async -> LineAnswer {
        do throws(DeskError) {
            let login = try await self.store.gate.logIn(
                name: user, password: password, via: .line, from: session.source)
            return try await self.welcome(login.token, &session)
        } catch {
            // Only a wrong name or password is the client's failure.
            if case .unauthenticated = error { return await self.failed(&session) }
            return LineAnswer(self.refuse(error, about: "account", &session))
        }
    }

    /// Makes the session that officer's, unless the officer has too many.
    private func welcome(_ token: String, _ session: inout LineSession) async throws(DeskError) -> LineAnswer {
        let me = try await self.store.queries.me(token)
        let user = "\(me.login)@\(me.city)"
        guard self.registry.logIn(session.number, as: user) else {
            await self.logOut(token)
            let phrase = Phrase(zh: "该账号的会话已满", en: "this account has too many sessions")
            return LineAnswer(session.reply(.closing, phrase), next: .close)
        }
        session.logIn = LineSession.LogIn(
            user: user, token: token, time: CityTime(offsetMinutes: me.offset.minutes))
        session.failedLogIns = 0
        let phrase = Phrase(
            zh: "欢迎 \(me.name), \(me.unit.name)\(me.role.label)",
            en: "welcome \(user), \(me.role.rawValue) of \(me.unit.label)")
        return LineAnswer(session.reply(.loggedIn, phrase))
    }

    /// Each failure costs twice the time of the one before; which half was wrong is not said.
    private func failed(_ session: inout LineSession) async -> LineAnswer {
        session.failedLogIns += 1
        let wait = self.configuration.backOff * (1 << (session.failedLogIns - 1))
        try? await Task.sleep(for: wait)
        guard session.failedLogIns < self.configuration.failedLogIns else {
            let phrase = Phrase(zh: "登录失败次数过多", en: "too many failed log-ins")
            return LineAnswer(session.reply(.closing, phrase), next: .close)
        }
        return LineAnswer(session.reply(.logInFailed, Phrase(zh: "账号或口令不对", en: "log-in failed")))
    }

    private func refusal(_ session: LineSession) -> LineReply? {
        if session.logIn != nil { return session.reply(.unavailable, Phrase(zh: "已登录", en: "already logged in")) }
        guard session.isPrivate else {
            return session.reply(.encryptionFirst, Phrase(zh: "先建立加密连接 TLS required", en: "TLS required"))
        }
        return nil
    }
}
