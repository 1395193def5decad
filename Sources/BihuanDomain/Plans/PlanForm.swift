/// A form that is filled in: what is reported up, said in public, answered, fed back or evaluated.
package struct PlanForm: Sendable, Hashable {
    package var id: String
    package var act: PlanAct.Kind
    package var name: String
    package var fields: [Field]
    package var requirements: [String]

    package struct Field: Sendable, Hashable {
        package var key: String
        package var name: String
        package var kind: Kind
        package var isRequired: Bool
        /// Seen by the reviewing tier and those above it only.
        package var isRestricted: Bool

        package enum Kind: String, Sendable, Hashable, CaseIterable {
            case text, date, time, number, link
            case yesOrNo = "yes_or_no"
        }
    }
}

extension PlanForm {
    /// What is wrong with a filled-in form: every field at once.
    func faults(of values: [String: String]) -> [FieldFault] {
        let keys = self.fields.map(\.key)
        var faults = values.keys.filter { !keys.contains($0) }.sorted().map { key in
            FieldFault(
                field: "fields.\(key)",
                rule: .other(code: "unknown_field", "表单没有这一项；有：\(keys.joined(separator: ", "))"))
        }
        for field in self.fields {
            let name = "fields.\(field.key)"
            guard let value = values[field.key] else {
                if field.isRequired { faults.append(FieldFault(field: name, rule: .required)) }
                continue
            }
            if let rule = field.kind.rule(brokenBy: value) { faults.append(FieldFault(field: name, rule: rule)) }
        }
        return faults
    }
}

extension PlanForm.Field.Kind {
    fileprivate func rule(brokenBy value: String) -> FieldFault.Rule? {
        switch self {
        case .text: nil
        case .date: CivilDay(value) == nil ? .other(code: "bad_day", "须为日期，例如 2026-03-02") : nil
        case .time: TimeForm.rfc3339.date(from: value, utcOffset: 0) == nil ? .badTime : nil
        case .number: Double(value)?.isFinite == true ? nil : .other(code: "bad_number", "须为数字")
        case .link: value.hasPrefix("https://") || value.hasPrefix("http://") ? nil : .badLink
        case .yesOrNo: ["yes", "no"].contains(value) ? nil : .unknownValue(["yes", "no"])
        }
    }
}

/// Who must agree, one after another, before a form goes out (签批).
package struct ApprovalChain: Sendable, Hashable {
    package var id: String
    package var name: String
    /// Forms, by id.
    package var forms: [String]
    package var levels: Set<String>
    /// Roles, by key.
    package var steps: [String]
    /// Bodies outside it is sent to, by key.
    package var sentTo: [String]
    package var requirements: [String]
}
