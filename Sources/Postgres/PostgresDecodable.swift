/// A type that can be read from a cell.
package protocol PostgresDecodable {
    static func decode(_ cell: Cell) throws(CellFault) -> Self
}

/// Why a cell could not be read; ``Row`` adds the column's name.
package struct CellFault: Error {
    package var reason: String

    package init(_ reason: String) {
        self.reason = reason
    }

    init(_ type: PostgresType, isNot wanted: Any.Type) {
        self.init("of type OID \(type.rawValue) does not hold \(wanted)")
    }
}
