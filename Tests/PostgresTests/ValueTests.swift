import Foundation
import Postgres
import TestSupport
import Testing

/// Every type there and back.
struct ValueTests {
    private func roundTrip<T: PostgresEncodable & PostgresDecodable & Equatable>(
        _ values: [T],
        on connection: Connection
    ) async throws {
        for value in values {
            let back: T = try await connection.value("select \(value) as value")
            #expect(back == value)
        }
    }

    @Test func `every value comes back as it went`() async throws {
        try await Fixture.connection { connection, _ in
            let texts = ["", "a", "陈建国", "😀", "'\"\\{},NULL", "NULL", "null", "\t\r\n", "caf\u{e9}", "cafe\u{301}"]
            try await self.roundTrip(texts, on: connection)
            try await self.roundTrip([true, false], on: connection)
            try await self.roundTrip([0, -1, .max, .min] as [Int], on: connection)
            try await self.roundTrip([0, -1, .max, .min] as [Int64], on: connection)
            try await self.roundTrip([0, -1, .max, .min] as [Int32], on: connection)
            try await self.roundTrip([0, -1, .max, .min] as [Int16], on: connection)
            try await self.roundTrip([0, -1.5, .pi, .greatestFiniteMagnitude, .infinity], on: connection)
            try await self.roundTrip((0..<10).map { _ in UUID() }, on: connection)
            try await self.roundTrip([[], [0], Array(0...255)] as [[UInt8]], on: connection)
            try await self.roundTrip([JSON(text: #"{"a": [1, null, "陈"]}"#), JSON(text: "null")], on: connection)
            try await self.roundTrip([nil, "a"] as [String?], on: connection)
            try await self.roundTrip([nil, 1] as [Int?], on: connection)
            try await self.roundTrip([nil, true] as [Bool?], on: connection)
            try await self.roundTrip([nil, [1, 2]] as [[UInt8]?], on: connection)
        }
    }

    @Test func `every array comes back as it went`() async throws {
        try await Fixture.connection { connection, _ in
            let texts = ["", "a", "陈建国", "'\"\\{},NULL", "NULL", "null", "a b", " ", "\n"]
            try await self.roundTrip([[], texts], on: connection)
            try await self.roundTrip([[nil], texts.map { $0 } + [nil]] as [[String?]], on: connection)
            try await self.roundTrip([[], [.min, 0, .max]] as [[Int]], on: connection)
            try await self.roundTrip([[nil, 7]] as [[Int?]], on: connection)
            try await self.roundTrip([[1, -1]] as [[Int32]], on: connection)
            try await self.roundTrip([[1, -1]] as [[Int16]], on: connection)
            try await self.roundTrip([[true, false]], on: connection)
            try await self.roundTrip([[UUID(), UUID()]], on: connection)
            try await self.roundTrip([[UUID(), nil]] as [[UUID?]], on: connection)
            try await self.roundTrip([[[], [0, 255], Array("\\x".utf8)]] as [[[UInt8]]], on: connection)
            try await self.roundTrip(
                [[Date(timeIntervalSince1970: 1_767_240_000.25), nil]] as [[Date?]], on: connection)
            try await self.roundTrip([[JSON(text: #"{"a": "b,\"c"}"#)]], on: connection)
        }
    }

    @Test func `a time keeps its microseconds`() async throws {
        try await Fixture.connection { connection, _ in
            for _ in 0..<200 {
                let microseconds = Int64.random(in: -2_000_000_000_000_000...4_000_000_000_000_000)
                let date = Timestamp(microseconds: microseconds).date
                let row = try await connection.query(
                    """
                    select \(date) as date,
                           (extract(epoch from \(date)) * 1000000)::bigint as microseconds,
                           'epoch'::timestamptz + \(microseconds) * interval '1 microsecond' as expected
                    """
                ).rows[0]
                #expect(try row.get("microseconds") == microseconds)
                #expect(try row.get("date") == date)
                #expect(try row.get("expected") == date)
            }
            let row = try await connection.query(
                "select 'infinity'::timestamptz as future, '-infinity'::timestamptz as past, now() as now"
            ).rows[0]
            #expect(try row.get("future") == Date.distantFuture)
            #expect(try row.get("past") == Date.distantPast)
            #expect(try abs(row.get("now", as: Date.self).timeIntervalSinceNow) < 60)
        }
    }

    @Test func `arrays unnest side by side`() async throws {
        try await Fixture.connection { connection, _ in
            let ids = [UUID(), UUID(), UUID()]
            let rows = try await connection.query(
                "select * from unnest(\(ids), \(["a", nil, "c"] as [String?]), \([1, 2, 3])) as t (id, name, rank) order by rank"
            ).rows
            #expect(try rows.map { try $0.get("id", as: UUID.self) } == ids)
            #expect(try rows.map { try $0.get("name", as: String?.self) } == ["a", nil, "c"])
        }
    }

    @Test(arguments: ["a\0b", "\0"])
    func `text with NUL is refused before anything is sent`(text: String) async throws {
        try await Fixture.connection(prepared: "create table t (a text)") { connection, _ in
            for parameter: SQL in ["\(text)", "\([text])", "\(JSON(text: text))", "\([text, nil] as [String?])"] {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.flight(["insert into t values ('x')", "select " + parameter])
                }
                #expect(error?.code == .encoding)
            }
            let count: Int = try await connection.value("select count(*) as n from t")
            #expect(count == 0)
        }
    }

    @Test(arguments: [Double.nan, .infinity, 1e300, -1e300])
    func `a date beyond PostgreSQL's is refused`(seconds: Double) async throws {
        try await Fixture.connection { connection, _ in
            let sql: SQL = "select \(Date(timeIntervalSinceReferenceDate: seconds))"
            let error = await #expect(throws: PostgresError.self) { try await connection.query(sql) }
            #expect(error?.code == .encoding)
        }
    }

    @Test func `a cell is read only as what it is`() async throws {
        try await Fixture.connection { connection, _ in
            let row = try await connection.query(
                """
                select 1::int8 as big, 70000::int4 as integer, 'a'::text as text, null::text as nothing, true as truth,
                       '2026-01-01'::date as day, 12.50::numeric as amount, gen_random_uuid() as id, now() as now,
                       '{}'::jsonb as json, '{{1}}'::int8[] as matrix
                """
            ).rows[0]
            func fails<T: PostgresDecodable>(_ column: String, _ type: T.Type) {
                #expect { try row.get(column, as: type) } throws: { ($0 as? PostgresError)?.code == .decoding }
            }
            fails("absent", String.self)
            fails("nothing", String.self)
            fails("big", String.self)
            fails("text", Int.self)
            fails("integer", Int16.self)
            fails("truth", Int.self)
            fails("truth", String.self)
            fails("id", String.self)
            fails("now", String.self)
            fails("json", String.self)
            fails("day", Date.self)
            fails("matrix", [Int].self)
            fails("big", Bool?.self)
            #expect(try row.get("integer", as: Int.self) == 70_000)
            #expect(try row.get("day", as: String.self) == "2026-01-01")
            #expect(try row.get("amount", as: String.self) == "12.50")
            #expect(try row.get("nothing", as: String?.self) == nil)
        }
    }

    @Test func `bytes of a cell are those of its text`() async throws {
        try await Fixture.connection { connection, _ in
            let result = try await connection.query("select '闭环'::text as name, null::int as none, ''::text as empty")
            let row = result.rows[0]
            let name = try row.withBytes(result.column("name")) { $0.map(Array.init) }
            #expect(name == Array("闭环".utf8))
            #expect(try row.withBytes(result.column("none")) { $0 == nil })
            #expect(try row.withBytes(result.column("empty")) { $0?.count } == 0)
            #expect(try row.isNull(result.column("none")))
            #expect(result.columnNames == ["name", "none", "empty"])
        }
    }

    @Test func `a row outlives its connection`() async throws {
        let row = try await Fixture.connection { connection, _ in
            try await connection.query("select 'still here' as text").rows[0]
        }
        #expect(try row.get("text") == "still here")
    }

    @Test func `a raw-valued type travels as its raw value`() async throws {
        enum Colour: String, PostgresEncodable, PostgresDecodable, PostgresListElement {
            case red, green
        }
        try await Fixture.connection { connection, _ in
            let row = try await connection.query(
                "select \(Colour.red) as one, \([Colour.red, .green]) as many, 'blue'::text as other"
            ).rows[0]
            #expect(try row.get("one") == Colour.red)
            #expect(try row.get("many") == [Colour.red, .green])
            #expect(throws: PostgresError.self) { try row.get("other", as: Colour.self) }
        }
    }
}
