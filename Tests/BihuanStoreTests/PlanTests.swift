import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import Testing

/// Every list must walk along its index and stop at the page's end, under row security as it is in service: in a city of
/// hundreds of thousands of cases anything else takes seconds.
struct PlanTests {
    /// What a plan touched, from `explain (analyze)`.
    private struct Plan {
        let text: String

        /// The greatest number of rows that any one node gave back or threw away.
        var widest: Int {
            var widest = 0
            for match in self.text.matches(of: /(?:actual rows=|Rows Removed by [A-Za-z ]+: )(\d+)/) {
                widest = max(widest, Int(match.1) ?? 0)
            }
            return widest
        }

        func uses(_ index: String) -> Bool { self.text.contains(" using \(index) on ") }

        func scans(_ table: String) -> Bool { self.text.contains("Seq Scan on \(table) ") }
    }

    @Test func `the work list walks along the running clocks of the own unit`() async throws {
        try await Self.withFullCity { city, token in
            for after in [nil, PageKey(at: Date(timeIntervalSince1970: 1_772_500_000), id: UUID())] {
                let plan = try await Self.plan(of: Queries.worklist(after: after, limit: 50), city, token)

                #expect(plan.uses("clocks_work_idx"), "\(plan.text)")
                #expect(!plan.scans("cases") && !plan.scans("clocks"), "\(plan.text)")
                #expect(plan.widest <= 200, "\(plan.text)")
            }
        }
    }

    @Test(arguments: [nil, true, false])
    func `the list of cases walks along what the own unit sees`(isOpen: Bool?) async throws {
        try await Self.withFullCity { city, token in
            var filter = CaseFilter()
            filter.isOpen = isOpen
            for after in [nil, PageKey(at: Date(timeIntervalSince1970: 1_772_413_000), id: UUID())] {
                let plan = try await Self.plan(of: Queries.cases(filter, after: after, limit: 51).list, city, token)

                let isWalk = plan.uses("case_visibility_page_idx") || plan.uses("case_visibility_open_idx")
                #expect(isWalk, "\(plan.text)")
                #expect(!plan.scans("cases") && !plan.scans("clocks"), "\(plan.text)")
                #expect(plan.widest <= 200, "\(plan.text)")
            }
        }
    }

    @Test(arguments: [true, false])
    func `the list of drills, and of cases without them, walks along an index`(isDrill: Bool) async throws {
        try await Self.withFullCity { city, token in
            var filter = CaseFilter()
            filter.isDrill = isDrill
            for after in [nil, PageKey(at: Date(timeIntervalSince1970: 1_772_413_000), id: UUID())] {
                let plan = try await Self.plan(of: Queries.cases(filter, after: after, limit: 51).list, city, token)

                // Drills are few: reading all of them and sorting is as good as a walk.
                let isFound =
                    isDrill
                    ? plan.text.contains("case_visibility_drill_idx") : plan.uses("case_visibility_page_idx")
                #expect(isFound, "\(plan.text)")
                #expect(!plan.scans("cases") && !plan.scans("clocks"), "\(plan.text)")
                #expect(plan.widest <= 200, "\(plan.text)")
            }
        }
    }

    @Test func `the lists of disputes and referrals walk along their index before anything is joined`() async throws {
        try await Self.withFullCity { city, token in
            try await Self.addContests(city)
            for after in [nil, PageKey(at: Date(timeIntervalSince1970: 1_772_413_000), id: UUID())] {
                var open = DisputeFilter()
                open.states = [.open]
                for filter in [DisputeFilter(), open] {
                    let plan = try await Self.plan(of: Queries.disputes(filter, after: after, limit: 51), city, token)
                    #expect(plan.uses("disputes_list_idx"), "\(plan.text)")
                    #expect(!plan.scans("cases") && !plan.scans("disputes"), "\(plan.text)")
                    #expect(plan.widest <= 200, "\(plan.text)")
                }
                let plan = try await Self.plan(
                    of: Queries.referrals(ReferralFilter(), after: after, limit: 51), city, token)
                #expect(plan.uses("referrals_list_idx"), "\(plan.text)")
                #expect(!plan.scans("cases") && !plan.scans("referrals"), "\(plan.text)")
                #expect(plan.widest <= 200, "\(plan.text)")
            }
        }
    }

