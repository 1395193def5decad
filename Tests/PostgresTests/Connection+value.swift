import Postgres
import Testing

extension Connection {
    /// The first cell of the first row.
    func value<T: PostgresDecodable & Sendable>(_ sql: SQL) throws -> T {
        try self.query(sql).rows[0].get(0)
    }
}

/// Expects the value of the first cell of the first row.
func expect<T: PostgresDecodable & Equatable & Sendable>(
    _ sql: SQL,
    on connection: Connection,
    gives expected: T,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let value: T = try await connection.value(sql)
    #expect(value == expected, sourceLocation: sourceLocation)
}
