import Testing

@testable import Postgres

struct SQLTests {
    @Test func `an interpolated value becomes a parameter`() {
        let sql: SQL = "select * from t where a = \(1) and b = \("x'; drop table t")"

        #expect(sql.text == "select * from t where a = $1 and b = $2")
        #expect(sql.parameters == [Parameter(1), Parameter("x'; drop table t")])
    }

    @Test func `a spliced piece has its parameters renumbered`() {
        let condition: SQL = "a = \(1) or b = '$1' or c = \("x")"
        let sql: SQL = "select \(0) where (\(condition)) limit \(9)"

        #expect(sql.text == "select $1 where (a = $2 or b = '$1' or c = $3) limit $4")
        #expect(sql.parameters == [Parameter(0), Parameter(1), Parameter("x"), Parameter(9)])
    }

    @Test func `numbers of more than one digit are renumbered whole`() {
        let list = (1...12).map { "\($0)" as SQL }.joined(separator: ", ")
        let sql: SQL = "select \(0), \(list), \(raw: "now()")"

        #expect(sql.text == "select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, now()")
        #expect(sql.parameters.count == 13)
    }

    @Test func `pieces add up`() {
        var sql: SQL = "select \(1)"
        sql += ", \(2)"
        let whole = sql + " where \(true)"

        #expect(whole.text == "select $1, $2 where $3")
        #expect(whole.parameters == [Parameter(1), Parameter(2), Parameter(true)])
    }

    @Test func `texts that differ only in normal form are two statements`() {
        let composed: SQL = "select 'caf\u{e9}'"
        let decomposed: SQL = "select 'cafe\u{301}'"

        #expect(composed.text == decomposed.text)
        #expect(StatementCache.Key(composed) != StatementCache.Key(decomposed))
    }
}
