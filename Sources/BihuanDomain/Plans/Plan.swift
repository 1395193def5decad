/// A case level (等级) of a plan; a higher rank is graver.
package struct Level: Sendable, Hashable {
    package let key: String
    package let name: String
    package let rank: Int
    package let colour: String

    package init(key: String, name: String, rank: Int, colour: String) {
        self.key = key
        self.name = name
        self.rank = rank
        self.colour = colour
    }
}

/// When the rungs of the ladder are reached, counted on one clock.
package struct Ladder: Sendable, Hashable {
    /// Part of the way from start to due at which a notice is given; nil: none.
    package let notice: Double?
    /// The order comes this part of the limit after due, but not sooner than `supervisionAtLeast` seconds; nil: none.
    package let supervision: Double?
    package let supervisionAtLeast: Int
    /// The circular comes this long after due; nil: none.
    package let circular: TimeLimit?

    package init(notice: Double?, supervision: Double?, supervisionAtLeast: Int = 1800, circular: TimeLimit?) {
        self.notice = notice
        self.supervision = supervision
        self.supervisionAtLeast = supervisionAtLeast
        self.circular = circular
    }
}

/// One kind of clock as a plan sets it.
package struct ClockRule: Sendable, Hashable {
    package let kind: ClockKind
    /// The limit by level key; `any` stands for cases without a level and levels not named.
    package let limits: [String: TimeLimit]
    package let ladder: Ladder

    package init(kind: ClockKind, limits: [String: TimeLimit], ladder: Ladder) {
        self.kind = kind
        self.limits = limits
        self.ladder = ladder
    }

    package static let anyLevel = "any"

    package func limit(for level: String?) -> TimeLimit? {
        level.flatMap { self.limits[$0] } ?? self.limits[Self.anyLevel]
    }
}

