import FoundationEssentials

/// What a case comes to, and how long it may be taken up again.
extension DocketStep {
    /// What the case came to: what was said, or else the verdict of what was accepted.
    ///
    /// What was found (属实 …) is what a feedback says that was accepted; nobody finds it otherwise. What becomes of a wish or
    /// a proposal (解释说明未采纳、采纳), and that nothing could be found, may be said of any case that nothing found speaks
    /// against.
    func outcome(_ said: CaseOutcome?) throws(Refusal) -> CaseOutcome {
        let hops = self.docket.assignments.filter { hop in
            hop.parent == nil && hop.role == .lead && self.wasAcceptedThisTime(hop)
        }
        // Of one assignment the last feedback counts, and several must agree.
        let verdicts = hops.compactMap { hop in
            self.docket.feedback.last { $0.assignment == hop.id && $0.kind == .final && $0.state == .accepted }?
                .verdict
        }
        if let said {
            guard CaseOutcome.possible(after: Set(verdicts)).contains(said) else {
                throw .badFields([Self.contradiction(said, verdicts)])
            }
            return said
        }
        if let verdict = verdicts.first, verdicts.allSatisfy({ $0 == verdict }) { return CaseOutcome(verdict) }
        let known = Self.words(CaseOutcome.possible(after: Set(verdicts)))
        throw .badFields([
            FieldFault(
                field: "outcome",
                rule: .other(
                    code: "required",
                    verdicts.isEmpty
                        ? "必填：没有已核验的最终反馈，须写明办理结果：\(known)" : "必填：各主办单位的核查结论不一致，须写明办理结果：\(known)"))
        ])
    }

    private static func contradiction(_ said: CaseOutcome, _ verdicts: [Verdict]) -> FieldFault {
        let found = verdicts.map(\.label).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let why =
            found.isEmpty ? "没有已核验的最终反馈，不能写\(said.label)" : "已核验的核查结论是\(found.joined(separator: "、"))，不能写\(said.label)"
        return FieldFault(
            field: "outcome",
            rule: .other(
                code: "contradicts_findings", "\(why)；可写: \(Self.words(CaseOutcome.possible(after: Set(verdicts))))"))
    }

    private static func words(_ outcomes: [CaseOutcome]) -> String {
        outcomes.map { "\($0.rawValue)（\($0.label)）" }.joined(separator: ", ")
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
