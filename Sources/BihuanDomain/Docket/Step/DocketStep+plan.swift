/// A case goes on under a newer version of its plan.
extension DocketStep {
    /// Running clocks take the limits and ladders of the new version from their own start; what it does not ask for is
    /// void, and what is to be filed besides is waited for. What was breached stays breached.
    mutating func replan(_ version: Int, _ reason: String) throws(Refusal) {
        try Permission.require(.replan, on: self.docket.facts, by: self.authority, in: self.docket.tree)
        guard let successor = self.docket.successor else { throw .planIsCurrent }
        guard version == successor.version else {
            throw .badFields([FieldFault(field: "version", rule: .unknownValue([String(successor.version)]))])
        }
        let record = self.docket.record
        var faults: [FieldFault] = []
        if let level = record.level, successor.plan.level(level) == nil {
            faults.append(
                FieldFault(
                    field: "version",
                    rule: .other(code: "level_is_gone", "新版没有等级 \(level)；请先定为两版都有的等级")))
        }
        if let matter = record.matter, !successor.plan.matters.contains(where: { $0.key == matter }) {
            faults.append(
                FieldFault(
                    field: "version",
                    rule: .other(code: "matter_is_gone", "新版没有事项类型 \(matter)；请先改为两版都有的类型")))
        }
        for warning in self.docket.warnings
        where warning.state.isOpen && successor.plan.warningRules?.issuedBy[warning.level] == nil {
            faults.append(
                FieldFault(
                    field: "version",
                    rule: .other(code: "warning_level_is_gone", "新版没有 \(warning.ref) 的级别 \(warning.level)；请先了结该预警")))
        }
        if successor.plan.counts(from: .occurred), record.occurredAt == nil {
            faults.append(
                FieldFault(
                    field: "version",
                    rule: .other(code: "occurrence_is_unknown", "新版有时限从事发之时起算，而本案没有事发时间")))
        }
        guard faults.isEmpty else { throw .badFields(faults) }
        if let proposed = record.proposedLevel, successor.plan.level(proposed) == nil {
            self.docket.record.proposedLevel = nil
        }
        self.docket.plan = successor.plan
        self.docket.successor = nil
        self.docket.record.planVersion = version
        self.log(
            EventDraft(.replanned, reason: reason, detail: ["from": "\(record.planVersion)", "version": "\(version)"]))
        try self.reclock(because: .replanned)
        try self.awaitFilings()
    }
}
