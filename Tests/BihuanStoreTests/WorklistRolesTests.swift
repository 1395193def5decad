import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import Testing

struct WorklistRolesTests {
    @Test(arguments: [PostRole.dispatcher, .reviewer, .leader, .duty, .operator])
    func `the work list of a role holds the clocks its verbs answer, and no other`(role: PostRole) async throws {
        try await TestCity.with { city in
            let token = try await city.token("\(role.rawValue).city")
            let opened = try await city.store.desk.register(
                CaseDraft(lead: TestCity.lead("K-1")), by: try await city.token("dispatcher.city"), via: .json)
            // One running clock of every kind for the city bureau, nothing else about it being true.
            try await city.owner { connection throws(PostgresError) in
                for kind in ClockKind.allCases where ![.grading, .feedback, .interim].contains(kind) {
                    _ = try connection.query(
                        """
                        insert into bihuan.clocks
                               (city_id, clock_id, case_id, unit_id, kind, "limit", start_event, started_at, due_at)
                        select 1, gen_random_uuid(), \(opened.id), u.unit_id, \(kind.rawValue), 'PT1H', 'registered',
                               bihuan.now(), bihuan.now() + interval '1 hour'
                          from bihuan.units u where u.city_id = 1 and u.label = 'city'
                        """)
                }
            }

            let kinds = Set(try await city.store.queries.worklist(token).items.map(\.kind))

            let expected = ClockKind.allCases.filter { $0.roles.contains(role) && $0 != .feedback && $0 != .interim }
            #expect(kinds == Set(expected))
        }
    }
}
