import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import Testing

struct TransitionsTests {
    @Test func `the SQL of the transitions is what the domain emits`() throws {
        let installation = try Installation.find(executable: URL(fileURLWithPath: #filePath))
        let file = installation.sql.appendingPathComponent("generated/transitions.sql")
        if ProcessInfo.processInfo.environment["BIHUAN_EMIT"] == "1" {
            try Data(TransitionsScript.text.utf8).write(to: file)
        }

        let written = try Data(contentsOf: file)

        #expect(written == Data(TransitionsScript.text.utf8))
    }

    @Test func `the database permits exactly the steps the domain does`() async throws {
        try await TestCity.with { city in
            let rows = try await city.owner { connection throws(PostgresError) in
                try connection.query("select machine, from_state, verb, to_state from bihuan.transitions").rows.map {
                    row throws(PostgresError) -> [String] in
                    [try row.get("machine"), try row.get("from_state"), try row.get("verb"), try row.get("to_state")]
                }
            }

            let cases = CaseTransition.table.map { ["case", $0.from.rawValue, $0.step.rawValue, $0.to.rawValue] }
            let hops = AssignmentTransition.table.map {
                ["assignment", $0.from.rawValue, $0.step.rawValue, $0.to.rawValue]
            }
            let orders = SupervisionTransition.table.map {
                ["supervision", $0.from.rawValue, $0.step.rawValue, $0.to.rawValue]
            }
            let disputes = DisputeTransition.table.map {
                ["dispute", $0.from.rawValue, $0.step.rawValue, $0.to.rawValue]
            }
            let referrals = ReferralTransition.table.map {
                ["referral", $0.from.rawValue, $0.step.rawValue, $0.to.rawValue]
            }
            let all = cases + hops + orders + disputes + referrals
            #expect(Set(rows) == Set(all))
            #expect(rows.count == all.count)
        }
    }
}
