import BihuanStore
import Logging

/// Carries out commands: what concerns the session itself here, everything else at the store.
///
/// It translates and decides nothing: who may do what, and what is there to see, is the store's to say.
struct LineDispatcher: Sendable {
    let configuration: LineServerConfiguration
    let registry: SessionRegistry
    let store: Store
    let logger: Logger

    /// The first line of a session. A mapped account of this machine is logged in before it has said a word.
    func greet(_ session: inout LineSession) async -> LineAnswer {
        if session.osUser != nil { _ = await self.logInPeer(&session) }
        return LineAnswer(LineReply(.ready, text: "\(self.implementation) \(self.configuration.name) ready"))
    }

    /// The last thing: nobody goes on acting under a connection that is gone.
    func farewell(_ session: inout LineSession) async {
        guard let logIn = session.logIn else { return }
        session.logIn = nil
        await self.logOut(logIn.token)
    }

    func answer(_ command: LineCommand, _ session: inout LineSession) async -> LineAnswer {
        guard command.spec.needsLogIn else { return await self.answerAnybody(command, &session) }
        guard let logIn = session.logIn else {
            return LineAnswer(session.reply(.logInFirst, Phrase(zh: "请先登录", en: "log in first")))
        }
        do throws(DeskError) {
            return try await self.answer(command, logIn, session)
        } catch {
            return LineAnswer(self.refuse(command.spelled(error), about: command.kindOfObject, &session))
        }
    }

    /// Commands that need no log-in.
    private func answerAnybody(_ command: LineCommand, _ session: inout LineSession) async -> LineAnswer {
        switch command.verb {
        case .capabilities: LineAnswer(self.capabilities(session))
        case .help: LineAnswer(self.help(command, session))
        case .date: LineAnswer(self.date())
        case .modeReader:
            LineAnswer(session.reply(.readyReadOnly, Phrase(zh: "不能发文", en: "posting not permitted")))
        case .quit: LineAnswer(session.reply(.goodbye, Phrase(zh: "再见 bye", en: "bye")), next: .close)
        case .startTLS: self.startTLS(session)
        case .authUser: LineAnswer(self.authUser(command, &session))
        case .authPass: await self.authPass(command, &session)
        case .authSASL: await self.authSASL(command, &session)
        case .set: LineAnswer(self.set(command, &session))
        default: LineAnswer(self.article(command, session))
        }
    }

