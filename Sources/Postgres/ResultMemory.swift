import CLibPQ

/// Owns one `PGresult` and frees it.
///
/// A finished result is never written to again, and libpq's accessors only read, so any thread may hold it.
@safe
final class ResultMemory: @unchecked Sendable {
    let result: OpaquePointer

    init(_ result: OpaquePointer) {
        unsafe self.result = result
    }

    deinit {
        unsafe PQclear(self.result)
    }

    var status: ExecStatusType { unsafe PQresultStatus(self.result) }
    var rowCount: Int { unsafe Int(PQntuples(self.result)) }
    var columnCount: Int { unsafe Int(PQnfields(self.result)) }

    /// Rows a command inserted, updated, deleted or selected; 0 for a command that counts none.
    var affected: Int {
        guard let text = unsafe PQcmdTuples(self.result) else { return 0 }
        return unsafe Int(String(cString: text)) ?? 0
    }

    /// The cell's text in libpq's memory, nil for null. Valid as long as this object.
    func bytes(row: Int, column: Int) -> UnsafeRawBufferPointer? {
        let (row, column) = (Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column))
        guard unsafe PQgetisnull(self.result, row, column) == 0,
            let start = unsafe PQgetvalue(self.result, row, column)
        else { return nil }
        return unsafe UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(self.result, row, column)))
    }

    func field(_ field: DiagnosticField) -> String? {
        unsafe Self.field(field, of: self.result)
    }

    static func field(_ field: DiagnosticField, of result: OpaquePointer) -> String? {
        guard let text = unsafe PQresultErrorField(result, Int32(field.rawValue.value)) else { return nil }
        return unsafe String(cString: text)
    }
}
