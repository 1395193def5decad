/// What a preview of many cases comes to (派单预演): how many would go where, how often it is where they went, and what is
/// missing.
package struct RoutingTally: Sendable, Hashable {
    /// Cases looked at.
    package var cases = 0
    package var proposed = 0
    /// Cases of which it is known who got them.
    package var handled = 0
    /// Of these, with a proposal.
    package var comparable = 0
    /// Of these, proposed for the unit that got it.
    package var hits = 0
    /// By unit.
    package var units: [UnitID: Unit] = [:]
    /// Cases without a proposal, by what they are without.
    package var gaps: [RoutingProposal.Gap.Kind: Int] = [:]
    package var areas: [RoutingProposal.Confidence: Int] = [:]
    package var lines: [RoutingProposal.Confidence: Int] = [:]

    package struct Unit: Sendable, Hashable {
        package var proposed = 0
        /// Got by the unit, whatever was proposed.
        package var handled = 0
        package var hits = 0
    }

    package init() {}

    /// - Parameters:
    ///   - unit: the unit that the case would be assigned to; nil: nobody.
    ///   - handler: the one that it was assigned to; nil: not known.
    package mutating func count(_ proposal: RoutingProposal, to unit: UnitID?, handledBy handler: UnitID?) {
        self.cases += 1
        self.areas[proposal.area.confidence, default: 0] += 1
        self.lines[proposal.line.confidence, default: 0] += 1
        if let handler {
            self.handled += 1
            self.units[handler, default: Unit()].handled += 1
        }
        guard let unit else {
            for kind in Set(proposal.gaps.filter { $0.role == .lead }.map(\.kind)) { self.gaps[kind, default: 0] += 1 }
            return
        }
        self.proposed += 1
        self.units[unit, default: Unit()].proposed += 1
        guard let handler else { return }
        self.comparable += 1
        guard handler == unit else { return }
        self.hits += 1
        self.units[unit]?.hits += 1
    }

    /// Of the cases of which it is known who got them, how many were proposed for that unit; nil: none is known.
    package var hitRate: Double? { self.handled == 0 ? nil : Double(self.hits) / Double(self.handled) }

    /// The same of those with a proposal.
    package var precision: Double? { self.comparable == 0 ? nil : Double(self.hits) / Double(self.comparable) }
}
