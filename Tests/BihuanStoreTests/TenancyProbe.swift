import Postgres

/// One cell of the matrix, or one of the statements of a cell: who, what, and the oracle's answer.
struct TenancyProbe: Sendable {
    let persona: TenancyPersona
    let relation: String
    let verb: String
    let statement: SQL
    let expected: TenancyAnswer

    private init(_ row: Row) throws(PostgresError) {
        self.persona = try TenancyPersona(row)
        self.relation = try row.get("relation")
        self.verb = try row.get("verb")
        self.statement = SQL(trusted: try row.get("statement"))
        let outcome: String = try row.get("outcome")
        switch outcome {
        case "keys": self.expected = .keys(Set(try row.get("keys", as: [String].self)))
        case "count": self.expected = .count(try row.get("n"))
        default: self.expected = .refused
        }
    }

    /// All of them. The same statement comes for one persona after another, so that a plan that remembers the last one
    /// is found out.
    static func all(_ superuser: Connection) async throws -> [TenancyProbe] {
        let rows = try await superuser.query(
            """
            select e.persona, e.relation, e.verb, e.statement, e.outcome, e.keys, e.n, p.login, p.session, p.city
              from oracle.expectations e
              join world.personas p on p.name = e.persona
             order by e.relation, e.verb desc, e.statement, p.login, md5(e.persona)
            """
        ).rows
        return try rows.map(TenancyProbe.init)
    }

    /// What is wrong with an answer, in one line.
    func complaint(about answer: TenancyAnswer) -> String {
        var text = "\(self.persona.name): \(self.statement.text): \(answer), expected \(self.expected)"
        if case .keys(let keys) = answer, case .keys(let expected) = self.expected {
            text += "; too many: \(keys.subtracting(expected).sorted().prefix(5))"
            text += "; missing: \(expected.subtracting(keys).sorted().prefix(5))"
        }
        return text
    }
}
