/// Returns and reopening.
extension PlanReading {
    mutating func returns(_ value: Value) -> RulesOfReturn? {
        guard let fields = self.reader.fields(value, ["limit", "requirement"], required: ["limit"]) else { return nil }
        return RulesOfReturn(
            limit: self.reader.integer(fields["limit"], 0...20) ?? RulesOfReturn.usualLimit,
            requirements: self.reader.requirements(fields["requirement"]))
    }

    /// How long after its end a case may be reopened.
    mutating func reopening(_ value: Value) -> TimeLimit? {
        guard let fields = self.reader.fields(value, ["window", "requirement"], required: ["window"]) else {
            return nil
        }
        _ = self.reader.requirements(fields["requirement"])
        guard let window = self.reader.limit(fields["window"]) else { return nil }
        guard window.extends else {
            if let value = fields["window"] { self.reader.fault(value, "应是一段时间，例如 P90D、P30WD，不是 \(window.text)") }
            return nil
        }
        return window
    }
}
