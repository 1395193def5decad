package import struct FoundationEssentials.Date
package import struct FoundationEssentials.UUID

// How each Swift type travels: text, bool, int2, int4, int8, float8, uuid, timestamptz, bytea, jsonb.

extension String: PostgresEncodable, PostgresDecodable, PostgresListElement {
    package static var postgresType: PostgresType { .text }
    package static var postgresListType: PostgresType { .textList }
    package var postgresValue: Parameter.Value { .text(self) }

    /// Any type but those with a Swift type of their own, so that a forgotten conversion is seen:
    /// `text`, `varchar`, `name`, `date`, `interval`, `numeric`, enums, domains and the like.
    package static func decode(_ cell: Cell) throws(CellFault) -> String {
        switch cell.type {
        case .bool, .bytea, .int2, .int4, .int8, .float4, .float8, .timestamptz, .uuid, .json, .jsonb:
            throw CellFault(cell.type, isNot: Self.self)
        default: return try cell.text()
        }
    }
}

extension Bool: PostgresEncodable, PostgresDecodable, PostgresListElement {
    package static var postgresType: PostgresType { .bool }
    package static var postgresListType: PostgresType { .boolList }
    package var postgresValue: Parameter.Value { .bool(self) }

    package static func decode(_ cell: Cell) throws(CellFault) -> Bool {
        guard cell.type == .bool else { throw CellFault(cell.type, isNot: Self.self) }
        return try unsafe cell.bytes { bytes in unsafe bytes.first == UInt8(ascii: "t") }
    }
}

extension Int: PostgresEncodable, PostgresDecodable, PostgresListElement {
    package static var postgresType: PostgresType { .int8 }
    package static var postgresListType: PostgresType { .int8List }
    package var postgresValue: Parameter.Value { .int8(Int64(self)) }

    package static func decode(_ cell: Cell) throws(CellFault) -> Int { try cell.integer() }
}

extension Int64: PostgresEncodable, PostgresDecodable, PostgresListElement {
    package static var postgresType: PostgresType { .int8 }
    package static var postgresListType: PostgresType { .int8List }
    package var postgresValue: Parameter.Value { .int8(self) }

    package static func decode(_ cell: Cell) throws(CellFault) -> Int64 { try cell.integer() }
}

extension Int32: PostgresEncodable, PostgresDecodable, PostgresListElement {
    package static var postgresType: PostgresType { .int4 }
    package static var postgresListType: PostgresType { .int4List }
    package var postgresValue: Parameter.Value { .int4(self) }

    package static func decode(_ cell: Cell) throws(CellFault) -> Int32 { try cell.integer() }
}

extension Int16: PostgresEncodable, PostgresDecodable, PostgresListElement {
    package static var postgresType: PostgresType { .int2 }
    package static var postgresListType: PostgresType { .int2List }
    package var postgresValue: Parameter.Value { .int2(self) }

    package static func decode(_ cell: Cell) throws(CellFault) -> Int16 { try cell.integer() }
}

extension Double: PostgresEncodable, PostgresDecodable, PostgresListElement {
    package static var postgresType: PostgresType { .float8 }
    package static var postgresListType: PostgresType { .float8List }
    package var postgresValue: Parameter.Value { .int8(Int64(bitPattern: self.bitPattern)) }

    package static func decode(_ cell: Cell) throws(CellFault) -> Double {
        guard cell.type == .float8 || cell.type == .float4, let value = Double(try cell.text()) else {
            throw CellFault(cell.type, isNot: Self.self)
        }
        return value
    }
}

extension UUID: PostgresEncodable, PostgresDecodable, PostgresListElement {
    package static var postgresType: PostgresType { .uuid }
    package static var postgresListType: PostgresType { .uuidList }
    package var postgresValue: Parameter.Value { .uuid(self) }

    package static func decode(_ cell: Cell) throws(CellFault) -> UUID {
        guard cell.type == .uuid else { throw CellFault(cell.type, isNot: Self.self) }
        let value = try unsafe cell.bytes { bytes in unsafe CellText.uuid(bytes) }
        guard let value else { throw CellFault("is not the text of a uuid") }
        return value
    }
}

extension Date: PostgresEncodable, PostgresDecodable, PostgresListElement {
    package static var postgresType: PostgresType { .timestamptz }
    package static var postgresListType: PostgresType { .timestamptzList }

    /// Rounded to the microsecond; from 4713 BC to the year 294276, as `timestamptz` allows.
    package var postgresValue: Parameter.Value {
        let seconds = self.timeIntervalSinceReferenceDate + Timestamp.fromPostgresEpochToReferenceDate
        guard seconds > -211_813_488_000, seconds < 9_223_371_331_200 else {
            return .invalid("the date is beyond what timestamptz can hold")
        }
        let whole = Int64((self.timeIntervalSinceReferenceDate * 1_000_000).rounded())
        return .int8(whole + Int64(Timestamp.fromPostgresEpochToReferenceDate) * 1_000_000)
    }

    /// `infinity` is `distantFuture`, `-infinity` is `distantPast`.
    package static func decode(_ cell: Cell) throws(CellFault) -> Date {
        guard cell.type == .timestamptz else { throw CellFault(cell.type, isNot: Self.self) }
        let timestamp = try unsafe cell.bytes { bytes in unsafe Timestamp(text: bytes) }
        guard let timestamp else { throw CellFault("is not a timestamp in ISO style") }
        return timestamp.date
    }
}

extension JSON: PostgresEncodable, PostgresDecodable, PostgresListElement {
    package static var postgresType: PostgresType { .jsonb }
    package static var postgresListType: PostgresType { .jsonbList }
    package var postgresValue: Parameter.Value { .jsonb(self.text) }

    package static func decode(_ cell: Cell) throws(CellFault) -> JSON {
        guard cell.type == .jsonb || cell.type == .json else { throw CellFault(cell.type, isNot: Self.self) }
        return JSON(text: try cell.text())
    }
}

/// `[UInt8]` is a `bytea`.
extension UInt8: PostgresListElement {
    package static var postgresListType: PostgresType { .bytea }
    package static func postgresList(_ values: [UInt8]) -> Parameter.Value { .bytes(values) }

    package static func list(from cell: Cell) throws(CellFault) -> [UInt8] {
        guard cell.type == .bytea else { throw CellFault(cell.type, isNot: [UInt8].self) }
        let value = try unsafe cell.bytes { bytes in unsafe CellText.bytea(bytes) }
        guard let value else { throw CellFault("is not the hex text of a bytea") }
        return value
    }
}

/// `[[UInt8]]` is a `bytea[]`.
extension [UInt8]: PostgresListElement {
    package static var postgresListType: PostgresType { .byteaList }
}
