import BihuanStore

extension JSONWriter {
    mutating func write(_ unit: UnitView) {
        self.object { body in
            body.member("label", unit.label)
            body.member("path", unit.path)
            body.member("name", unit.name)
            body.member("tier", unit.tier)
            body.member("line", unit.line)
            body.member("parent", unit.parent)
            body.member("division_code", unit.divisionCode)
            body.member("is_disabled", unit.isDisabled)
            body.member("open", unit.open)
            body.member("overdue", unit.overdue)
            body.member("allowed_actions", [String]())
        }
    }
}
