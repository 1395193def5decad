import Postgres

/// Reads one kind of view out of an answer. Made once for the whole answer, so that it finds where each column stands, and
/// what many rows share, once.
protocol ViewReader {
    associatedtype View

    init(_ result: QueryResult, _ asker: Queries.Asker) throws(PostgresError)
    mutating func view(_ row: Row) throws(PostgresError) -> View
}

extension ViewReader {
    /// The views of all rows of an answer.
    static func views(_ result: QueryResult, _ asker: Queries.Asker) throws(PostgresError) -> [View] {
        var reader = try Self(result, asker)
        var views: [View] = []
        views.reserveCapacity(result.rows.count)
        for row in result.rows { views.append(try reader.view(row)) }
        return views
    }
}
