extension Plan {
    /// What every feedback says anyway, under these names: a form that lists one of them gives it the plan's words, and it
    /// is not asked for twice.
    package static let said: Set<String> = ["verdict", "findings", "measures", "result"]

    /// The plan's form for a feedback, with what it asks besides; empty where the plan has none.
    package func questions(of kind: FeedbackKind) -> PlanForm {
        let act: PlanAct.Kind = kind == .final ? .feedBack : .interim
        var keys = Self.said
        let forms = self.forms.filter { $0.act == act }
        return PlanForm(
            id: forms.first?.id ?? act.rawValue, act: act, name: forms.first?.name ?? "",
            fields: forms.flatMap(\.fields).filter { keys.insert($0.key).inserted }, requirements: [])
    }
}
