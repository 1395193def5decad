/// A type whose values may be parameters.
package protocol PostgresEncodable: Sendable {
    static var postgresType: PostgresType { get }
    var postgresValue: Parameter.Value { get }
}

/// A type of which arrays may be parameters and cells.
///
/// It stands apart from ``PostgresEncodable`` so that `[UInt8]` can be a `bytea` and not a list.
package protocol PostgresListElement: Sendable {
    static var postgresListType: PostgresType { get }
    static func postgresList(_ values: [Self]) -> Parameter.Value
    static func list(from cell: Cell) throws(CellFault) -> [Self]
}

extension PostgresListElement where Self: PostgresEncodable {
    package static func postgresList(_ values: [Self]) -> Parameter.Value {
        .list(of: Self.postgresType, values.map(\.postgresValue))
    }
}

extension PostgresListElement where Self: PostgresDecodable {
    package static func list(from cell: Cell) throws(CellFault) -> [Self] {
        try cell.list { element throws(CellFault) in try Self.decode(element) }
    }
}

extension Array: PostgresEncodable where Element: PostgresListElement {
    package static var postgresType: PostgresType { Element.postgresListType }
    package var postgresValue: Parameter.Value { Element.postgresList(self) }
}

extension Array: PostgresDecodable where Element: PostgresListElement {
    package static func decode(_ cell: Cell) throws(CellFault) -> [Element] {
        try Element.list(from: cell)
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresType: PostgresType { Wrapped.postgresType }
    package var postgresValue: Parameter.Value { self?.postgresValue ?? .null }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package static func decode(_ cell: Cell) throws(CellFault) -> Wrapped? {
        cell.isNull ? nil : try Wrapped.decode(cell)
    }
}

extension Optional: PostgresListElement
where Wrapped: PostgresListElement & PostgresEncodable & PostgresDecodable {
    package static var postgresListType: PostgresType { Wrapped.postgresListType }
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    package static var postgresType: PostgresType { RawValue.postgresType }
    package var postgresValue: Parameter.Value { self.rawValue.postgresValue }
}

extension PostgresListElement where Self: RawRepresentable, RawValue: PostgresListElement {
    package static var postgresListType: PostgresType { RawValue.postgresListType }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    package static func decode(_ cell: Cell) throws(CellFault) -> Self {
        guard let value = Self(rawValue: try RawValue.decode(cell)) else {
            throw CellFault("is not a known \(Self.self)")
        }
        return value
    }
}
