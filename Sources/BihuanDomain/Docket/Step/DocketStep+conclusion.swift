import FoundationEssentials

/// What a case comes to, and how long it may be taken up again.
extension DocketStep {
    /// What the case came to: what was said, or else the verdict of what was accepted.
    func outcome(_ said: CaseOutcome?) throws(Refusal) -> CaseOutcome {
        if let said { return said }
        let hops = self.docket.assignments.filter { hop in
            hop.parent == nil && hop.role == .lead && self.wasAcceptedThisTime(hop)
        }
        // Of one assignment the last feedback counts, and several must agree.
        let verdicts = hops.compactMap { hop in
            self.docket.feedback.last { $0.assignment == hop.id && $0.kind == .final && $0.state == .accepted }?
                .verdict
        }
        if let verdict = verdicts.first, verdicts.allSatisfy({ $0 == verdict }) { return CaseOutcome(verdict) }
        let known = CaseOutcome.allCases.map { "\($0.rawValue)（\($0.label)）" }.joined(separator: ", ")
        throw .badFields([
            FieldFault(
                field: "outcome",
                rule: .other(
                    code: "required",
                    verdicts.isEmpty
                        ? "必填：没有已核验的最终反馈，须写明办理结果：\(known)" : "必填：各主办单位的核查结论不一致，须写明办理结果：\(known)"))
        ])
    }

    /// Whether an assignment was accepted since the case was last reopened.
    func wasAcceptedThisTime(_ hop: AssignmentRecord) -> Bool {
        guard hop.state == .accepted else { return false }
        guard let since = self.docket.history.reopenedAt, let closedAt = hop.closedAt else { return true }
        return closedAt >= since
    }

    /// Past the plan's window a case stays as it is.
    func requireWindow() throws(Refusal) {
        guard let window = self.docket.plan.reopening, let concludedAt = self.docket.record.concludedAt else { return }
        let end = try self.deadline(window, from: concludedAt)
        guard self.now > end else { return }
        let style = Date.ISO8601FormatStyle(
            timeZoneSeparator: .colon,
            timeZone: TimeZone(secondsFromGMT: self.docket.calendar.offset.seconds) ?? .gmt)
        throw .windowOver(.reopen, ended: end.formatted(style))
    }
}
