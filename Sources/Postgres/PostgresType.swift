/// The OID of a built-in PostgreSQL type, as `pg_type.dat` of the server's source fixes it.
package struct PostgresType: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }
}

extension PostgresType {
    package static let bool = Self(rawValue: 16)
    package static let bytea = Self(rawValue: 17)
    package static let int8 = Self(rawValue: 20)
    package static let int2 = Self(rawValue: 21)
    package static let int4 = Self(rawValue: 23)
    package static let text = Self(rawValue: 25)
    package static let json = Self(rawValue: 114)
    package static let float4 = Self(rawValue: 700)
    package static let float8 = Self(rawValue: 701)
    package static let timestamptz = Self(rawValue: 1184)
    package static let uuid = Self(rawValue: 2950)
    package static let jsonb = Self(rawValue: 3802)

    package static let boolList = Self(rawValue: 1000)
    package static let byteaList = Self(rawValue: 1001)
    package static let int2List = Self(rawValue: 1005)
    package static let int4List = Self(rawValue: 1007)
    package static let textList = Self(rawValue: 1009)
    package static let int8List = Self(rawValue: 1016)
    package static let float8List = Self(rawValue: 1022)
    package static let timestamptzList = Self(rawValue: 1185)
    package static let uuidList = Self(rawValue: 2951)
    package static let jsonbList = Self(rawValue: 3807)
}
