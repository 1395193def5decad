/// A contingency plan (预案) fit to run a case under: there is no way to hold one that is not.
///
/// Everything an office does differently from another stands here as data: its levels, matters, bodies, routing, clocks,
/// forms, chains, warnings. A plan never adds a state.
package struct Plan: Sendable, Hashable {
    package let id: String
    package let name: String
    package let source: Source
    package let cases: LevelScheme
    package let warnings: LevelScheme?
    package let matters: [Matter]
    package let roles: [PlanRole]
    package let bodies: [PlanBody]
    package let outside: [OutsideBody]
    package let routing: [RoutingRule]
    package let forms: [PlanForm]
    package let chains: [ApprovalChain]
    package let clocks: [ClockRule]
    package let warningRules: WarningRules?
    package let notices: [OutsideNotice]
    package let sensitivePeriods: SensitivePeriodRule?
    package let drills: DrillRule?
    /// After a final feedback was sent back, this part of its limit is given anew, but not less than the seconds.
    package let resubmission: Double
    package let resubmissionAtLeast: Int
    /// Who reviews where the matter does not say; nil: whoever assigned.
    package let review: ReviewRule?
    /// How often work may be returned before the tier above decides whose it is; see ``RulesOfReturn``.
    package let returns: RulesOfReturn?
    /// How long after its end a case may be reopened; nil: always.
    package let reopening: TimeLimit?
    /// What the plan leaves to the city, in the order of the file.
    package let openSettings: [OpenSetting]

    /// Whose plan it is.
    package struct Source: Sendable, Hashable {
        package var issuer: String
        /// `2022-06-28`; nil where the source gives none.
        package var issued: String?
    }

    /// Levels of cases, from the mildest to the gravest.
    package var levels: [Level] { self.cases.levels }

    package func level(_ key: String) -> Level? { self.cases.level(key) }

    package func form(_ id: String) -> PlanForm? { self.forms.first { $0.id == id } }

    package func role(_ key: String) -> PlanRole? { self.roles.first { $0.key == key } }

    package func clock(_ id: String) -> ClockRule? { self.clocks.first { $0.id == id } }

    /// The rules of which one times an act of the loop; one for the matter goes before one for all.
    ///
    /// - Parameter level: nil: not graded yet. Then it is a rule that runs at every level, or else any of those that
    ///   share the levels among them; the tightest binds.
    package func rules(for kind: ClockKind, of matter: String?, at level: String?) -> [ClockRule] {
        let rules = self.clocks.filter { $0.kind == kind && $0.runs(for: matter) }
        let whole = rules.filter { rule in level.map(rule.runs) ?? rule.runs(atEveryLevelOf: self) }
        if let rule = whole.first(where: { $0.matters != nil }) ?? whole.first { return [rule] }
        return level == nil ? rules : []
    }

    /// Who reviews the final feedback of whoever leads: as the matter says, or else the plan.
    func reviewer(of matter: String?) -> Matter.Reviewer {
        self.matters.first { $0.key == matter }?.reviewer ?? self.review?.by ?? .assigner
    }

    /// How often work may be returned; see ``RulesOfReturn``.
    package var returnLimit: Int { self.returns?.limit ?? RulesOfReturn.usualLimit }

    /// Whether a clock counts from this, so that it has to be known.
    package func counts(from event: StartEvent) -> Bool { self.clocks.contains { $0.startsOn == event } }

    /// What the city must set before it can adopt the plan.
    package var unsettled: [OpenSetting] { self.openSettings.filter { $0.value == nil } }
}

extension Plan {
    /// Reads every fault before giving up, so that an author mends a file in one pass.
    ///
    /// - Parameter values: what the city has set, by path; where it has not, the plan's suggestion is taken.
    package init(_ node: PlanNode, values: [String: String] = [:]) throws(PlanFaults) {
        var reading = PlanReading(values: values)
        guard let plan = reading.plan(node), reading.faults.isEmpty else { throw PlanFaults(reading.faults) }
        self = plan
    }
}
