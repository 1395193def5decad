/// Kinds of matter, and who gets a case.
extension PlanReading {
    mutating func matters(_ value: Value?) -> [Matter] {
        var keys: Set<String> = []
        var labels: Set<String> = []
        var matters: [Matter] = []
        for item in self.reader.list(value) {
            guard
                let fields = self.reader.fields(
                    item, ["key", "name", "needs_answer", "reviewer", "lead", "requirement"],
                    required: ["key", "name"])
            else { continue }
            matters.append(
                Matter(
                    key: self.reader.key(fields, among: &keys), name: self.reader.label(fields, among: &labels),
                    needsAnswer: self.reader.flag(fields["needs_answer"]) ?? false,
                    reviewer: self.reader.word(fields["reviewer"]), lead: self.role(fields["lead"]),
                    requirements: self.reader.requirements(fields["requirement"])))
        }
        self.names.matters = matters.map(\.key)
        return matters
    }

    /// `review: { by: guide }`.
    mutating func review(_ value: Value) -> ReviewRule? {
        guard let fields = self.reader.fields(value, ["by", "requirement"], required: ["by"]) else { return nil }
        return ReviewRule(
            by: self.reader.word(fields["by"]) ?? .assigner,
            requirements: self.reader.requirements(fields["requirement"]))
    }

    mutating func routing(_ value: Value?) -> [RoutingRule] {
        self.reader.list(value).compactMap { item in
            guard
                let fields = self.reader.fields(
                    item, ["levels", "matters", "lead", "guides", "inform", "requirement"], required: ["lead"])
            else { return nil }
            return RoutingRule(
                levels: self.levels(fields["levels"]), matters: self.matters(of: fields["matters"]),
                lead: self.role(fields["lead"]) ?? "", guides: self.roleList(fields["guides"]),
                inform: self.roleList(fields["inform"]),
                requirements: self.reader.requirements(fields["requirement"]))
        }
    }
}
