import BihuanDomain
package import BihuanStore

/// The rules name fields as JSON does. What this door calls otherwise is told as it was written here.
extension LineCommand {
    /// Names of the rules and of this door, where they differ.
    private static let names = [
        "due_at": "due", "answer_within": "within", "secrecy": "level", "next_inspection_on": "next",
        "valid_until": "until", "valid_from": "from", "occurred_at": "occurred", "discovered_at": "discovered",
        "observed_at": "observed", "instruction": "note", "reply": "text", "grade.level": "level",
        "grade.matter": "matter", "assign.unit": "unit", "assign.instruction": "note", "grade": "level",
        "acting_for": "acting", "division_code": "division",
    ]

    /// An error whose fields are called as on the line.
    package func spelled(_ error: DeskError) -> DeskError {
        switch error {
        case .refused(.badFields(let faults)):
            .refused(.badFields(faults.map { FieldFault(field: self.parameter(of: $0.field), rule: $0.rule) }))
        default: error
        }
    }

    /// The parameter of this command that holds a field of the rules.
    private func parameter(of field: String) -> String {
        let known = Set((self.spec.positional + self.spec.named).map(\.name))
        if known.contains(field) { return field }
        return Self.names[field].flatMap { known.contains($0) ? $0 : nil } ?? field
    }
}
