package import struct Foundation.Date

/// Where a warning (预警) stands.
package enum WarningState: String, Sendable, Hashable, CaseIterable, Codable {
    /// Put before the authority that may issue it.
    case proposed
    case issued
    /// The authority would not issue it.
    case declined
    case lifted

    package var isOpen: Bool { self == .proposed || self == .issued }

    package var label: String {
        switch self {
        case .proposed: "待发布"
        case .issued: "已发布"
        case .declined: "不予发布"
        case .lifted: "已解除"
        }
    }
}

/// What a warning's level follows from, as levels of cases by key: what happened here, what may happen here, what
/// happened elsewhere in the country (已发生、可能发生、外地发生).
package struct WarningGrounds: Sendable, Hashable, Codable {
    package var happened: String?
    package var possible: String?
    package var elsewhere: String?

    package init(happened: String? = nil, possible: String? = nil, elsewhere: String? = nil) {
        self.happened = happened
        self.possible = possible
        self.elsewhere = elsewhere
    }

    package var isEmpty: Bool { self.happened == nil && self.possible == nil && self.elsewhere == nil }

    func faults(against scheme: LevelScheme) -> [FieldFault] {
        let named = [("happened", self.happened), ("possible", self.possible), ("elsewhere", self.elsewhere)]
        return named.compactMap { field, level in
            guard let level, scheme.level(level) == nil else { return nil }
            return FieldFault(field: field, rule: .unknownValue(scheme.levels.map(\.key)))
        }
    }
}

/// A warning somebody proposes.
package struct WarningDraft: Sendable, Hashable, Codable {
    /// By key of the plan's warning scheme; nil: what follows from the grounds.
    package var level: String?
    package var grounds: WarningGrounds
    /// What is warned of.
    package var text: String
    /// What those who are warned are to do.
    package var measures: String?
    /// Labels of units to be told, for roles that stand for another unit in every case.
    package var units: [String]

    package init(
        level: String? = nil, grounds: WarningGrounds = WarningGrounds(), text: String, measures: String? = nil,
        units: [String] = []
    ) {
        self.level = level
        self.grounds = grounds
        self.text = text
        self.measures = measures
        self.units = units
    }
}

/// A warning as the rules need it.
package struct WarningRecord: Sendable, Hashable {
    package var id: WarningID
    package var ref: String
    package var level: String
    package var state: WarningState
    /// Units the proposer named.
    package var named: [UnitID]
    /// Of an issued warning: one for each unit that was told.
    package var receipts: [WarningReceipt]
    package var version: Int

    package init(
        id: WarningID, ref: String, level: String, state: WarningState, named: [UnitID] = [],
        receipts: [WarningReceipt] = [], version: Int = 1
    ) {
        self.id = id
        self.ref = ref
        self.level = level
        self.state = state
        self.named = named
        self.receipts = receipts
        self.version = version
    }
}

/// What became of a warning at one unit (签收与响应).
package struct WarningReceipt: Sendable, Hashable {
    package var unit: UnitID
    /// The roles for which it was told, by key of the plan.
    package var roles: [String]
    package var urgency: WarningRules.Urgency
    /// When it first answered.
    package var receivedAt: Date?

    package init(unit: UnitID, roles: [String], urgency: WarningRules.Urgency, receivedAt: Date? = nil) {
        self.unit = unit
        self.roles = roles
        self.urgency = urgency
        self.receivedAt = receivedAt
    }
}

extension Plan {
    /// Levels of warnings, from the mildest to the gravest: a scheme of their own, or that of the cases.
    package var warningScheme: LevelScheme { self.warnings ?? self.cases }

    package var warningLevels: [Level] { self.warningScheme.levels }

    /// The level of warning that follows from its grounds; nil when no rule of the plan matches.
    package func warningLevel(for grounds: WarningGrounds) -> String? {
        func reaches(_ level: String?, _ least: String?) -> Bool {
            guard let least else { return true }
            guard let level = level.flatMap(self.level), let least = self.level(least) else { return false }
            return level.rank >= least.rank
        }
        let levels = (self.warningRules?.colours ?? []).filter { rule in
            reaches(grounds.happened, rule.happened) && reaches(grounds.possible, rule.possible)
                && reaches(grounds.elsewhere, rule.elsewhere)
        }.map(\.level)
        return self.warningLevels.last { levels.contains($0.key) }?.key
    }

    /// The roles that may issue a warning of a level: the plan's role for it, and those for graver ones.
    package func issuers(ofWarning level: String) -> [PlanRole] {
        guard let rules = self.warningRules, let index = self.warningLevels.firstIndex(where: { $0.key == level })
        else { return [] }
        return self.warningLevels[index...].compactMap { rules.issuedBy[$0.key].flatMap(self.role) }
    }
}
