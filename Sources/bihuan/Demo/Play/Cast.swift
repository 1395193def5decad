import BihuanDomain

/// Who acts: finds an officer of a unit with a post that the rules allow, several of them by turns.
struct Cast: Sendable {
    struct Player: Sendable, Hashable {
        var login: String
        var post: DemoOfficer.Post
    }

    private let players: [String: [Player]]
    private var turns: [String: Int] = [:]

    init(_ officers: [DemoOfficer]) {
        let all = officers.flatMap { officer in officer.posts.map { Player(login: officer.login, post: $0) } }
        self.players = Dictionary(grouping: all, by: \.post.unit)
    }

    /// The officer of `unit` for a verb; nil when none of its posts may use it.
    ///
    /// - Parameter wanted: the post to take if the unit has it; else the one that usually does this.
    mutating func player(_ verb: Verb, in unit: String, wanted: PostRole?) -> Player? {
        let able = (self.players[unit] ?? []).filter { verb.roles.contains($0.post.role) }
        for role in [wanted].compactMap(\.self) + Self.usual(verb) {
            let fit = able.filter { $0.post.role == role }
            guard !fit.isEmpty else { continue }
            let key = "\(unit) \(role.rawValue)"
            let turn = self.turns[key, default: 0]
            self.turns[key] = turn + 1
            return fit[turn % fit.count]
        }
        return nil
    }

    /// Posts in the order in which they are asked first.
    private static func usual(_ verb: Verb) -> [PostRole] {
        switch verb {
        case .feedBack, .reply: [.handler, .dispatcher, .leader]
        case .accept, .sendBack: [.reviewer, .dispatcher]
        case .register: [.duty, .dispatcher]
        case .urge: [.duty, .dispatcher, .reviewer, .leader]
        case .grade, .conclude, .dismiss, .reopen, .assign, .receive, .return, .recall, .forward, .supervise, .lift,
            .uphold, .raise, .file, .askExtension, .observe, .warn, .respond, .comment, .addTask, .finishTask,
            .dropTask, .attachLead, .detachLead, .merge, .unmerge:
            [.dispatcher, .handler, .leader, .duty]
        case .pause, .resume, .grantExtension, .refuseExtension, .replan, .issueWarning, .declineWarning, .liftWarning,
            .arbitrate, .refer, .answerReferral, .waiveReferral,
            .recuse, .liftRecusal, .restrict, .revealContact,
            .engageExpert, .endGuidance:
            [.leader, .dispatcher]
        case .dispute, .withdraw: [.handler, .dispatcher]
        case .visit: [.duty, .dispatcher]
        }
    }
}
