/// How often work was returned, and what follows from it.
extension Docket {
    /// The plan's limit of returns, where the work of an assignment was returned so often that it is disputed next.
    func reachedReturnLimit(of hop: AssignmentRecord) -> Int? {
        guard hop.state.isOpen else { return nil }
        return self.plan.reachedLimit(self.returns(before: hop))
    }

    /// How often the work of a hop was returned already, since the last decision on it and the last reopening.
    private func returns(before hop: AssignmentRecord) -> Int {
        if let counted = self.returnsBefore { return counted }
        let same = self.assignments.filter {
            $0.parent == hop.parent && $0.from == hop.from && $0.role == hop.role
        }
        let decided = self.disputes.filter { dispute in
            dispute.state == .decided && same.contains { $0.id == dispute.assignment }
        }
        let since = (decided.compactMap(\.closedAt) + [self.history.reopenedAt].compactMap(\.self)).max()
        return same.count { hop in
            guard hop.state == .returned, let closedAt = hop.closedAt else { return false }
            return since.map { closedAt > $0 } ?? true
        }
    }
}

extension Plan {
    /// The limit of returns, where work was returned so often; nil: it is not reached.
    package func reachedLimit(_ returns: Int) -> Int? { returns >= self.returnLimit ? self.returnLimit : nil }
}
