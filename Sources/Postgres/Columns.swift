import CLibPQ

/// Names and types of a result's columns.
///
/// Built at the first execution of a prepared statement and shared by all its results: PostgreSQL does not let a
/// prepared statement change them.
final class Columns: Sendable {
    let names: [String]
    let types: [PostgresType]
    private let positions: [String: Int]

    init(of memory: ResultMemory) {
        var names: [String] = []
        var types: [PostgresType] = []
        var positions: [String: Int] = [:]
        for index in 0..<memory.columnCount {
            let name = unsafe PQfname(memory.result, Int32(index)).map { unsafe String(cString: $0) } ?? ""
            names.append(name)
            types.append(unsafe PostgresType(rawValue: PQftype(memory.result, Int32(index))))
            // Of two columns of one name the first is found.
            if positions[name] == nil { positions[name] = index }
        }
        self.names = names
        self.types = types
        self.positions = positions
    }

    func index(of name: String) -> Int? {
        self.positions[name]
    }
}
