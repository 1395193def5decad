import Postgres
import TestSupport
import Testing

struct TransactionTests {
    private struct Refused: Error {
        var cause: PostgresError?
    }

    private static let table = "create table t (a int primary key, b int); insert into t values (1, 0)"

    @Test func `what the body finishes is committed in that flight`() async throws {
        try await Fixture.connection(prepared: Self.table) { connection, _ in
            let affected = try await connection.transaction { _, transaction throws(PostgresError) in
                let found = try transaction.flight(["select b from t where a = \(Int32(1)) for update"])
                let b: Int = try found[0].rows[0].get("b")
                let written = try transaction.finish([
                    "update t set b = \(b + 1) where a = 1", "insert into t values (2, 2)",
                ])
                return written.map(\.affected)
            }
            #expect(affected == [1, 1])
            try await expect("select count(*) from t", on: connection, gives: 2)
        }
    }

    @Test func `a body that returns without finishing commits`() async throws {
        try await Fixture.connection(prepared: Self.table) { connection, _ in
            try await connection.transaction { _, transaction throws(PostgresError) in
                try transaction.flight(["insert into t values (2, 2)"])
                try transaction.flight(["insert into t values (3, 3)"])
            }
            try await connection.transaction { _, _ throws(PostgresError) in }
            try await connection.transaction { _, transaction throws(PostgresError) in try transaction.finish() }
            try await expect("select count(*) from t", on: connection, gives: 3)
        }
    }

