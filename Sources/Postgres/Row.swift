package import struct FoundationEssentials.Date
package import struct FoundationEssentials.UUID

/// One row of a result. It keeps the whole result alive.
package struct Row: Sendable {
    let memory: ResultMemory
    let columns: Columns
    let index: Int

    /// The value of a column by name. Ask for an optional where the column may be null.
    ///
    /// - Throws: `.decoding` when there is no such column, or it is null, or of another type.
    package func get<T: PostgresDecodable>(_ column: String, as type: T.Type = T.self) throws(PostgresError) -> T {
        guard let position = self.columns.index(of: column) else {
            throw PostgresError(.decoding, "there is no column \(column)")
        }
        return try self.get(position)
    }

    /// The value of a column by position, from 0.
    package func get<T: PostgresDecodable>(_ column: Int, as type: T.Type = T.self) throws(PostgresError) -> T {
        self.check(column)
        do throws(CellFault) {
            return try unsafe T.decode(Cell(type: self.columns.types[column], memory: self.bytes(column)))
        } catch {
            let name = self.columns.names[column]
            throw PostgresError(.decoding, "column \(name) \(error.reason)", column: name)
        }
    }

    package func isNull(_ column: Int) -> Bool {
        unsafe self.bytes(column) == nil
    }

    /// The cell's text in UTF-8, nil for null, without a copy.
    ///
    /// The memory is libpq's and lives as long as this row or another row of its result: see to that with
    /// `withExtendedLifetime`, or use ``withBytes(_:_:)``.
    package func bytes(_ column: Int) -> UnsafeRawBufferPointer? {
        self.check(column)
        return unsafe self.memory.bytes(row: self.index, column: column)
    }

    /// Hands the cell's text over as in ``bytes(_:)``, for the length of the call.
    package func withBytes<R, Failure: Error>(
        _ column: Int,
        _ body: (UnsafeRawBufferPointer?) throws(Failure) -> R
    ) throws(Failure) -> R {
        defer { withExtendedLifetime(self.memory) {} }
        return try unsafe body(self.bytes(column))
    }

    private func check(_ column: Int) {
        precondition(self.columns.types.indices.contains(column), "the row has no such column")
    }
}

/// The commonest types by position, compiled for themselves: a generic ``Row/get(_:as:)-(Int,_)`` asks for its type's
/// abilities at each call from another module, and a list reads thousands of cells.
extension Row {
    package func text(_ column: Int) throws(PostgresError) -> String { try self.get(column) }
    package func textIfAny(_ column: Int) throws(PostgresError) -> String? { try self.get(column) }
    package func integer(_ column: Int) throws(PostgresError) -> Int { try self.get(column) }
    package func integerIfAny(_ column: Int) throws(PostgresError) -> Int? { try self.get(column) }
    package func bool(_ column: Int) throws(PostgresError) -> Bool { try self.get(column) }
    package func boolIfAny(_ column: Int) throws(PostgresError) -> Bool? { try self.get(column) }
    package func uuid(_ column: Int) throws(PostgresError) -> UUID { try self.get(column) }
    package func date(_ column: Int) throws(PostgresError) -> Date { try self.get(column) }
    package func dateIfAny(_ column: Int) throws(PostgresError) -> Date? { try self.get(column) }
}
