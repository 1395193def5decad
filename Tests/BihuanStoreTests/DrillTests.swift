import BihuanDomain
import BihuanStore
import BihuanWorkers
import Foundation
import Logging
import NIOCore
import Postgres
import StoreTestSupport
import Testing

/// Drills (演练) at the Desk, as the real roles on a real PostgreSQL: everything as in earnest, and nothing of it counted,
/// numbered or sent as if it were.
struct DrillTests {
    private static func draft(_ reference: String?, isDrill: Bool = true, leads: [LeadID] = []) -> CaseDraft {
        var lead = TestCity.lead(reference ?? "")
        lead.reference = reference
        return CaseDraft(lead: lead, leads: leads, isDrill: isDrill)
    }

    // MARK: The same plan, the same clocks

    @Test func `a drill goes from registration to conclusion under the clocks of a case`() async throws {
        try await TestCity.with { city in
            let desk = city.store.desk
            let dispatcher = try await city.token("dispatcher.city")
            let handler = try await city.token("handler.east")
            let reviewer = try await city.token("reviewer.city")

            var clocks: [[String]] = []
            var kinds: [[EventKind]] = []
            for isDrill in [true, false] {
                let opened = try await desk.register(Self.draft("T-1", isDrill: isDrill), by: dispatcher, via: .json)
                let hop = try await Self.assign(city, opened.id, dispatcher)
                clocks.append(try await Self.clocks(city, of: opened.id))
                _ = try await desk.perform(on: .assignment(.id(hop)), by: .session(handler), via: .json) {
                    .receive(AssignmentID(rawValue: $0), reason: nil)
                }
                let answer = try await desk.perform(on: .assignment(.id(hop)), by: .session(handler), via: .json) {
                    .feedBack(
                        AssignmentID(rawValue: $0),
                        FeedbackDraft(
                            kind: .final, verdict: .substantiated, findings: "属实", measures: "下架", result: "已办"))
                }
                _ = try await desk.perform(on: .feedback(answer.id), by: .session(reviewer), via: .json) {
                    .accept(FeedbackID(rawValue: $0), reason: nil)
                }
                _ = try await desk.perform(on: .record(.id(opened.id)), by: .session(dispatcher), via: .json) { _ in
                    .file(FilingDraft(form: "brief", fields: ["summary": "过期食品", "proposal": "转属地"]))
                }
                let concluded = try await desk.perform(
                    on: .record(.id(opened.id)), by: .session(dispatcher), via: .json
                ) { _ in .conclude(reason: "办毕") }
                #expect(concluded.state == "concluded")
                #expect(concluded.caseIsDrill == (isDrill ? true : nil))
                clocks.append(try await Self.clocks(city, of: opened.id))
                kinds.append(try await city.store.queries.timeline(dispatcher, .id(opened.id)).events.map(\.kind))
            }

            #expect(clocks[0] == clocks[2] && clocks[1] == clocks[3])
            #expect(clocks[1].count >= 5)
            #expect(kinds[0] == kinds[1])
            #expect(try await city.drift() == nil)
        }
    }

    // MARK: Never counted

    @Test func `a drill climbs the whole ladder and moves no count and no summary`() async throws {
        try await TestCity.with { city in
            let queries = city.store.queries
            let (dispatcher, leader) = (try await city.token("dispatcher.city"), try await city.token("leader.city"))
            // Something in earnest stands beside it, and nothing more happens to that.
            let real = try await city.store.desk.register(
                Self.draft("R-1", isDrill: false), by: dispatcher, via: .json)
            _ = try await city.store.desk.perform(on: .record(.id(real.id)), by: .session(dispatcher), via: .json) {
                _ in .dismiss(reason: "重复")
            }
            let before = try await Self.counts(city)

            let opened = try await city.store.desk.register(Self.draft("D-1"), by: dispatcher, via: .json)
            _ = try await Self.assign(city, opened.id, dispatcher)
            // 敏感: receipt within an hour, an order half an hour later, its reply within four hours, a circular five
            // working days after that.
            for seconds in [3_600 + 60, 1_800, 4 * 3_600 + 60, 8 * 86_400] {
                try await city.advance(by: .seconds(seconds))
                for _ in 0..<6 { await Self.sweeper(city).pass() }
                #expect(try await Self.counts(city) == before)
                #expect(try await city.drift() == nil)
            }

            let kinds = try await queries.timeline(dispatcher, .id(opened.id)).events.map(\.kind)
            #expect(Set(kinds).isSuperset(of: [.reminded, .supervised, .circulated]))
            #expect(try await city.store.clockClaims.rollUpCounters() > 0)
            #expect(try await Self.counts(city) == before)
            let summary = try await queries.summary(leader)
            #expect(summary.total.open == 0 && summary.total.overdue == 0 && summary.total.supervised == 0)
            #expect(summary.total.circulars == 0 && summary.escalations.isEmpty)
            let units = try await queries.units(leader)
            #expect(units.allSatisfy { ($0.open ?? 0) == 0 && ($0.overdue ?? 0) == 0 })
            // Who plays it sees all the same that it is late.
            let late = try await queries.clocks(try await city.token("handler.east")).items
            #expect(late.contains { $0.isDrill && $0.light == .red })
            let orders = try await queries.supervisions(dispatcher).items
            #expect(orders.map(\.ref).contains("DRL-D-000001") && orders.allSatisfy(\.isDrill))
        }
    }

