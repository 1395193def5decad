import Logging

/// One line of log for every command, reads too: who, from where, what, the answer, how long.
///
/// What people wrote is told by its length, and what follows AUTHINFO not at all.
struct CommandLog: Sendable {
    let logger: Logger

    func answered(_ command: LineCommand, _ code: ReplyCode, _ took: Duration, _ session: LineSession) {
        var metadata = self.who(session)
        metadata["verb"] = "\(command.verb.rawValue)"
        if !command.loggable.isEmpty { metadata["arguments"] = "\(command.loggable)" }
        metadata["code"] = "\(code.rawValue)"
        metadata["milliseconds"] = "\(Self.milliseconds(took))"
        self.logger.info("Line command", metadata: metadata)
    }

    /// The line itself is not written: it may be a password in the wrong place.
    func refused(_ fault: GrammarFault, _ session: LineSession) {
        var metadata = self.who(session)
        metadata["rule"] = "\(fault.rule.rawValue)"
        self.logger.info("Line refused", metadata: metadata)
    }

    func opened(_ session: LineSession) {
        self.logger.info("Line session opened", metadata: self.who(session))
    }

    func closed(_ session: LineSession) {
        self.logger.info("Line session closed", metadata: self.who(session))
    }

    private func who(_ session: LineSession) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["session": "\(session.name)", "peer": "\(session.peer)"]
        if let logIn = session.logIn { metadata["user"] = "\(logIn.user)" }
        return metadata
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        let parts = duration.components
        return Int(parts.seconds) * 1_000 + Int(parts.attoseconds / 1_000_000_000_000_000)
    }
}