    // MARK: A city with enough in it

    /// A dispute and a referral of every case.
    private static func addContests(_ city: TestCity) async throws {
        try await city.owner { connection throws(PostgresError) in
            _ = try connection.flight([
                "set local statement_timeout = '60s'",
                """
                insert into bihuan.assignments
                       (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit, reviewer_unit, instruction,
                        assigned_at)
                select c.city_id, gen_random_uuid(), 'A-' || c.ref, c.case_id, 'lead', 'assigned', c.owner_unit, u.unit_id,
                       c.owner_unit, '', c.opened_at
                  from bihuan.cases c
                  join bihuan.units u on u.city_id = c.city_id and u.label = 'east'
                """,
                """
                insert into bihuan.disputes
                       (city_id, dispute_id, ref, case_id, assignment_id, raised_by, raised_officer, assigner_unit,
                        proposed_unit, arbiter_unit, state, reason, raised_at)
                select a.city_id, gen_random_uuid(), 'P-' || a.ref, a.case_id, a.assignment_id, a.to_unit,
                       gen_random_uuid(), a.from_unit, a.to_unit, a.from_unit, 'open', '不属本区', a.assigned_at
                  from bihuan.assignments a
                """,
                """
                insert into bihuan.referrals
                       (city_id, referral_id, ref, case_id, kind, "to", "text", reason, state, unit_id, officer_id,
                        referred_at)
                select c.city_id, gen_random_uuid(), 'Y-' || c.ref, c.case_id, 'outside', '公安局', '请协查', '职责', 'open',
                       c.owner_unit, gen_random_uuid(), c.opened_at
                  from bihuan.cases c
                """,
            ])
            try connection.script("analyze")
        }
    }

    private static func withFullCity(_ body: @Sendable (TestCity, String) async throws -> Void) async throws {
        try await TestCity.with { city in
            // 4,000 cases, every other one open and with a clock, one in a hundred a drill; the triggers write who sees them. A busy machine may take
            // longer for it than a statement of the service is given.
            try await city.owner { connection throws(PostgresError) in
                _ = try connection.flight([
                    "set local statement_timeout = '60s'",
                    """
                    insert into bihuan.cases
                           (city_id, case_id, ref, is_drill, owner_unit, state, title, content, channel, plan_id,
                            plan_version, received_at, opened_at, version)
                    select c.city_id, gen_random_uuid(), 'TST-' || n, n % 100 = 50, u.unit_id,
                           case when n % 2 = 0 then 'registered' else 'dismissed' end, '案件' || n, '内容', 'web',
                           p.plan_id, p.plan_version, bihuan.now(), bihuan.now() - n * interval '1 second', 1
                      from bihuan.cities c
                      join bihuan.plan_adoptions p on p.city_id = c.city_id
                      join bihuan.units u on u.city_id = c.city_id and u.label = 'city', generate_series(1, 4000) n
                     where c.code = 'test'
                    """,
                    """
                    insert into bihuan.clocks
                           (city_id, clock_id, case_id, unit_id, kind, "limit", start_event, started_at, due_at)
                    select c.city_id, gen_random_uuid(), c.case_id, c.owner_unit, 'grading', 'PT2H', 'registered',
                           c.opened_at, c.opened_at + interval '2 hours'
                      from bihuan.cases c
                     where c.is_open
                    """,
                ])
                try connection.script("analyze")
            }
            try await body(city, try await city.token("dispatcher.city"))
        }
    }

    private static func plan(of statement: SQL, _ city: TestCity, _ token: String) async throws -> Plan {
        let explained: SQL = "explain (analyze, costs off, timing off, summary off) \(statement)"
        let rows = try await city.pools.server.use { connection throws(PostgresError) in
            try connection.flight(
                ["select set_config('bihuan.session', \(token), true)", explained], intent: .read)[1].rows
        }
        return Plan(text: try rows.map { try $0.get(0, as: String.self) }.joined(separator: "\n"))
    }
}
