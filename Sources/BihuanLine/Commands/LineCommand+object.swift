extension LineCommand {
    /// What the command is about, for reply 490.
    var kindOfObject: String {
        self.spec.positional.first {
            [
                "case", "assignment", "order", "unit", "clock", "warning", "message", "dispute", "referral", "task",
                "officer", "contact",
            ].contains(
                $0.name)
        }?
        .name ?? "object"
    }
}
