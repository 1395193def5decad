import struct Foundation.Date

/// How often work was returned, and what follows from it.
extension Docket {
    /// The plan's limit of returns, where the work of an assignment was returned so often that it is disputed next.
    func reachedReturnLimit(of hop: AssignmentRecord) -> Int? {
        guard hop.state.isOpen else { return nil }
        return self.plan.reachedLimit(self.returns(before: hop))
    }

    /// How often the work of a hop was returned already, since the last decision on it and the last reopening.
    ///
    /// What is assigned anew after a return is the same work; what stands beside it, with another unit at the same time,
    /// is not. So each return is carried on by one hop: the first that the same assigner gave in the same role after it,
    /// and of several returns that wait for one the oldest is carried on first. `returns_before` in the database says the
    /// same of what the acting unit does not see.
    private func returns(before hop: AssignmentRecord) -> Int {
        if let counted = self.returnsBefore { return counted }
        let decided = Set(self.disputes.filter { $0.state == .decided }.map(\.assignment))
        let same = self.assignments
            .filter { $0.parent == hop.parent && $0.from == hop.from && $0.role == hop.role }
            .sorted { ($0.assignedAt, $0.id.text) < ($1.assignedAt, $1.id.text) }
        /// Returns that no hop carries on yet, oldest first: when, and the how manieth.
        var waiting: [(at: Date, count: Int)] = []
        for each in same {
            // What a decision gave its unit carries on nothing.
            let first = waiting.indices.filter { each.boundBy == nil && waiting[$0].at <= each.assignedAt }
                .min { waiting[$0].at < waiting[$1].at }
            let before = first.map { waiting.remove(at: $0).count } ?? 0
            if each.id == hop.id { return before }
            guard each.state == .returned, let closedAt = each.closedAt, !decided.contains(each.id) else { continue }
            if let reopenedAt = self.history.reopenedAt, closedAt <= reopenedAt { continue }
            waiting.append((closedAt, before + 1))
        }
        return 0
    }
}

extension Plan {
    /// The limit of returns, where work was returned so often; nil: it is not reached.
    package func reachedLimit(_ returns: Int) -> Int? { returns >= self.returnLimit ? self.returnLimit : nil }
}