/// A contingency plan (预案) fit to run a case under: there is no way to hold one that is not.
package struct Plan: Sendable, Hashable {
    package let id: String
    package let version: Int
    package let name: String
    package let levels: [Level]
    package let clocks: [ClockKind: ClockRule]
    /// After a final feedback was sent back, this part of its limit is given anew, but not less than the seconds.
    package let resubmission: Double
    package let resubmissionAtLeast: Int

    /// Reads every fault before giving up, so that an author mends a file in one pass.
    package init(_ draft: PlanDraft) throws(PlanFaults) {
        var faults: [PlanFault] = []
        func fault(_ path: String, _ rule: String) { faults.append(PlanFault(path: path, rule: rule)) }

        if draft.id.isEmpty { fault("plan", "must name the plan") }
        if draft.version < 1 { fault("version", "must be at least 1") }
        if draft.name.isEmpty { fault("name", "must not be empty") }
        if draft.levels.isEmpty { fault("levels", "must name at least one level") }
        var keys: Set<String> = []
        for (index, level) in draft.levels.enumerated() where !keys.insert(level.key).inserted {
            fault("levels[\(index)].key", "\(level.key) is there twice")
        }
        var clocks: [ClockKind: ClockRule] = [:]
        for (name, clock) in draft.clocks.sorted(by: { $0.key < $1.key }) {
            guard let kind = ClockKind(rawValue: name) else {
                let known = ClockKind.allCases.map(\.rawValue).joined(separator: ", ")
                fault("clocks.\(name)", "is not a clock; clocks are \(known)")
                continue
            }
            var limits: [String: TimeLimit] = [:]
            for (level, text) in clock.limits.sorted(by: { $0.key < $1.key }) {
                guard level == ClockRule.anyLevel || keys.contains(level) else {
                    fault("clocks.\(name).limit.\(level)", "is not a level of this plan")
                    continue
                }
                guard let limit = TimeLimit(text) else {
                    fault("clocks.\(name).limit.\(level)", "\(text) is not a limit such as PT4H or P3WD")
                    continue
                }
                limits[level] = limit
            }
            if let notice = clock.notice, !(notice > 0 && notice < 1) {
                fault("clocks.\(name).ladder.notice", "must lie between 0 and 1")
            }
            // An order goes from the assigner to whoever is late with an assignment.
            if clock.supervision != nil, ![.receipt, .feedback, .interim].contains(kind) {
                fault("clocks.\(name).ladder.supervision", "belongs to receipt, feedback and interim only")
            }
            if let supervision = clock.supervision, !(supervision >= 0 && supervision <= 10) {
                fault("clocks.\(name).ladder.supervision.after", "must lie between 0 and 10")
            }
            var atLeast = 1800
            if let text = clock.supervisionAtLeast {
                if case .wall(let seconds) = TimeLimit(text) {
                    atLeast = seconds
                } else {
                    fault(
                        "clocks.\(name).ladder.supervision.at_least", "\(text) is not a wall-clock limit such as PT30M")
                }
            }
            var circular: TimeLimit?
            if let text = clock.circular {
                circular = TimeLimit(text)
                if circular == nil { fault("clocks.\(name).ladder.circular", "\(text) is not a limit such as P5WD") }
            }
            clocks[kind] = ClockRule(
                kind: kind, limits: limits,
                ladder: Ladder(
                    notice: clock.notice, supervision: clock.supervision, supervisionAtLeast: atLeast,
                    circular: circular)
            )
        }
        // A case whose work shows on nobody's list would stand still, so the acts of the loop must all be timed.
        for kind in ClockKind.allCases where kind != .interim {
            guard let rule = clocks[kind] else {
                fault("clocks.\(kind.rawValue)", "is missing")
                continue
            }
            let needed = kind == .grading ? [ClockRule.anyLevel] : draft.levels.map(\.key)
            for level in needed where rule.limit(for: level) == nil {
                fault("clocks.\(kind.rawValue).limit", "gives no limit for \(level)")
            }
        }
        if !(draft.resubmission > 0 && draft.resubmission <= 1) {
            fault("resubmission.part", "must lie between 0 and 1")
        }
        var resubmissionAtLeast = 0
        if case .wall(let seconds) = TimeLimit(draft.resubmissionAtLeast) {
            resubmissionAtLeast = seconds
        } else {
            fault("resubmission.at_least", "\(draft.resubmissionAtLeast) is not a wall-clock limit such as PT30M")
        }
        guard faults.isEmpty else { throw PlanFaults(faults: faults) }

        self.id = draft.id
        self.version = draft.version
        self.name = draft.name
        self.levels = draft.levels.enumerated().map { index, level in
            Level(key: level.key, name: level.name, rank: index + 1, colour: level.colour)
        }
        self.clocks = clocks
        self.resubmission = draft.resubmission
        self.resubmissionAtLeast = resubmissionAtLeast
    }

    package func level(_ key: String) -> Level? { self.levels.first { $0.key == key } }
}

/// A plan as its author typed it.
package struct PlanDraft: Sendable {
    package struct Level: Sendable {
        package var key: String
        package var name: String
        package var colour: String

        package init(key: String, name: String, colour: String) {
            self.key = key
            self.name = name
            self.colour = colour
        }
    }

    package struct Clock: Sendable {
        package var limits: [String: String]
        package var notice: Double?
        package var supervision: Double?
        package var supervisionAtLeast: String?
        package var circular: String?

        package init(
            limits: [String: String], notice: Double? = nil, supervision: Double? = nil,
            supervisionAtLeast: String? = nil, circular: String? = nil
        ) {
            self.limits = limits
            self.notice = notice
            self.supervision = supervision
            self.supervisionAtLeast = supervisionAtLeast
            self.circular = circular
        }
    }

    package var id = ""
    package var version = 0
    package var name = ""
    /// From the mildest to the gravest.
    package var levels: [Level] = []
    package var clocks: [String: Clock] = [:]
    package var resubmission = 0.25
    package var resubmissionAtLeast = "PT30M"

    package init() {}
}

/// One thing wrong with a plan: where, and the rule.
package struct PlanFault: Sendable, Hashable, CustomStringConvertible {
    package var path: String
    package var rule: String

    package init(path: String, rule: String) {
        self.path = path
        self.rule = rule
    }

    package var description: String { "\(self.path) \(self.rule)" }
}

/// Everything wrong with a plan.
package struct PlanFaults: Error, Sendable, Hashable, CustomStringConvertible {
    package var faults: [PlanFault]

    package init(faults: [PlanFault]) { self.faults = faults }

    package var description: String { self.faults.map(\.description).joined(separator: "\n") }
}
