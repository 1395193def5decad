import Foundation

/// A clock of a plan, and what is done to it when.
///
/// `kind;limits;start;lag;steps`, e.g. `feedback;PT4H,P3WD;1772413200;60;assign=a@1772413200 pause@1772416800
/// grade=b@1772420000 end@1772430000`. Times are seconds since 1970. The limits are those of the levels a, b, c…, `-` where
/// the clock does not run. The sweeper comes so many seconds late.
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
        case register, assign, forward, grade, pause, resume, ask, grant, refuse
        /// The act that the clock waits for.
        case stop
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

    var kind: Kind
    /// Nil: it does not run at that level.
    var limits: [String?]
    var start: Date
    var lag: Double
    var steps: [Step]

    init?(_ line: String) {
        let parts = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, let kind = Kind(rawValue: parts[0]), let start = Double(parts[2]),
            let lag = Double(parts[3])
        else { return nil }
        self.kind = kind
        self.limits = parts[1].split(separator: ",").map { $0 == "-" ? nil : String($0) }
        self.start = Date(timeIntervalSince1970: start)
        self.lag = lag
        self.steps = []
        for text in parts[4].split(separator: " ") {
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
    var levels: [String] { self.limits.indices.map { String(UnicodeScalar(UInt8(ascii: "a") + UInt8($0))) } }
}
