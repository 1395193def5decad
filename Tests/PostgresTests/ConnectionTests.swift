import Foundation
import Postgres
import TestSupport
import Testing

struct ConnectionTests {
    // MARK: The session

    @Test func `a session is as the parsers need it, whatever the connection string says`() async throws {
        let server = try await TestServer.shared()
        let conninfo =
            server.conninfo(database: "postgres")
            + " options='-c timezone=Asia/Harbin -c geqo=off' client_encoding=GB18030 application_name=other"
        let connection = try await Connection.open(
            conninfo, settings: SessionSettings(lockTimeout: .milliseconds(1_500)))

        func setting(_ name: String) async throws -> String {
            try await connection.value("select current_setting(\(name)) as value")
        }
        #expect(try await setting("client_encoding") == "UTF8")
        #expect(try await setting("timezone") == "UTC")
        #expect(try await setting("datestyle").hasPrefix("ISO"))
        #expect(try await setting("bytea_output") == "hex")
        #expect(try await setting("default_transaction_isolation") == "read committed")
        #expect(try await setting("application_name") == "bihuan")
        #expect(try await setting("statement_timeout") == "5s")
        #expect(try await setting("lock_timeout") == "1500ms")
        #expect(try await setting("idle_in_transaction_session_timeout") == "10s")
        #expect(try await setting("geqo") == "off")
        #expect(await connection.serverVersion >= 150_000)
    }

    @Test(arguments: [
        "host=/nonexistent dbname=postgres", "postgresql://%zz", "password=se cret", "host=127.0.0.1 port=1 dbname=x",
    ])
    func `what cannot be opened is a connection error`(conninfo: String) async throws {
        let error = await #expect(throws: PostgresError.self) { try await Connection.open(conninfo) }
        #expect(error?.code == .connection)
        #expect(error?.message.contains("cret") == false)
    }

    @Test func `of several hosts the first that answers is taken`() async throws {
        let server = try await TestServer.shared()
        let connection = try await Connection.open(
            "host=/nonexistent,\(server.socketDirectory) port=1,\(server.port) user=bihuan dbname=postgres "
                + "target_session_attrs=read-write"
        )
        try await expect("select true as yes", on: connection, gives: true)
    }

