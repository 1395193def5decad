import Foundation

/// A clock of a plan, and what is done to it when.
///
/// `kind;rules;successor;start;lag;steps`, e.g. `feedback;assigned:PT4H,P3WD/received:PT1H,PT2H;-;1772413200;60;
/// assign=a@1772413200 receive@1772413300 pause@1772416800 change=m@1772420000 end@1772430000`. Times are seconds since 1970.
/// A rule tells from what it counts, and its limits at the levels a, b, c…, `-` where it does not run; behind the one for all
/// may stand one for the matter m. The successor is the next version of the plan, `-` where there is none. The sweeper
/// comes so many seconds late.
struct Question {
    enum Kind: String {
        /// 最终反馈 of an assignment.
        case feedback
        /// 最终反馈 of an assignment that was passed on: its own time, and that of the assignment above.
        case below
        /// 阶段性反馈, which not every level asks for.
        case interim
        /// A report of the case, counted from what happened (事发); it runs before anybody has graded.
        case report
    }

    enum Act: String {
        case register, assign, receive, forward, grade, pause, resume, ask, grant, refuse
        /// The case turns out to be of this matter: m, or n, for which there are no rules.
        case change
        /// It goes on under the next version of its plan.
        case replan
        /// The act that the clock waits for.
        case stop
        /// The feedback is to be given again.
        case sendBack = "send_back"
        /// The work goes away.
        case void
        /// Looks at how the clock stands.
        case end
    }

    struct Step {
        var act: Act
        /// The level graded, or the limit asked for.
        var value: String
        /// On the clock of the assignment above.
        var isAbove: Bool
        var at: Date
    }

    /// What times the clock.
    struct Rule {
        var event: String
        /// Nil: it does not run at that level.
        var limits: [String?]

        init?(_ text: Substring) {
            let parts = text.split(separator: ":")
            guard parts.count == 2 else { return nil }
            self.event = parts[0] == "received" ? "receipted" : String(parts[0])
            self.limits = parts[1].split(separator: ",").map { $0 == "-" ? nil : String($0) }
        }
    }

    /// The rules of one version of the plan.
    struct Version {
        var general: Rule
        /// For the matter m.
        var special: Rule?

        init?(_ text: String) {
            let rules = text.split(separator: "/").map(Rule.init)
            guard let first = rules.first, let general = first else { return nil }
            self.general = general
            self.special = rules.count > 1 ? rules[1] : nil
        }
    }

    var kind: Kind
    var version: Version
    var successor: Version?
    var start: Date
    var lag: Double
    var steps: [Step]

    init?(_ line: String) {
        let parts = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, let kind = Kind(rawValue: parts[0]), let version = Version(parts[1]),
            let start = Double(parts[3]), let lag = Double(parts[4])
        else { return nil }
        self.kind = kind
        self.version = version
        self.successor = Version(parts[2])
        self.start = Date(timeIntervalSince1970: start)
        self.lag = lag
        self.steps = []
        for text in parts[5].split(separator: " ") {
            let ends = text.split(separator: "@")
            guard ends.count == 2, let at = Double(ends[1]) else { return nil }
            let isAbove = ends[0].hasPrefix("^")
            let words = ends[0].drop { $0 == "^" }.split(separator: "=").map(String.init)
            guard let act = words.first.flatMap(Act.init) else { return nil }
            self.steps.append(
                Step(
                    act: act, value: words.count > 1 ? words[1] : "", isAbove: isAbove,
                    at: Date(timeIntervalSince1970: at)))
        }
    }

    /// The levels of the plan, from the mildest.
    var levels: [String] {
        self.version.general.limits.indices.map { String(UnicodeScalar(UInt8(ascii: "a") + UInt8($0))) }
    }
}
