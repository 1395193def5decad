/// Everything the line door can be told to do, spelled as on the wire.
package enum LineVerb: String, Sendable, CaseIterable {
    // RFC 3977, 4642 and 4643.
    case capabilities = "CAPABILITIES"
    case help = "HELP"
    case date = "DATE"
    case modeReader = "MODE READER"
    case head = "HEAD"
    case stat = "STAT"
    case quit = "QUIT"
    case startTLS = "STARTTLS"
    case authUser = "AUTHINFO USER"
    case authPass = "AUTHINFO PASS"
    case authSASL = "AUTHINFO SASL"
    case listActive = "LIST ACTIVE"
    case listNewsgroups = "LIST NEWSGROUPS"

    // The session.
    case whoAmI = "WHOAMI"
    case set = "SET"

    // Looking.
    case listUnits = "LIST UNITS"
    case listCases = "LIST CASES"
    case listClocks = "LIST CLOCKS"
    case listWork = "LIST WORK"
    case listOutbox = "LIST OUTBOX"
    case caseShow = "CASE SHOW"
    case caseTrace = "CASE TRACE"
    case caseProposal = "CASE PROPOSAL"
    case listGradings = "LIST GRADINGS"
    case listSpread = "LIST SPREAD"
    case listWarnings = "LIST WARNINGS"
    case warningShow = "WARNING SHOW"
    case summary = "SUMMARY"
    case health = "HEALTH"

    // Operations.
    case clockRetry = "CLOCK RETRY"
    case outboxRetry = "OUTBOX RETRY"

    // The loop (design: verbs of case, assignment and supervision order).
    case caseRegister = "CASE REGISTER"
    case caseGrade = "CASE GRADE"
    case caseAssign = "CASE ASSIGN"
    case caseReceive = "CASE RECEIVE"
    case caseReturn = "CASE RETURN"
    case caseRecall = "CASE RECALL"
    case caseForward = "CASE FORWARD"
    case caseFeedback = "CASE FEEDBACK"
    case caseAccept = "CASE ACCEPT"
    case caseSendBack = "CASE SENDBACK"
    case caseConclude = "CASE CONCLUDE"
    case caseDismiss = "CASE DISMISS"
    case caseReopen = "CASE REOPEN"
    case caseUrge = "CASE URGE"
    case caseSupervise = "CASE SUPERVISE"
    case caseReply = "CASE REPLY"
    case caseLift = "CASE LIFT"
    case caseUphold = "CASE UPHOLD"
    case caseRaise = "CASE RAISE"
    case caseFile = "CASE FILE"
    case caseSpread = "CASE SPREAD"
    case caseReplan = "CASE REPLAN"
    case caseWarn = "CASE WARN"
    case warningIssue = "WARNING ISSUE"
    case warningDecline = "WARNING DECLINE"
    case warningRespond = "WARNING RESPOND"
    case warningLift = "WARNING LIFT"
    case clockWhy = "CLOCK WHY"
    case clockPause = "CLOCK PAUSE"
    case clockResume = "CLOCK RESUME"
    case clockExtend = "CLOCK EXTEND"
    case clockGrant = "CLOCK GRANT"
    case clockRefuse = "CLOCK REFUSE"
    case caseEngage = "CASE ENGAGE"

    // Who is to be reached, and what there is.
    case listEscalated = "LIST ESCALATED"
    case listUrges = "LIST URGES"
    case listContacts = "LIST CONTACTS"
    case listExperts = "LIST EXPERTS"
    case listSupplies = "LIST SUPPLIES"
    case dutyShow = "DUTY SHOW"
    case dutySet = "DUTY SET"
    case dutyTest = "DUTY TEST"
    case dutyTests = "DUTY TESTS"
    case dutyResult = "DUTY RESULT"
    case dutyAck = "DUTY ACK"
    case contactSet = "CONTACT SET"
    case contactEnd = "CONTACT END"
    case expertSet = "EXPERT SET"
    case supplySet = "SUPPLY SET"
    case supplyInspect = "SUPPLY INSPECT"

    /// First words that take a second one.
    package static let families: Set<String> = Set(
        LineVerb.allCases.compactMap { verb in
            let words = verb.rawValue.split(separator: " ")
            return words.count == 2 ? String(words[0]) : nil
        }
    )
}
