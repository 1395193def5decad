import Postgres

/// A policy made looser or tighter, to see whether the matrix notices.
struct TenancyMutation: Sendable {
    let relation: String
    /// Which verb the policy is about; the matrix notices there first.
    let verb: String
    /// The roles that the policy is for; only they notice.
    let logins: [String]
    let name: String
    let statement: String
    let undo: String

    /// Every policy of the schema, with each of its conditions replaced by `true` and by `false`. A condition that is
    /// `true` already cannot be loosened.
    static func all(_ superuser: Connection) async throws -> [TenancyMutation] {
        let rows = try await superuser.query(
            """
            select t.relname as relation, p.polname as policy,
                   case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
                                 when 'd' then 'delete' else 'all' end as verb,
                   array(select r::regrole::text from unnest(p.polroles) r) as logins,
                   pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as "check"
              from pg_policy p
              join pg_class t on t.oid = p.polrelid
             where t.relnamespace = 'bihuan'::regnamespace
             order by t.relname, p.polname
            """
        ).rows
        var all: [TenancyMutation] = []
        for row in rows {
            let relation: String = try row.get("relation")
            let policy: String = try row.get("policy")
            let verb: String = try row.get("verb")
            let logins: [String] = try row.get("logins")
            let using: String? = try row.get("using")
            let check: String? = try row.get("check")
            let original = Self.conditions(using, check)
            for value in ["true", "false"] where using != value || (check != nil && check != value) {
                // Both together; a check that says the same as `using` cannot be told from it.
                var changes = [Self.conditions(using.map { _ in value }, check.map { _ in value })]
                if let using, let check, using != check { changes.append(Self.conditions(using, value)) }
                if using == nil, check == value { changes = [] }
                for change in changes {
                    all.append(
                        TenancyMutation(
                            relation: relation,
                            verb: verb,
                            logins: logins,
                            name: "\(policy) on \(relation): \(value)",
                            statement: "alter policy \(policy) on bihuan.\(relation) \(change)",
                            undo: "alter policy \(policy) on bihuan.\(relation) \(original)"
                        )
                    )
                }
            }
        }
        return all
    }

    private static func conditions(_ using: String?, _ check: String?) -> String {
        [using.map { "using (\($0))" }, check.map { "with check (\($0))" }].compactMap { $0 }.joined(separator: " ")
    }
}