    /// Commands of somebody who is logged in.
    private func answer(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineAnswer {
        switch command.verb {
        case .whoAmI: LineAnswer(try await self.whoAmI(command, logIn, session))
        case .listActive: LineAnswer(try await self.listActive(command, logIn, session))
        case .listNewsgroups: LineAnswer(try await self.listNewsgroups(command, logIn, session))
        case .listUnits: LineAnswer(try await self.listUnits(command, logIn, session))
        case .listCases: LineAnswer(try await self.listCases(command, logIn, session))
        case .listClocks where command["state"] != nil:
            LineAnswer(try await self.listAsideClocks(command, logIn, session))
        case .listClocks: LineAnswer(try await self.listClocks(command, logIn, session))
        case .listWork: LineAnswer(try await self.listWork(command, logIn, session))
        case .caseShow: LineAnswer(try await self.show(command, logIn, session))
        case .caseTrace: LineAnswer(try await self.trace(command, logIn, session))
        case .listOutbox: LineAnswer(try await self.listOutbox(command, logIn, session))
        case .clockRetry: LineAnswer(try await self.retryClocks(command, logIn, session))
        case .outboxRetry: LineAnswer(try await self.retryOutbox(command, logIn, session))
        case .clockWhy: LineAnswer(try await self.why(command, logIn, session))
        case .caseProposal: LineAnswer(try await self.proposal(command, logIn, session))
        case .listGradings: LineAnswer(try await self.listGradings(command, logIn, session))
        case .listSpread: LineAnswer(try await self.listSpread(command, logIn, session))
        case .listWarnings: LineAnswer(try await self.listWarnings(command, logIn, session))
        case .warningShow: LineAnswer(try await self.showWarning(command, logIn, session))
        case .listTasks: LineAnswer(try await self.listTasks(command, logIn, session))
        case .caseSimilar, .leadSimilar: LineAnswer(try await self.similar(command, logIn, session))
        case .listLeads: LineAnswer(try await self.listLeads(command, logIn, session))
        case .summary: LineAnswer(try await self.summary(command, logIn, session))
        case .disputeShow: LineAnswer(try await self.showDispute(command, logIn, session))
        case .listDisputes: LineAnswer(try await self.listDisputes(command, logIn, session))
        case .referralShow: LineAnswer(try await self.showReferral(command, logIn, session))
        case .listReferrals: LineAnswer(try await self.listReferrals(command, logIn, session))
        case .health: LineAnswer(await self.health(command, logIn, session))
        case .unitShow: LineAnswer(try await self.showUnit(command, logIn, session))
        case .listChanges: LineAnswer(try await self.listChanges(command, logIn, session))
        case .listPosts: LineAnswer(try await self.listPosts(command, logIn, session))
        case .unitAdd, .unitRename, .unitMove, .unitMerge, .unitClose, .unitSplit, .unitHandOver:
            LineAnswer(try await self.changeUnit(command, logIn, session))
        case .officerAdd, .officerLock, .officerUnlock, .officerReset, .officerPost, .officerEndPost:
            try await self.changeOfficer(command, logIn, session)
        case .caseRoute: LineAnswer(try await self.route(command, logIn, session))
        case .listRouting: LineAnswer(try await self.listRouting(command, logIn, session))
        case .routePreview: try await self.previewRoute(command, logIn, session)
        case .expertShow: LineAnswer(try await self.showExpert(command, logIn, session))
        case .bulk: try await self.bulk(command, logIn, session)
        case .listRecusals: LineAnswer(try await self.listRecusals(command, logIn, session))
        case .listReads: LineAnswer(try await self.listReads(command, logIn, session))
        case .listContacts: LineAnswer(try await self.listContacts(command, logIn, session))
        case .contactReveal: LineAnswer(try await self.revealContact(command, logIn, session))
        case .listEscalated: LineAnswer(try await self.listEscalated(command, logIn, session))
        case .listUrges: LineAnswer(try await self.listUrges(command, logIn, session))
        case .listLiaisons: LineAnswer(try await self.listLiaisons(command, logIn, session))
        case .listExperts: LineAnswer(try await self.listExperts(command, logIn, session))
        case .listSupplies: LineAnswer(try await self.listSupplies(command, logIn, session))
        case .dutyShow: LineAnswer(try await self.showDuty(command, logIn, session))
        case .dutyTests: LineAnswer(try await self.listDutyTests(command, logIn, session))
        case .dutyResult: LineAnswer(try await self.showDutyTest(command, logIn, session))
        case .dutySet, .dutyTest, .dutyAck, .liaisonSet, .liaisonEnd, .expertSet, .supplySet, .supplyInspect:
            LineAnswer(try await self.keep(command, logIn, session))
        default: try await self.step(command, logIn, session)
        }
    }

    /// The reply to a refusal; a session that has ended in the database has ended here too.
    func refuse(_ error: DeskError, about kind: String, _ session: inout LineSession) -> LineReply {
        switch error {
        case .unauthenticated:
            session.logIn = nil
            self.registry.logOut(session.number)
        case .unavailable(let why):
            self.logger.error("Line command failed", metadata: ["session": "\(session.name)", "error": "\(why)"])
        case .refused, .notFound, .stale, .keyReused, .busy, .overloaded, .noPlan, .outcomeUnknown:
            break
        }
        return LineReply(error, about: kind, in: session.language)
    }

    var implementation: String { "bihuan \(self.configuration.version)" }
}
