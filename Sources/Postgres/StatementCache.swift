#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The statements prepared on one connection, the most recently used of them.
struct StatementCache {
    /// Texts are compared byte by byte: `==` of `String` would take NFC and NFD for one statement.
    struct Key: Hashable {
        var text: String
        var types: [PostgresType]

        init(_ sql: SQL) {
            self.text = sql.text
            self.types = sql.parameters.map(\.type)
        }

        static func == (left: Key, right: Key) -> Bool {
            guard left.types == right.types, left.text.utf8.count == right.text.utf8.count else { return false }
            let length = left.text.utf8.count
            var (left, right) = (left.text, right.text)
            return left.withUTF8 { left in
                right.withUTF8 { right in
                    guard let left = left.baseAddress, let right = right.baseAddress else { return true }
                    return unsafe memcmp(left, right, length) == 0
                }
            }
        }

        func hash(into hasher: inout Hasher) {
            var text = self.text
            text.withUTF8 { bytes in unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes)) }
            hasher.combine(self.types)
        }
    }

    /// One prepared statement.
    final class Statement {
        let name: String
        /// Known after the first execution.
        var columns: Columns?
        fileprivate(set) var lastUse = 0

        init(name: String) {
            self.name = name
        }
    }

    let capacity: Int
    /// Names to deallocate with the next flight.
    private(set) var superseded: [String] = []
    /// Nothing the server holds can be relied on: deallocate everything first.
    private(set) var mustReset = false

    private var statements: [Key: Statement] = [:]
    private var uses = 0
    private var names = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { self.statements.count }

    mutating func find(_ key: Key) -> Statement? {
        guard let statement = self.statements[key] else { return nil }
        self.uses += 1
        statement.lastUse = self.uses
        return statement
    }

    /// A statement under a name never used before on this connection, so that one whose fate is unknown cannot
    /// stand in its way.
    mutating func make() -> Statement {
        self.names += 1
        return Statement(name: "s\(self.names)")
    }

    /// The server has prepared it.
    mutating func insert(_ statement: Statement, for key: Key) {
        if self.statements.count >= self.capacity,
            let oldest = self.statements.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            self.statements[oldest.key] = nil
            self.superseded.append(oldest.value.name)
        }
        self.uses += 1
        statement.lastUse = self.uses
        self.statements[key] = statement
    }

    /// The server has deallocated it.
    mutating func dropped(_ name: String) {
        self.superseded.removeAll { $0 == name }
    }

    mutating func reset() {
        self.statements.removeAll()
        self.superseded.removeAll()
        self.mustReset = true
    }

    mutating func wasReset() {
        self.mustReset = false
    }
}