    @Test func `a body that throws leaves nothing behind`() async throws {
        try await Fixture.connection(prepared: Self.table) { connection, conninfo in
            await #expect(throws: Refused.self) {
                try await connection.transaction { _, transaction throws(Refused) in
                    do throws(PostgresError) {
                        try transaction.flight([
                            "select set_config('bihuan.session', 'token', true)",
                            "update t set b = 9 where a = 1",
                        ])
                        try transaction.flight(["insert into t values (2, 2)"])
                    } catch {
                        throw Refused(cause: error)
                    }
                    throw Refused()
                } orFail: {
                    Refused(cause: $0)
                }
            }

            let row = try await connection.query(
                "select count(*) as n, sum(b)::int as sum, current_setting('bihuan.session', true) as session from t"
            ).rows[0]
            #expect(try row.get("n") == 1)
            #expect(try row.get("sum") == 0)
            #expect(try row.get("session", as: String?.self) ?? "" == "")
            // No lock is left either.
            let other = try await Connection.open(conninfo)
            try await expect(
                "select count(*) from (" + "select a from t for update nowait" + ") as it", on: other, gives: 1)
        }
    }

    @Test func `lock and setting hold between the flights and end with the transaction`() async throws {
        try await Fixture.connection(prepared: Self.table) { connection, conninfo in
            let other = try await Connection.open(conninfo, settings: SessionSettings(lockTimeout: .milliseconds(20)))
            let blocked = LockProbe(connection: other)

            try await connection.transaction { _, transaction throws(PostgresError) in
                try transaction.flight([
                    "select set_config('bihuan.session', 'token', true)", "select a from t where a = 1 for update",
                ])
                blocked.probe()
                let session = try transaction.flight(["select current_setting('bihuan.session') as session"])
                #expect(try session[0].rows[0].get("session") == "token")
                #expect(blocked.wait() == .server(.lockNotAvailable))
                try transaction.finish(["update t set b = 5 where a = 1"])
            }

            try await expect("select b from t where a = 1 for update", on: other, gives: 5)
            let after = try await connection.query("select current_setting('bihuan.session', true) as session").rows[0]
            #expect(try after.get("session", as: String?.self) ?? "" == "")
        }
    }

    @Test func `an error swallowed by the body is thrown all the same`() async throws {
        try await Fixture.connection(prepared: Self.table) { connection, _ in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { _, transaction throws(PostgresError) in
                    try transaction.flight(["insert into t values (2, 2)"])
                    _ = try? transaction.flight(["insert into t values (1, 1)", "select 1"])
                    let again = #expect(throws: PostgresError.self) { try transaction.flight(["select 1"]) }
                    #expect(again?.code == .server(.uniqueViolation))
                }
            }
            #expect(error?.code == .server(.uniqueViolation))
            try await expect("select count(*) from t", on: connection, gives: 1)
        }
    }

    @Test func `a parameter that cannot be sent ends the transaction`() async throws {
        try await Fixture.connection(prepared: Self.table) { connection, _ in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { _, transaction throws(PostgresError) in
                    try transaction.flight(["insert into t values (2, 2)"])
                    _ = try? transaction.flight(["select \("a\0b")"])
                }
            }
            #expect(error?.code == .encoding)
            try await expect("select count(*) from t", on: connection, gives: 1)
        }
    }

    @Test func `a constraint checked at the commit is the server's refusal`() async throws {
        let script = "create table t (a int, constraint one_each unique (a) deferrable initially deferred)"
        try await Fixture.connection(prepared: script) { connection, _ in
            for finishes in [true, false] {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.transaction { _, transaction throws(PostgresError) in
                        try transaction.flight(["insert into t values (1)", "insert into t values (1)"])
                        if finishes { try transaction.finish(["select 1"]) }
                    }
                }
                #expect(error?.code == .server(.uniqueViolation))
            }
            try await expect("select count(*) from t", on: connection, gives: 0)
        }
    }

    @Test func `inside the body the connection's own calls are refused`() async throws {
        try await Fixture.connection(prepared: Self.table) { connection, _ in
            try await connection.transaction { connection, transaction throws(PostgresError) in
                try transaction.flight(["insert into t values (2, 2)"])
                let query = #expect(throws: PostgresError.self) { try connection.query("select 1") }
                #expect(query?.code == .misuse)
                let script = #expect(throws: PostgresError.self) { try connection.script("commit") }
                #expect(script?.code == .misuse)
                do throws(PostgresError) {
                    try connection.transaction { _, _ throws(PostgresError) in }
                    Issue.record("a transaction opened inside another")
                } catch {
                    #expect(error.code == .misuse)
                }
                try transaction.finish()
                let late = #expect(throws: PostgresError.self) { try transaction.flight(["select 1"]) }
                #expect(late?.code == .misuse)
            }
            try await expect("select count(*) from t", on: connection, gives: 2)
        }
    }

    @Test func `a transaction cannot be opened inside one begun in SQL`() async throws {
        try await Fixture.connection(prepared: Self.table) { connection, _ in
            try await connection.script("begin")
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { _, _ throws(PostgresError) in }
            }
            #expect(error?.code == .misuse)
        }
    }

    @Test func `a deadline that passes between the flights rolls back and keeps the connection`() async throws {
        try await Fixture.connection(prepared: Self.table) { connection, _ in
            for finishes in [true, false] {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.transaction(deadline: .seconds(1)) {
                        _, transaction throws(PostgresError) in
                        try transaction.flight(["insert into t values (2, 2)"])
                        Pause.blocking(milliseconds: 1_050)
                        if finishes { try transaction.finish() }
                    }
                }
                #expect(error?.code == .timeout)
            }
            try await expect("select count(*) from t", on: connection, gives: 1)
        }
    }

    @Test func `a wait for a lock ends at the deadline and nothing is committed`() async throws {
        try await Fixture.connection(prepared: Self.table) { connection, conninfo in
            let holder = try await Connection.open(conninfo)
            try await holder.script("begin; select * from t where a = 1 for update")
            let pid = await connection.backendPID

            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction(deadline: .milliseconds(200)) { _, transaction throws(PostgresError) in
                    try transaction.flight(["insert into t values (2, 2)", "update t set b = 1 where a = 1"])
                }
            }

            #expect(error?.code == .timeout)
            #expect(await !connection.isOpen)
            // The server was told to stop, long before its own limit of five seconds.
            let observer = try await Connection.open(conninfo)
            try await Fixture.until("select not exists (select from pg_stat_activity where pid = \(pid))", on: observer)
            try await holder.script("commit")
            try await expect("select count(*) from t", on: holder, gives: 1)
        }
    }
}
