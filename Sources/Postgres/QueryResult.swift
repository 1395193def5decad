/// What one statement gave back.
package struct QueryResult: Sendable {
    package var rows: [Row]
    /// Rows inserted, updated, deleted or selected.
    package var affected: Int
    let columns: Columns?

    init(_ memory: ResultMemory, columns: Columns?) {
        self.columns = columns
        self.affected = memory.affected
        if let columns {
            self.rows = (0..<memory.rowCount).map { Row(memory: memory, columns: columns, index: $0) }
        } else {
            self.rows = []
        }
    }

    /// The names of the columns, in order.
    package var columnNames: [String] { self.columns?.names ?? [] }

    /// Where the column stands, for ``Row/bytes(_:)`` and ``Row/get(_:)-(Int)``: look it up once a result.
    package func column(_ name: String) throws(PostgresError) -> Int {
        guard let index = self.columns?.index(of: name) else {
            throw PostgresError(.decoding, "there is no column \(name)")
        }
        return index
    }
}
