import BihuanDomain
import BihuanStore
import BihuanWorkers
import Foundation
import Postgres
import StoreTestSupport
import TestSupport
import Testing

struct SweeperLeaseTests {
    @Test func `four sweepers fire each due clock once, also those that a killed one had claimed`() async throws {
        try await Self.run(cases: 240) { city in
            // A fifth sweeper claims and dies. Its claims are left alone while they last.
            let lost = try await city.store.clockClaims.claim(100)
            #expect(lost.count == 100)
            try await Self.sweep(city, sweepers: 4)
            #expect(try await Self.firings(city) == 140)

            try await Self.endLeases(city)
            try await Self.sweep(city, sweepers: 4)
            #expect(try await Self.firings(city) == 240)
            #expect(
                try await Self.count(city, "select count(*) from bihuan.events where kind = 'noticed'") == 240)
            // Nothing is left claimed or counted against a clock.
            #expect(
                try await Self.count(
                    city,
                    """
                    select count(*) from bihuan.clocks
                     where next_at is not null and (claimed_until is not null or attempts > 0 or retry_at is not null)
                    """) == 0)
        }
    }

    @Test func `a sweeper that is stopped gives back what it did not come to`() async throws {
        try await Self.run(cases: 60) { city in
            let sweeper = Self.sweeper(city, concurrency: 1)
            let pass = Task { await sweeper.pass() }
            while try await Self.firings(city) == 0 { await Task.yield() }
            pass.cancel()
            _ = await pass.value

            let fired = try await Self.firings(city)
            #expect(fired < 60)
            #expect(
                try await Self.count(city, "select count(*) from bihuan.clocks where claimed_until is not null") == 0)
            try await Self.sweep(city, sweepers: 1)
            #expect(try await Self.firings(city) == 60)
        }
    }

    @Test func `clocks that cannot be fired hold up no good one, and are put aside after eight tries`() async throws {
        try await Self.run(cases: 160) { city in
            // The forty that have waited longest cannot be read.
            try await Self.execute(
                city,
                """
                update bihuan.clocks set "limit" = 'nonsense', next_at = next_at - interval '1 hour'
                 where clock_id in (select clock_id from bihuan.clocks where next_at is not null
                                     order by clock_id limit 40)
                """)
            let sweeper = Self.sweeper(city, batch: 20)

            // Two batches find them out; from then on every batch is good ones.
            for _ in 0..<2 { await sweeper.pass() }
            #expect(try await Self.firings(city) == 0)
            for pass in 1...6 {
                try await Self.endPauses(city)
                await sweeper.pass()
                #expect(try await Self.firings(city) == 20 * pass)
            }
            #expect(try await Self.count(city, "select max(attempts)::bigint from bihuan.clocks") == 2)

            // And they are tried on, a few at a time, until their tries are used up.
            for _ in 0..<200 {
                try await Self.endPauses(city)
                if await sweeper.pass() == 0 { break }
            }
            #expect(try await Self.count(city, "select count(*) from bihuan.clocks where aside_at is not null") == 40)
            #expect(
                try await Self.count(
                    city, "select count(*) from bihuan.clocks where aside_at is not null and attempts = 8") == 40)
            #expect(try await Self.firings(city) == 120)

            // Operators see them and put them back, once what was wrong is put right.
            let (keeper, handler) = (try await city.token("operator.city"), try await city.token("handler.east"))
            let queries = city.store.queries
            #expect(try await queries.backlog(keeper).asideClocks == 40)
            try await Self.execute(city, "update bihuan.clocks set \"limit\" = 'PT2H' where \"limit\" = 'nonsense'")
            let aside = try await queries.asideClocks(keeper)
            #expect(aside.count == 40)
            #expect(aside[0].error == "the database could not answer" && aside[0].attempts == 8)
            #expect(try await queries.retryClocks(handler, clock: nil, unit: nil) == 0)
            #expect(try await queries.retryClocks(keeper, clock: aside[0].id.rawValue, unit: nil) == 1)
            #expect(try await queries.retryClocks(keeper, clock: nil, unit: "city") == 39)
            try await Self.sweep(city, sweepers: 2)
            #expect(try await Self.firings(city) == 160)
        }
    }

    @Test func `a clock that ends its sweeper every time is put aside in the end, and no other with it`() async throws {
        try await Self.run(cases: 30) { city in
            let claims = city.store.clockClaims
            // The first time nobody can know which of the batch it was.
            let poison = try #require(try await claims.claim(10).first)
            #expect(!poison.isSuspect)
            try await Self.endLeases(city)
            for death in 1...ClockClaims.tries {
                let claimed = try await claims.claim(10)
                #expect(claimed.count(where: \.isSuspect) == (death == 1 ? 10 : 1))
                // Suspects come after the others, and last those that were found wanting before.
                let last = try #require(claimed.last { $0.clock == poison.clock })
                #expect(death == 1 || claimed.last?.clock == poison.clock)
                for innocent in claimed where innocent.clock != poison.clock {
                    if innocent.isSuspect { #expect(try await !claims.begin(innocent)) }
                    #expect(try await city.store.desk.fire(innocent.clock, innocent.rung, of: innocent.city))
                }
                #expect(try await !claims.begin(last))
                try await Self.endLeases(city)
            }
            let suspects = try await claims.claim(10).filter(\.isSuspect)
            for suspect in suspects { #expect(try await claims.begin(suspect)) }

            #expect(suspects.map(\.clock) == [poison.clock])
            #expect(try await Self.count(city, "select count(*) from bihuan.clocks where aside_at is not null") == 1)
            #expect(
                try await Self.count(
                    city, "select count(*) from bihuan.clocks where next_at is not null and attempts > 0") == 1)
        }
    }

    @Test func `a sweeper fires what a dead one held, one clock after another`() async throws {
        try await Self.run(cases: 40) { city in
            _ = try await city.store.clockClaims.claim(40)
            try await Self.endLeases(city)
            try await Self.sweep(city, sweepers: 1)

            #expect(try await Self.firings(city) == 40)
            #expect(
                try await Self.count(
                    city,
                    "select count(*) from bihuan.clocks where next_at is not null and (claimed_until is not null or attempts > 0)"
                ) == 0)
        }
    }

    @Test func `a claim costs the same among many waiting clocks as among few`() async throws {
        try await Self.run(cases: 1) { city in
            try await Self.fill(city, waiting: 10_000, due: 300)
            let few = try await Self.plan(city)
            try await Self.fill(city, waiting: 100_000, due: 0)
            let many = try await Self.plan(city)

            for plan in [few, many] {
                #expect(plan.text.contains("Index Scan using clocks_due_idx"))
                #expect(plan.text.contains("Index Scan using clocks_retry_idx"))
            }
            #expect(!many.text.contains("Seq Scan on clocks"))
            #expect(many.pages < few.pages * 3 / 2, "\(few.pages) and then \(many.pages) pages")
        }
    }

    // MARK: Parts

    /// A city with so many cases whose grading clock has come to its notice.
    private static func run(cases: Int, _ body: @Sendable (TestCity) async throws -> Void) async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask {
                        for number in stride(from: lane, to: cases, by: 4) {
                            _ = try await city.store.desk.register(
                                CaseDraft(lead: TestCity.lead("L-\(number)")), by: dispatcher, via: .json)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await city.advance(by: .seconds(110 * 60))
            try await body(city)
        }
    }

    private static func sweeper(
        _ city: TestCity, batch: Int = 100, concurrency: Int = 4
    ) -> SupervisionSweeper<ContinuousClock> {
        SupervisionSweeper(
            store: city.store, configuration: SweeperConfiguration(batchSize: batch, concurrency: concurrency),
            clock: ContinuousClock(), logger: Mailroom.silent)
    }

    private static func sweep(_ city: TestCity, sweepers: Int) async throws {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<sweepers {
                let sweeper = Self.sweeper(city, batch: 30)
                group.addTask {
                    var idle = 0
                    while idle < 3 { idle = await sweeper.pass() == 0 ? idle + 1 : 0 }
                }
            }
        }
    }

    private static func firings(_ city: TestCity) async throws -> Int {
        try await Self.count(city, "select count(*) from bihuan.clock_firings where rung = 'notice'")
    }

    private static func count(_ city: TestCity, _ sql: SQL) async throws -> Int {
        try await city.owner { connection throws(PostgresError) in try connection.query(sql).rows[0].get(0) }
    }

    private static func execute(_ city: TestCity, _ sql: SQL) async throws {
        try await city.owner { connection throws(PostgresError) in _ = try connection.query(sql) }
    }

    /// Real time passes for the leases, as far as the database knows.
    private static func endLeases(_ city: TestCity) async throws {
        try await Self.execute(
            city, "update bihuan.clocks set claimed_until = now() - interval '1 second' where claimed_until is not null"
        )
    }

    /// The order among those that wait stays.
    private static func endPauses(_ city: TestCity) async throws {
        try await Self.execute(
            city, "update bihuan.clocks set retry_at = retry_at - interval '2 hours' where retry_at is not null")
    }

    /// Clocks of the one case: far from due, and due.
    private static func fill(_ city: TestCity, waiting: Int, due: Int) async throws {
        let owner = try await Connection.open(
            city.server.conninfo(database: city.database, user: "bihuan_migrate"),
            settings: SessionSettings(statementTimeout: .seconds(60), deadline: .seconds(90)))
        try await owner.query(
            """
            insert into bihuan.clocks
                   (city_id, clock_id, case_id, unit_id, kind, "limit", start_event, started_at, due_at, next_rung,
                    next_at)
            select c.city_id, gen_random_uuid(), c.case_id, c.owner_unit, 'grading', 'PT2H', 'registered', bihuan.now(),
                   bihuan.now() + interval '2 hours', 'notice',
                   bihuan.now() + case when n <= \(due) then interval '-1 minute' else interval '1 day' end
              from bihuan.cases c cross join generate_series(1, \(waiting + due)) n
             where c.city_id = 1
            """)
        try await owner.script("analyze bihuan.clocks")
        await owner.close()
    }

    /// How the claim is carried out, and how many pages it touched. Nothing of it stays.
    private static func plan(_ city: TestCity) async throws -> (text: String, pages: Int) {
        let worker = try await Connection.open(city.server.conninfo(database: city.database, user: "bihuan_worker"))
        do throws(Explained) {
            try await worker.transaction { _, transaction throws(Explained) in
                var explained = Explained(lines: [], error: nil)
                do throws(PostgresError) {
                    explained.lines = try transaction.flight([
                        "explain (analyze, buffers, timing off) \(ClockClaims.claim(100))"
                    ])[0].rows.map { row throws(PostgresError) in try row.get(0) }
                } catch {
                    explained.error = "\(error)"
                }
                throw explained
            } orFail: {
                Explained(lines: [], error: "\($0)")
            }
        } catch {
            await worker.close()
            let pages = error.lines.lazy.compactMap { line in
                line.firstMatch(of: /Buffers: shared hit=(\d+)/).flatMap { Int($0.1) }
            }.first
            return (error.lines.joined(separator: "\n"), try #require(pages, "\(error.error ?? "no buffers")"))
        }
        return ("", 0)
    }

    private struct Explained: Error {
        var lines: [String]
        var error: String?
    }
}