    @Test func `two hundred connections leave no thread and no descriptor behind`() async throws {
        let server = try await TestServer.shared()
        func entries(_ directory: String) throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: directory).count
        }
        let threads = try entries("/proc/self/task")
        let descriptors = try entries("/proc/self/fd")

        for number in 0..<200 {
            let connection = try await Connection.open(server.conninfo(database: "postgres"))
            try await connection.query("select 1")
            if number.isMultiple(of: 2) { await connection.close() }
        }

        // Other tests run meanwhile and hold some of their own; two hundred they do not.
        let clock = ContinuousClock()
        let limit = clock.now.advanced(by: .seconds(10))
        while try entries("/proc/self/task") > threads + 60 || entries("/proc/self/fd") > descriptors + 60 {
            try #require(clock.now < limit)
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    // MARK: Flights

    @Test func `a flight is one transaction`() async throws {
        try await Fixture.connection(prepared: "create table t (a int primary key)") { connection, _ in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.flight([
                    "insert into t values (1)",
                    "insert into t values (\(Int32(1)))",
                    "select 1 / 0",
                ])
            }

            #expect(error?.code == .server(.uniqueViolation), "the first error is the one told")
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.constraint == "t_pkey")
            #expect(error?.table == "t")
            #expect(error?.detail?.contains("already exists") == true)
            #expect(error.map { "\($0)" }?.contains("already exists") == false)
            try await expect("select count(*) as n from t", on: connection, gives: 0)
        }
    }

    @Test func `each statement of a flight has its result`() async throws {
        try await Fixture.connection(prepared: "create table t (a bigint)") { connection, _ in
            let results = try await connection.flight([
                "insert into t select * from generate_series(1, \(5))",
                "select a from t order by a",
                "update t set a = a + 1 where a > \(3) returning a",
                "delete from t",
                "select a from t",
            ])

            #expect(results.map(\.affected) == [5, 5, 2, 5, 0])
            #expect(results.map(\.rows.count) == [0, 5, 2, 0, 0])
            #expect(try results[1].rows.map { try $0.get("a", as: Int.self) } == [1, 2, 3, 4, 5])
            #expect(try await connection.flight([]).isEmpty)
        }
    }

    @Test func `a setting of the transaction is gone after the flight`() async throws {
        try await Fixture.connection { connection, _ in
            let results = try await connection.flight([
                "select set_config('bihuan.session', \("token"), true)",
                "select current_setting('bihuan.session', true) as session",
            ])
            #expect(try results[1].rows[0].get("session") == "token")
            let after = try await connection.query("select current_setting('bihuan.session', true) as session").rows[0]
            #expect(try after.get("session", as: String?.self) ?? "" == "")
        }
    }

    @Test func `a constraint checked at the commit is the server's refusal`() async throws {
        try await Fixture.connection(
            prepared: "create table t (a int, constraint one_each unique (a) deferrable initially deferred)"
        ) { connection, _ in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.flight(["insert into t values (1)", "insert into t values (1)"])
            }
            #expect(error?.code == .server(.uniqueViolation))
            #expect(error?.constraint == "one_each")
            try await expect("select count(*) as n from t", on: connection, gives: 0)
        }
    }

    @Test func `large flights in both directions do not stop each other`() async throws {
        try await Fixture.connection { connection, _ in
            let text = String(repeating: "闭环", count: 4_000)
            let batch = (0..<300).map { "select \(text) as text, \($0) as number" as SQL }

            let results = try await connection.flight(batch)

            #expect(results.count == 300)
            for (number, result) in results.enumerated() {
                #expect(try result.rows[0].get("number") == number)
                #expect(result.rows[0].withBytes(0) { $0?.count } == text.utf8.count)
            }
        }
    }

    @Test func `COPY is refused and the connection given up`() async throws {
        try await Fixture.connection { connection, _ in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query("copy (select 1) to stdout", intent: .read)
            }
            #expect(error?.code == .connection || error?.code == .server(.featureNotSupported))
        }
    }

    // MARK: Prepared statements

    @Test func `a text is prepared once, and the oldest gives way`() async throws {
        try await Fixture.connection(settings: SessionSettings(statementCapacity: 10)) { connection, _ in
            let held: SQL = "select count(*) as n from pg_prepared_statements"
            for _ in 0..<20 { try await connection.query("select \(1)") }
            try await expect(held, on: connection, gives: 2)

            for number in 0..<100 {
                let padding = SQL(trusted: String(repeating: " ", count: number))
                try await connection.query("select" + padding + " \(number)")
                try await connection.query("select \(1)")
            }
            #expect(await connection.preparedStatementCount == 10)
            // One that has given way is deallocated in the next flight.
            #expect(try await connection.value(held) <= 12)
        }
    }

    @Test func `the same text with other types is another statement`() async throws {
        try await Fixture.connection { connection, _ in
            try await expect("select \(1) as value", on: connection, gives: 1)
            try await expect("select \("a") as value", on: connection, gives: "a")
            try await expect("select \(true) as value", on: connection, gives: true)
        }
    }

    @Test func `a statement whose preparation was skipped is prepared the next time`() async throws {
        try await Fixture.connection { connection, _ in
            for _ in 0..<2 {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.flight(["select 1 / \(0)", "select \(7) as seven", "select \(7) as seven"])
                }
                #expect(error?.sqlState?.rawValue == "22012")
            }
            try await expect("select \(7) as seven", on: connection, gives: 7)
            let results = try await connection.flight(["select \(8) as n", "select \(9) as n"])
            #expect(try results.map { try $0.rows[0].get("n", as: Int.self) } == [8, 9])
        }
    }

    @Test func `a statement that cannot be prepared does no harm to the others`() async throws {
        try await Fixture.connection { connection, _ in
            for _ in 0..<3 {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.flight(["select 1", "select * from nowhere", "select 2"])
                }
                #expect(error?.code == .server(.undefinedTable))
                #expect(error?.position == 15)
            }
            try await connection.script("create table nowhere (a int)")
            #expect(try await connection.flight(["select 1", "select * from nowhere", "select 2"]).count == 3)
        }
    }

    @Test func `a change of the schema under a prepared statement is not noticed by its user`() async throws {
        try await Fixture.connection(prepared: "create table t (a int)") { connection, _ in
            try await connection.query("select * from t")
            try await connection.script("alter table t add b int default 2")
            try await connection.script("insert into t values (1)")

            let row = try await connection.query("select * from t").rows[0]
            #expect(try row.get("b") == 2)

            try await connection.script("alter table t add c int default 3")
            let inTransaction = try await connection.transaction { _, transaction throws(PostgresError) in
                try transaction.flight(["select * from t"])[0].rows[0].get("c", as: Int.self)
            }
            #expect(inTransaction == 3)

            try await connection.script("deallocate all")
            try await expect("select count(*) from (" + "select * from t" + ") as it", on: connection, gives: 1)
        }
    }

    // MARK: Scripts

    @Test func `a script runs many statements as one transaction`() async throws {
        try await Fixture.connection { connection, _ in
            try await connection.script("create table t (a int); insert into t values (1); select * from t;")
            let error = await #expect(throws: PostgresError.self) {
                try await connection.script("insert into t values (2); select 1 / 0; insert into t values (3)")
            }
            #expect(error?.sqlState?.rawValue == "22012")
            try await expect("select count(*) as n from t", on: connection, gives: 1)
            try await connection.script("")
        }
    }

    @Test func `a transaction begun in a script holds queries until its commit`() async throws {
        try await Fixture.connection(prepared: "create table t (a int)") { connection, conninfo in
            try await connection.script("begin")
            try await connection.query("insert into t values (\(Int32(1)))")
            let other = try await Connection.open(conninfo)
            try await expect("select count(*) as n from t", on: other, gives: 0)
            try await connection.script("commit")
            try await expect("select count(*) as n from t", on: other, gives: 1)
        }
    }

    @Test func `a script that asks for COPY does not hang`() async throws {
        try await Fixture.connection(prepared: "create table t (a int)") { connection, _ in
            await #expect(throws: PostgresError.self) { try await connection.script("copy t from stdin") }
            #expect(await !connection.isOpen)
        }
    }
}
