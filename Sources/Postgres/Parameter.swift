package import struct FoundationEssentials.UUID

/// A value of a statement, with the type PostgreSQL is told it has.
///
/// Everything travels in binary format, with its length: no value is ever quoted, escaped or cut at a NUL.
package struct Parameter: Sendable, Hashable {
    package var type: PostgresType
    package var value: Value

    package init(type: PostgresType, value: Value) {
        self.type = type
        self.value = value
    }

    package init(_ value: some PostgresEncodable) {
        self.init(type: Swift.type(of: value).postgresType, value: value.postgresValue)
    }
}

extension Parameter {
    /// What is sent for the value.
    package indirect enum Value: Sendable, Hashable {
        case null
        case bool(Bool)
        case int2(Int16)
        case int4(Int32)
        /// Also `timestamptz` (microseconds since 2000-01-01 UTC) and `float8` (its bits).
        case int8(Int64)
        case uuid(UUID)
        case text(String)
        case jsonb(String)
        case bytes([UInt8])
        /// A one-dimensional array of elements of the type.
        case list(of: PostgresType, [Value])
        /// Cannot be sent, for the reason given.
        case invalid(String)
    }
}

extension Parameter.Value {
    /// Why the value cannot be sent; nil when it can.
    var fault: String? {
        switch self {
        case .text(let text), .jsonb(let text):
            text.utf8.contains(0) ? "text holds U+0000, which PostgreSQL cannot store" : nil
        case .list(_, let values): values.lazy.compactMap(\.fault).first
        case .invalid(let reason): reason
        case .null, .bool, .int2, .int4, .int8, .uuid, .bytes: nil
        }
    }

    /// Appends the binary form; false, and nothing appended, for null.
    ///
    /// The forms are those of the types' `*_recv` functions in the server's source.
    func append(to bytes: inout [UInt8]) -> Bool {
        switch self {
        case .null, .invalid: return false
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .int2(let value): bytes.append(bigEndian: value)
        case .int4(let value): bytes.append(bigEndian: value)
        case .int8(let value): bytes.append(bigEndian: value)
        case .uuid(let value):
            let u = value.uuid
            bytes.append(contentsOf: [
                u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15,
            ])
        case .text(let value): bytes.append(contentsOf: value.utf8)
        case .jsonb(let value):
            bytes.append(1)  // The version of the binary format.
            bytes.append(contentsOf: value.utf8)
        case .bytes(let value): bytes.append(contentsOf: value)
        case .list(let type, let values):
            bytes.append(bigEndian: Int32(values.isEmpty ? 0 : 1))  // Dimensions.
            bytes.append(bigEndian: Int32(values.contains(.null) ? 1 : 0))
            bytes.append(bigEndian: type.rawValue)
            guard !values.isEmpty else { return true }
            bytes.append(bigEndian: Int32(values.count))
            bytes.append(bigEndian: Int32(1))  // Lower bound.
            for value in values {
                let start = bytes.count
                bytes.append(bigEndian: Int32(-1))
                guard value.append(to: &bytes) else { continue }
                let length = UInt32(bytes.count - start - 4)
                for byte in 0..<4 { bytes[start + byte] = UInt8(truncatingIfNeeded: length >> (24 - 8 * byte)) }
            }
        }
        return true
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian value: some FixedWidthInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            self.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