    // MARK: Its own numbers

    @Test func `drills take no number from cases, assignments and orders in earnest`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            var refs: [String] = []
            for (index, isDrill) in [false, true, true, false, true, false].enumerated() {
                let opened = try await city.store.desk.register(
                    Self.draft("N-\(index)", isDrill: isDrill), by: dispatcher, via: .json)
                let hop = try await Self.assign(city, opened.id, dispatcher)
                let order = try await city.store.desk.perform(
                    on: .assignment(.id(hop)), by: .session(dispatcher), via: .json
                ) { .supervise(AssignmentID(rawValue: $0), cause: .inadequate, requirement: "限期", reason: "x") }
                let assignment = try await city.store.queries.assignment(dispatcher, .id(hop))
                refs += [opened.ref ?? "", assignment.ref, order.ref ?? ""]
                #expect(assignment.isDrill == isDrill)
            }

            #expect(refs.filter { $0.hasPrefix("TST-") } == (1...3).map { "TST-2026-00000\($0)" })
            #expect(refs.filter { $0.hasPrefix("DRL-2026-") } == (1...3).map { "DRL-2026-00000\($0)" })
            #expect(refs.filter { $0.hasPrefix("A-") } == (1...3).map { "A-00000\($0)" })
            #expect(refs.filter { $0.hasPrefix("D-") } == (1...3).map { "D-00000\($0)" })
            #expect(refs.filter { $0.hasPrefix("DRL-A-") } == (1...3).map { "DRL-A-00000\($0)" })
            #expect(refs.filter { $0.hasPrefix("DRL-D-") } == (1...3).map { "DRL-D-00000\($0)" })
        }
    }

    @Test func `a plan without drills refuses one, by its field, and no number is used up`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            let text = try PlanFileTests.text("001-harbin")
            let without = text.split(separator: "\n", omittingEmptySubsequences: false)
                .filter { !$0.hasPrefix("drills:") }.joined(separator: "\n")
            let room = Mailroom(city: city)
            try await room.registry { registry in _ = try await registry.adopt(suggestionsOf: without, in: city.city) }

            #expect(try await Self.fault(city, Self.draft("P-1"), dispatcher) == "drill plan_has_no_drills")
            #expect(try await Self.value(city, "select max(last)::text from bihuan.series") == nil)
            let real = try await city.store.desk.register(
                Self.draft("P-1", isDrill: false), by: dispatcher, via: .json)
            #expect(real.ref == "TST-2026-000001")
        }
    }

    @Test func `a plan that numbers drills as the city numbers its cases is not adopted`() async throws {
        try await TestCity.with { city in
            let text = try PlanFileTests.text("001-harbin").replacing("series: DRL", with: "series: TST")
            await #expect {
                try await Mailroom(city: city).registry { registry in
                    _ = try await registry.adopt(suggestionsOf: text, in: city.city)
                }
            } throws: { "\($0)".contains("drills.series") }
        }
    }

    // MARK: Nothing in earnest gets into it

    @Test func `what comes in under the reference of a drill is in earnest, and the other way round`() async throws {
        try await TestCity.with { city in
            let desk = city.store.desk
            let dispatcher = try await city.token("dispatcher.city")
            let drill = try await desk.register(Self.draft("X-1"), by: dispatcher, via: .json)
            let loose = try await desk.take(TestCity.lead("X-1"), by: dispatcher, via: .json)
            #expect(loose.kind == .lead && loose.changed)

            let real = try await desk.register(Self.draft("X-1", isDrill: false), by: dispatcher, via: .json)
            #expect(real.changed && real.id != drill.id && real.ref == "TST-2026-000001" && real.caseIsDrill == nil)
            let again = try await desk.register(Self.draft("X-1"), by: dispatcher, via: .json)
            #expect(!again.changed && again.id == drill.id && again.caseIsDrill == true)
            let late = try await desk.register(Self.draft("X-2", isDrill: false), by: dispatcher, via: .json)
            let played = try await desk.register(Self.draft("X-2"), by: dispatcher, via: .json)
            #expect(played.changed && played.id != late.id)

            #expect(try await city.store.queries.record(dispatcher, .id(real.id)).leads.map(\.isDrill) == [false])
            #expect(try await city.store.queries.record(dispatcher, .id(drill.id)).leads.map(\.isDrill) == [true])
            #expect(try await city.store.queries.looseLeads(dispatcher).items.isEmpty)
        }
    }

    @Test func `a drill takes in no leads in earnest`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            let loose = try await city.store.desk.take(TestCity.lead("L-1"), by: dispatcher, via: .json)
            let draft = Self.draft("L-2", leads: [LeadID(rawValue: loose.id)])

            #expect(try await Self.fault(city, draft, dispatcher) == "leads not_of_a_drill")
            #expect(try await city.store.queries.looseLeads(dispatcher).items.map(\.id.rawValue) == [loose.id])
        }
    }

    @Test func `one key never serves a drill and a case`() async throws {
        try await TestCity.with { city in
            let dispatcher = try await city.token("dispatcher.city")
            let drill = try await city.store.desk.register(Self.draft("K"), by: dispatcher, via: .json, key: "k")
            let again = try await city.store.desk.register(Self.draft("K"), by: dispatcher, via: .json, key: "k")
            #expect(again.replayed && again.id == drill.id && again.caseIsDrill == true)
            await #expect {
                try await city.store.desk.register(
                    Self.draft("K", isDrill: false), by: dispatcher, via: .json, key: "k")
            } throws: { error in
                if case DeskError.keyReused = error { true } else { false }
            }
        }
    }

    // MARK: Never sent

    @Test func `the courier delivers nothing of a drill; its log says inside what was not sent`() async throws {
        try await TestCity.with { city in
            try await Receiver.with { _ in
                .answer(204)
            } _: { receiver in
                let room = Mailroom(city: city)
                for unit in ["city", "east"] { try await room.webhook(unit, receiver.url("/\(unit)")) }
                let dispatcher = try await city.token("dispatcher.city")
                let drill = try await city.store.desk.register(Self.draft("C-1"), by: dispatcher, via: .json)
                _ = try await Self.assign(city, drill.id, dispatcher)
                // The clocks' messages, too.
                try await city.advance(by: .seconds(2 * 3_600))
                for _ in 0..<4 { await Self.sweeper(city).pass() }
                let real = try await city.store.desk.register(
                    Self.draft("C-1", isDrill: false), by: dispatcher, via: .json)
                _ = try await Self.assign(city, real.id, dispatcher)

                for _ in 0..<4 { try await room.courier().pass() }

                #expect(receiver.received.map(\.path) == ["/east"])
                #expect(receiver.received.allSatisfy { $0.body.contains("TST-2026-000001") })
                let written: SQL = "select count(*) from bihuan.outbox where payload @> '{\"drill\": true}'"
                #expect(try await room.count(written) >= 3)
                #expect(try await room.count("select count(*) from bihuan.outbox where payload ? 'drill'") >= 3)
                #expect(try await room.count("select count(*) from bihuan.outbox where fanned_at is null") == 0)
                #expect(try await room.count("select count(*) from bihuan.deliveries") == 1)

                let log = try await city.store.queries.timeline(dispatcher, .id(drill.id))
                #expect(log.isDrill)
                let unsent = log.events.compactMap { $0.detail["not_sent"] }
                #expect(unsent.contains("east assignment.assigned") && unsent.contains("east clock.reminder"))
                let plain = try await city.store.queries.timeline(dispatcher, .id(real.id))
                #expect(!plain.isDrill && plain.events.allSatisfy { $0.detail["not_sent"] == nil })
            }
        }
    }

    // MARK: Who sees it

    @Test func `lists show drills marked, without them, or alone; another city and a neighbour see none`() async throws
    {
        try await TestCity.with { city in
            let queries = city.store.queries
            let dispatcher = try await city.token("dispatcher.city")
            for (index, isDrill) in [true, false, true, false, false].enumerated() {
                let opened = try await city.store.desk.register(
                    Self.draft("S-\(index)", isDrill: isDrill), by: dispatcher, via: .json)
                if index < 2 { _ = try await Self.assign(city, opened.id, dispatcher) }
            }
            var (alone, without) = (CaseFilter(), CaseFilter())
            (alone.isDrill, without.isDrill) = (true, false)
            #expect(try await queries.cases(dispatcher).items.map(\.isDrill) == [false, false, true, false, true])
            #expect(
                try await queries.cases(dispatcher, alone).items.map(\.ref) == ["DRL-2026-000002", "DRL-2026-000001"])
            #expect(try await queries.cases(dispatcher, without).items.map(\.isDrill) == [false, false, false])
            alone.states = [.registered]
            #expect(try await queries.cases(dispatcher, alone).items.map(\.ref) == ["DRL-2026-000002"])
            let first = try await queries.cases(dispatcher, without, limit: 2)
            let rest = try await queries.cases(dispatcher, without, after: first.next, limit: 2)
            #expect((first.items + rest.items).map(\.ref) == (1...3).reversed().map { "TST-2026-00000\($0)" })

            var clocks = ClockFilter()
            clocks.isDrill = true
            let running = try await queries.clocks(dispatcher, clocks).items
            #expect(!running.isEmpty && running.allSatisfy { $0.isDrill && $0.caseRef.hasPrefix("DRL-") })
            let work = try await queries.worklist(try await city.token("handler.east")).items
            #expect(Set(work.map(\.isDrill)) == [true, false])

            let drill = try await queries.record(dispatcher, .ref("DRL-2026-000001")).view.id.rawValue
            let stranger = try await city.token("dispatcher.city2", in: TestCity.otherCode)
            let neighbour = try await city.token("dispatcher.west")
            for token in [stranger, neighbour] {
                #expect(try await queries.cases(token).items.isEmpty)
                for key in [ObjectKey.ref("DRL-2026-000001"), .id(drill)] {
                    await #expect {
                        try await queries.record(token, key)
                    } throws: { error in
                        if case DeskError.notFound = error { true } else { false }
                    }
                }
            }
        }
    }

    // MARK: Parts

    private static func assign(_ city: TestCity, _ record: UUID, _ token: String) async throws -> UUID {
        _ = try await city.store.desk.perform(on: .record(.id(record)), by: .session(token), via: .json) { _ in
            .grade(level: "sensitive", reason: "x")
        }
        return try await city.store.desk.perform(on: .record(.id(record)), by: .session(token), via: .json) { _ in
            .assign(unit: "east", instruction: "", reason: "x")
        }.id
    }

    private static func sweeper(_ city: TestCity) -> SupervisionSweeper<ContinuousClock> {
        SupervisionSweeper(
            store: city.store, configuration: SweeperConfiguration(), clock: ContinuousClock(),
            logger: Logger(label: "test"))
    }

    /// Field and code of the one fault a draft is refused for.
    private static func fault(_ city: TestCity, _ draft: CaseDraft, _ token: String) async throws -> String? {
        do throws(DeskError) {
            _ = try await city.store.desk.register(draft, by: token, via: .json)
            return nil
        } catch {
            guard case .refused(.badFields(let faults)) = error else { throw error }
            return faults.map { "\($0.field) \($0.code)" }.joined(separator: ", ")
        }
    }

    /// Every clock of a case: what it is, whose, how long, and how it ended.
    private static func clocks(_ city: TestCity, of record: UUID) async throws -> [String] {
        try await city.owner { connection throws(PostgresError) in
            try connection.query(
                """
                select concat_ws(' ', k.kind, k.rule, u.label, k.level, k."limit", k.start_event,
                                 round(extract(epoch from k.due_at - k.started_at) / 60), k.next_rung,
                                 round(extract(epoch from k.next_at - k.started_at) / 60), k.outcome) as told
                  from bihuan.clocks k
                  join bihuan.units u on u.city_id = k.city_id and u.unit_id = k.unit_id
                 where k.case_id = \(record)
                 order by 1
                """
            ).rows.map { row throws(PostgresError) in try row.get("told") }
        }
    }

    /// Everything that is counted in the city, and what is listed as overdue.
    private static func counts(_ city: TestCity) async throws -> [String] {
        try await city.owner { connection throws(PostgresError) in
            try connection.query(
                """
                select concat_ws(' ', c.unit_id, c.measure, c.level, c.n) as told from bihuan.counters c
                union all
                select concat_ws(' ', 'overdue', o.unit_id, o.kind) from bihuan.overdue o
                order by 1
                """
            ).rows.map { row throws(PostgresError) in try row.get("told") }
        }
    }

    private static func value(_ city: TestCity, _ sql: SQL) async throws -> String? {
        try await city.owner { connection throws(PostgresError) in try connection.query(sql).rows[0].get(0) }
    }
}
