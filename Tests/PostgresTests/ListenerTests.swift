import Logging
import Postgres
import TestSupport
import Testing

struct ListenerTests {
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    @Test func `what is notified after the marker arrives in order`() async throws {
        try await Fixture.connection { connection, conninfo in
            let listener = Listener(conninfo: conninfo, channels: ["work", "Odd \"name\""], logger: self.logger)
            var events = listener.events().makeAsyncIterator()
            #expect(await events.next() == .reconnected)

            try await connection.flight([
                "select pg_notify('work', '1')", "select pg_notify('other', '2')", "select pg_notify('work', '闭环')",
            ])
            try await connection.query("notify \"Odd \"\"name\"\"\"")

            #expect(await events.next() == .notified(PostgresNotification(channel: "work", payload: "1")))
            #expect(await events.next() == .notified(PostgresNotification(channel: "work", payload: "闭环")))
            #expect(await events.next() == .notified(PostgresNotification(channel: "Odd \"name\"", payload: "")))
        }
    }

    @Test func `a listener that lost its connection listens again and says so`() async throws {
        try await Fixture.connection { connection, conninfo in
            let listener = Listener(
                conninfo: conninfo,
                channels: ["work"],
                backoff: Backoff(base: .milliseconds(10)),
                logger: self.logger
            )
            var events = listener.events().makeAsyncIterator()
            #expect(await events.next() == .reconnected)

            try await connection.query(
                """
                select pg_terminate_backend(pid, 5000) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()
                """
            )

            #expect(await events.next() == .reconnected)
            try await connection.query("notify work, 'after'")
            #expect(await events.next() == .notified(PostgresNotification(channel: "work", payload: "after")))
        }
    }

    @Test func `a quiet connection is tried and goes on listening`() async throws {
        try await Fixture.connection { connection, conninfo in
            let listener = Listener(
                conninfo: conninfo,
                channels: ["work"],
                idleLimit: .milliseconds(10),
                logger: self.logger
            )
            var events = listener.events().makeAsyncIterator()
            #expect(await events.next() == .reconnected)
            for number in 0..<20 {
                try await Task.sleep(for: .milliseconds(7))
                try await connection.query("select pg_notify('work', \(String(number)))")
                #expect(await events.next() == .notified(PostgresNotification(channel: "work", payload: "\(number)")))
            }
        }
    }

    @Test func `a listener nobody reads hangs up`() async throws {
        try await Fixture.connection { connection, conninfo in
            let listener = Listener(conninfo: conninfo, channels: ["work"], logger: self.logger)
            let reader = Task {
                for await _ in listener.events() {}
            }
            let others: SQL = """
                (select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
                    and backend_type = 'client backend')
                """
            try await Fixture.until("select \(others) = 1", on: connection)

            reader.cancel()

            try await Fixture.until("select \(others) = 0", on: connection)
        }
    }
}
