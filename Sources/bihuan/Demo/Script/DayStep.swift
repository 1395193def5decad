import BihuanDomain

/// One step of a way: who does what, how long after the step before.
struct DayStep: Sendable, Hashable, Decodable {
    /// What is done: a verb of the product, where `interim` and `final` tell the two kinds of feed_back apart, and `guide` is
    /// an assignment to the department that guides.
    enum Deed: String, Sendable, Hashable, Decodable, CaseIterable {
        case grade, assign, receive, `return`, recall, forward, interim, final, accept
        case sendBack = "send_back"
        case urge, supervise, reply, lift, uphold, raise, dismiss, conclude, reopen, file
        case guide, comment, dispute, arbitrate, refer
        case answerReferral = "answer_referral"

        var verb: Verb {
            switch self {
            case .interim, .final: .feedBack
            case .sendBack: .sendBack
            case .grade: .grade
            case .assign, .guide: .assign
            case .receive: .receive
            case .return: .return
            case .recall: .recall
            case .forward: .forward
            case .accept: .accept
            case .urge: .urge
            case .supervise: .supervise
            case .reply: .reply
            case .lift: .lift
            case .uphold: .uphold
            case .raise: .raise
            case .dismiss: .dismiss
            case .conclude: .conclude
            case .reopen: .reopen
            case .file: .file
            case .comment: .comment
            case .dispute: .dispute
            case .arbitrate: .arbitrate
            case .refer: .refer
            case .answerReferral: .answerReferral
            }
        }
    }

    /// Whose officer acts, or whose order a step is about: the city bureau, the unit assigned, its station, or the department
    /// of the category, which guides.
    enum Actor: String, Sendable, Hashable, Decodable {
        case city, unit, station, department
    }

    enum Aim: String, Sendable, Hashable, Decodable {
        /// The unit that the case belongs to.
        case own
        /// A district that it does not belong to.
        case other
    }

    enum Door: String, Sendable, Hashable, Decodable {
        case json, line
    }

    /// The step again and again: how often more, and the delay between, by level.
    struct Repeat: Sendable, Hashable, Decodable {
        var times: [String: Int]
        var every: [String: MinuteRange]

        private enum CodingKeys: String, CodingKey, CaseIterable { case times, every }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.times = try container.decode([String: Int].self, forKey: .times)
            self.every = try container.decode([String: MinuteRange].self, forKey: .every)
        }
    }

    var deed: Deed
    var by: Actor
    /// The post that acts; nil: the one that usually does.
    var post: PostRole?
    var to: Aim?
    var door: Door
    var about: Actor?
    /// What is filed: a form of the plan, with its fields; of a final feedback what its form asks besides.
    var form: String?
    var fields: [String: String]
    var again: Repeat?
    /// A step that follows each time this one is taken.
    var followedBy: [DayStep]
    private var after: MinuteRange?
    private var exactly: [String: MinuteRange]

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case deed = "do"
        case by, post, to, about, form, fields, after, exactly
        case door = "via"
        case again = "repeat"
        case followedBy = "followed_by"
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.deed = try container.decode(Deed.self, forKey: .deed)
        self.by = try container.decode(Actor.self, forKey: .by)
        self.post = try container.decodeIfPresent(PostRole.self, forKey: .post)
        self.to = try container.decodeIfPresent(Aim.self, forKey: .to)
        self.door = try container.decodeIfPresent(Door.self, forKey: .door) ?? .json
        self.about = try container.decodeIfPresent(Actor.self, forKey: .about)
        self.form = try container.decodeIfPresent(String.self, forKey: .form)
        self.fields = try container.decodeIfPresent([String: String].self, forKey: .fields) ?? [:]
        self.again = try container.decodeIfPresent(Repeat.self, forKey: .again)
        self.followedBy = try container.decodeIfPresent(DayStep.self, forKey: .followedBy).map { [$0] } ?? []
        self.after = try container.decodeIfPresent(MinuteRange.self, forKey: .after)
        self.exactly = try container.decodeIfPresent([String: MinuteRange].self, forKey: .exactly) ?? [:]
        guard (self.after == nil) != self.exactly.isEmpty else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a step has either after or exactly"))
        }
    }

    /// Levels for which the step has a delay; nil: all.
    var levels: Set<String>? { self.after == nil ? Set(self.exactly.keys) : nil }

    /// Minutes after the step before; nil when the step is not for that level.
    func delay(level: String, tempo: Double, from dice: inout Dice) -> Int? {
        if let range = self.after {
            return max(1, Int((Double(range.draw(from: &dice)) * tempo).rounded()))
        }
        return self.exactly[level].map { max(1, $0.draw(from: &dice)) }
    }
}
