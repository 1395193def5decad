import BihuanDomain

/// The order of states as SQL, emitted from the domain's tables.
///
/// `sql/generated/transitions.sql` is this text, byte for byte; a test holds the two together, and
/// `BIHUAN_EMIT=1 deploy/test --filter transitions` writes it anew.
package enum TransitionsScript {
    package static var text: String {
        var rows: [(machine: String, from: String, verb: String, to: String)] = []
        rows += CaseTransition.table.map { ("case", $0.from.rawValue, $0.step.rawValue, $0.to.rawValue) }
        rows += AssignmentTransition.table.map { ("assignment", $0.from.rawValue, $0.step.rawValue, $0.to.rawValue) }
        rows += SupervisionTransition.table.map { ("supervision", $0.from.rawValue, $0.step.rawValue, $0.to.rawValue) }
        rows += DisputeTransition.table.map { ("dispute", $0.from.rawValue, $0.step.rawValue, $0.to.rawValue) }
        rows += ReferralTransition.table.map { ("referral", $0.from.rawValue, $0.step.rawValue, $0.to.rawValue) }
        let values = rows.map { "  ('\($0.machine)', '\($0.from)', '\($0.verb)', '\($0.to)')" }
        return """
            -- Emitted from the state tables of BihuanDomain. Do not edit: change the tables there.
            delete from bihuan.transitions;
            insert into bihuan.transitions (machine, from_state, verb, to_state) values
            \(values.joined(separator: ",\n"));

            """
    }
}
