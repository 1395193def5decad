import Foundation

extension LineDispatcher {
    /// RFC 3977 §5.2. No READER: there are no articles to read.
    func capabilities(_ session: LineSession) -> LineReply {
        var lines = [
            "VERSION 2",
            "IMPLEMENTATION \(self.implementation)",
            "LIST ACTIVE NEWSGROUPS UNITS CASES CLOCKS WORK OUTBOX",
        ]
        if session.canSecure { lines.append("STARTTLS") }
        if session.logIn == nil, session.isPrivate {
            lines.append("AUTHINFO USER SASL")
            lines.append(session.osUser == nil ? "SASL PLAIN" : "SASL PLAIN EXTERNAL")
        }
        lines.append("XBIHUAN 1 LINE=\(LineLimits.line) BLOCK=\(LineLimits.block) OUT=\(LineLimits.output)")
        lines.append("XJSON 1")
        return session.block(.capabilities, Phrase(zh: "capability list", en: "capability list"), .lines(lines))
    }

    /// All commands, those of one family, or one.
    func help(_ command: LineCommand, _ session: LineSession) -> LineReply {
        let wanted = [command["verb"], command["second"]].compactMap { $0?.uppercased() }
        let specs = CommandTable.all.filter { spec in
            spec.verb.rawValue.split(separator: " ").map(String.init).starts(with: wanted)
        }
        guard !specs.isEmpty else {
            return session.reply(.noSuchObject, ["verb"], Phrase(zh: "没有这个命令", en: "no such command"))
        }
        let lines = specs.flatMap { spec in
            [spec.usage, "    \(spec.summary.text(in: session.language))"]
        }
        return session.block(.help, Phrase(zh: "help 用法如下", en: "help"), .lines(lines))
    }

    func date() -> LineReply {
        LineReply(.date, [CityTime.utc.compact(Date())])
    }

    /// RFC 3977 makes HEAD and STAT mandatory; there is nothing behind them.
    func article(_ command: LineCommand, _ session: LineSession) -> LineReply {
        if command["article"]?.utf8.first == UInt8(ascii: "<") {
            return session.reply(.noSuchArticle, Phrase(zh: "没有这篇文章", en: "no such article"))
        }
        return session.reply(.noGroupSelected, Phrase(zh: "没有选定的组", en: "no newsgroup selected"))
    }

    func set(_ command: LineCommand, _ session: inout LineSession) -> LineReply {
        if let language = command["lang"].flatMap({ Language(rawValue: $0) }) { session.language = language }
        if let format = command.format { session.format = format }
        return session.reply(.done, Phrase(zh: "已设定", en: "set"))
    }

    /// RFC 4642: not twice, not where there is nothing to overhear, not after a log-in.
    func startTLS(_ session: LineSession) -> LineAnswer {
        guard session.canSecure, session.logIn == nil else {
            return LineAnswer(session.reply(.unavailable, Phrase(zh: "此连接不能再加密", en: "TLS cannot begin here")))
        }
        return LineAnswer(session.reply(.beginTLS, Phrase(zh: "begin TLS", en: "begin TLS")), next: .secure)
    }
}

extension LineSession {
    /// The account of this machine at the other end, on the Unix socket.
    var osUser: String? {
        if case .local(_, _, let osUser) = self.peer { osUser } else { nil }
    }
}
