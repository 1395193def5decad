import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import TestSupport
import Testing

/// What a key promises: the command is done once, and its outcome is told again to whoever asks with the same key.
struct IdempotencyTests {
    private static let first = Target.record(.ref("TST-2026-000001"))

    private static func register(_ reference: String, in city: TestCity, by token: String) async throws -> Outcome {
        try await city.store.desk.register(CaseDraft(lead: TestCity.lead(reference)), by: token, via: .json)
    }

    private static func grade(
        _ target: Target, in city: TestCity, by token: String, via door: Door = .json, key: String,
        level: String = "general"
    ) async throws -> Outcome {
        try await city.store.desk.perform(on: target, by: .session(token), via: door, key: key) { _ in
            .grade(level: level, reason: "按预案")
        }
    }

    private static func isReuse(_ error: any Error) -> Bool {
        if case DeskError.keyReused? = error as? DeskError { true } else { false }
    }

    @Test func `a repeat at another door that names the object otherwise is the same command`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            let opened = try await Self.register("T-1", in: city, by: dispatcher)

            let once = try await Self.grade(.record(.id(opened.id)), in: city, by: dispatcher, key: "k")
            let again = try await Self.grade(Self.first, in: city, by: dispatcher, via: .line, key: "k")

            #expect(!once.replayed)
            #expect(again.replayed)
            #expect(again.version == once.version)
            #expect(try await city.count("bihuan.events where kind = 'graded'") == 1)
        }
    }

    @Test func `an empty remark and none are the same command`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            let east = try await city.token("dispatcher.east")
            _ = try await Self.register("T-1", in: city, by: dispatcher)
            _ = try await Self.grade(Self.first, in: city, by: dispatcher, key: "g")
            let hop = try await city.store.desk.perform(on: Self.first, by: .session(dispatcher), via: .json) { _ in
                .assign(unit: "east", instruction: "", reason: "属地")
            }
            let target = Target.assignment(.id(hop.id))

            let once = try await city.store.desk.perform(on: target, by: .session(east), via: .json, key: "r") {
                .receive(AssignmentID(rawValue: $0), reason: nil)
            }
            let again = try await city.store.desk.perform(on: target, by: .session(east), via: .line, key: "r") {
                .receive(AssignmentID(rawValue: $0), reason: "")
            }

            #expect(!once.replayed)
            #expect(again.replayed)
        }
    }

    @Test func `a key belongs to one command on one object by one officer`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            let district = try await city.token("dispatcher.east")
            _ = try await Self.register("T-1", in: city, by: dispatcher)
            let other = try await Self.register("T-2", in: city, by: dispatcher)
            _ = try await Self.grade(Self.first, in: city, by: dispatcher, key: "k")

            await #expect(
                performing: {
                    try await Self.grade(Self.first, in: city, by: dispatcher, key: "k", level: "major")
                }, throws: Self.isReuse)
            await #expect(
                performing: {
                    try await Self.grade(.record(.id(other.id)), in: city, by: dispatcher, key: "k")
                }, throws: Self.isReuse)
            await #expect(
                performing: {
                    try await city.store.desk.register(
                        CaseDraft(lead: TestCity.lead("T-3")), by: dispatcher, via: .json, key: "k")
                }, throws: Self.isReuse)
            // The key of one officer says nothing to another.
            await #expect(
                performing: {
                    try await Self.grade(Self.first, in: city, by: district, key: "k")
                },
                throws: { error in
                    if case DeskError.notFound? = error as? DeskError { true } else { false }
                })
        }
    }

    @Test func `of many at once one acts and all are told the same`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        try await city.store.desk.register(
                            CaseDraft(lead: TestCity.lead("T-1")), by: dispatcher,
                            via: index.isMultiple(of: 2) ? .json : .line, key: "same")
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }

            #expect(outcomes.count { !$0.replayed } == 1)
            #expect(Set(outcomes.map(\.id)).count == 1)
            #expect(try await city.count("bihuan.cases") == 1)
        }
    }

    @Test func `a repeat that waits too long for the first is asked to come again`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            _ = try await Self.register("T-1", in: city, by: dispatcher)
            let pools = TestCity.pools(city.server, city.database, lockTimeout: .milliseconds(50))
            let impatient = Store(
                pools: pools, hasher: PasswordHasher(), schema: SchemaState(migration: 0, meaning: nil)
            ).desk
            let rival = try await Connection.open(
                city.server.conninfo(database: city.database, user: "bihuan_migrate"))
            try await rival.script(
                """
                begin;
                insert into bihuan.idempotency_keys (city_id, officer_id, key, request_hash)
                select city_id, officer_id, 'k', '' from bihuan.officers where login = 'dispatcher.city'
                """)

            await #expect(
                performing: {
                    try await impatient.perform(on: Self.first, by: .session(dispatcher), via: .json, key: "k") { _ in
                        .grade(level: "general", reason: "按预案")
                    }
                },
                throws: { error in
                    if case DeskError.busy? = error as? DeskError { true } else { false }
                })
            try await rival.script("rollback")
            let after = try await Self.grade(Self.first, in: city, by: dispatcher, key: "k")
            #expect(!after.replayed)
            await rival.close()
            await pools.server.shutdown()
            await pools.worker.shutdown()
        }
    }

    @Test func `a refused command leaves its key free`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            _ = try await Self.register("T-1", in: city, by: dispatcher)

            await #expect(throws: DeskError.self) {
                try await Self.grade(Self.first, in: city, by: dispatcher, key: "k", level: "no-such-level")
            }
            #expect(try await city.count("bihuan.idempotency_keys") == 0)
            #expect(try await Self.grade(Self.first, in: city, by: dispatcher, key: "k").changed)
        }
    }

    @Test func `a session that ends in the middle of its command takes the command with it`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            _ = try await Self.register("T-1", in: city, by: dispatcher)
            let owner = try await Connection.open(
                city.server.conninfo(database: city.database, user: "bihuan_migrate"))
            // As if somebody logged the officer out between two statements of the last flight.
            try await owner.script(
                """
                create function bihuan.log_everybody_out() returns trigger language plpgsql security definer as
                $$ begin update bihuan.sessions set revoked_at = clock_timestamp(); return null; end $$;
                create trigger in_between after insert on bihuan.events for each row
                  when (new.kind = 'graded') execute function bihuan.log_everybody_out()
                """)

            await #expect(throws: DeskError.self) {
                try await Self.grade(Self.first, in: city, by: dispatcher, key: "k")
            }

            #expect(try await city.count("bihuan.events where kind = 'graded'") == 0)
            #expect(try await city.count("bihuan.idempotency_keys") == 0)
            try await owner.script("drop trigger in_between on bihuan.events")
            #expect(try await !Self.grade(Self.first, in: city, by: dispatcher, key: "k").replayed)
            await owner.close()
        }
    }

    @Test func `a key is kept for 7 days and then forgotten`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            _ = try await Self.register("T-1", in: city, by: dispatcher)
            for key in ["young", "old"] {
                _ = try await city.store.desk.take(TestCity.lead(key), by: dispatcher, via: .json, key: key)
            }
            try await city.owner { owner throws(PostgresError) in
                for (key, age) in [("young", "6 days 23 hours"), ("old", "7 days 1 minute")] {
                    try owner.query(
                        """
                        update bihuan.idempotency_keys set created_at = now() - \(age)::text::interval
                         where key = \(key)
                        """)
                }
            }

            #expect(try await city.store.clockClaims.forgetOldKeys() == 1)

            let young = try await city.store.desk.take(TestCity.lead("young"), by: dispatcher, via: .json, key: "young")
            let old = try await city.store.desk.take(TestCity.lead("old"), by: dispatcher, via: .json, key: "old")
            #expect(young.replayed)
            #expect(!old.replayed)
        }
    }

    @Test func `an outcome in doubt is told under its key only when the repeat is safe on the standby`() async throws {
        let server = try await TestServer.separate(settings: ["synchronous_standby_names=nobody"])
        try await TestCity.with(on: server) { city in
            let dispatcher = try await city.token("dispatcher.city")
            _ = try await Self.register("T-1", in: city, by: dispatcher)
            let pools = TestCity.pools(server, city.database, parameters: ["synchronous_commit": "on"])
            let waiting = Store(pools: pools, hasher: PasswordHasher(), schema: SchemaState(migration: 0, meaning: nil))
                .desk

            for _ in 0..<2 {
                // The second time the command is there already; only its stamp is committed, and that waits too.
                async let doubtful = Self.isInDoubt {
                    try await waiting.perform(on: Self.first, by: .session(dispatcher), via: .json, key: "k") { _ in
                        .grade(level: "general", reason: "按预案")
                    }
                }
                try await Self.breakOffTheWait(server)
                #expect(await doubtful)
            }
            // The city's own connections ask for no standby.
            let settled = try await Self.grade(Self.first, in: city, by: dispatcher, key: "k")
            #expect(settled.replayed)
            #expect(try await city.count("bihuan.events where kind = 'graded'") == 1)
            await pools.server.shutdown()
            await pools.worker.shutdown()
        }
    }

    private static func isInDoubt(_ body: () async throws -> Outcome) async -> Bool {
        do {
            _ = try await body()
            return false
        } catch DeskError.outcomeUnknown {
            return true
        } catch {
            return false
        }
    }

    /// Waits until a commit waits for the standby, and cancels that.
    private static func breakOffTheWait(_ server: TestServer) async throws {
        let observer = try await Connection.open(server.conninfo(database: "postgres"))
        while try await observer.query(
            "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'"
        ).rows.isEmpty {
            try await Task.sleep(for: .milliseconds(5))
        }
        await observer.close()
    }
}

extension TestCity {
    /// Rows of a table, counted as the owner.
    func count(_ from: String) async throws -> Int {
        try await self.owner { owner throws(PostgresError) in
            try owner.query(SQL(trusted: "select count(*) as n from \(from)")).rows[0].get("n")
        }
    }
}
