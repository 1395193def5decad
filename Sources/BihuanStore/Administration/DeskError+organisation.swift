import BihuanDomain
import Postgres

extension DeskError {
    /// What a function of `sql/functions` raised as LP010: the rule as message, the field as column, what stands in the way
    /// as detail. What the address names and is not there is `.notFound`, like everything one may not see.
    init(organisation error: PostgresError) {
        guard let fault = OrganisationFault(error) else {
            self = .unavailable("\(error)")
            return
        }
        switch (fault.rule, fault.field) {
        case (.unknownUnit, "unit"), (.unknownOfficer, _): self = .notFound
        default: self = .refused(.organisation(fault))
        }
    }
}

extension OrganisationFault {
    init?(_ error: PostgresError) {
        guard let rule = Rule(rawValue: error.message) else { return nil }
        var subjects = (error.detail ?? "").split(separator: ", ").map(String.init)
        // Of what the administrator does not see, the number: see sql/functions/told_refs.sql.
        let others = subjects.last.flatMap { $0.hasPrefix("+") ? Int($0.dropFirst()) : nil }
        if others != nil { subjects.removeLast() }
        if rule == .notPermitted { subjects = [] }
        self.init(
            rule, field: error.column.flatMap { $0.isEmpty ? nil : $0 },
            subject: subjects.isEmpty ? nil : subjects.joined(separator: ", "), others: others ?? 0)
    }
}
