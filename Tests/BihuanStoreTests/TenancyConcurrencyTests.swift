import Postgres
import TestSupport
import Testing

struct TenancyConcurrencyTests {
    /// The triggers themselves must serialise: these writers lock no case first, as the Desk would.
    @Test func `visibility and counts stay exact while many write the same cases at once`() async throws {
        try await TenancyDatabase.withWorld { database in
            let conninfo = try await TestServer.shared().conninfo(database: database, user: "bihuan_migrate")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 1...4 {
                    group.addTask { try await Self.write(writer, at: conninfo) }
                }
                try await group.waitForAll()
            }
            let owner = try await Connection.open(conninfo, settings: TenancyDatabase.patient)
            let drift: [String?] = try await owner.query(
                "select bihuan.find_drift(c.city_id) as drift from bihuan.cities c"
            ).rows.map { try $0.get("drift") }
            await owner.close()

            #expect(drift == [nil, nil])
        }
    }

    /// Assigns, takes back and grades the same few cases of both cities, each step a transaction of its own.
    private static func write(_ writer: Int, at conninfo: String) async throws {
        let connection = try await Connection.open(conninfo, settings: TenancyDatabase.patient)
        for step in 1...60 {
            let city = 1 + step % 2
            let name = ["case graded", "case helped", "case forwarded"][(writer + step) % 3]
            let unit = [2, 10, 11, 12, 20, 22, 30][(writer * 5 + step) % 7]
            switch (writer + step) % 4 {
            case 0:
                try await connection.query(
                    """
                    update bihuan.assignments set state = 'recalled'
                     where city_id = \(city) and case_id = md5(\(name))::uuid and state = 'assigned' and to_unit = \(unit)
                    """)
            case 1:
                let level = ["general", "major", "critical"][step % 3]
                try await connection.query(
                    """
                    update bihuan.cases set level = \(level), level_rank = \(step % 3 + 1)
                     where city_id = \(city) and case_id = md5(\(name))::uuid
                    """)
            default:
                try await connection.query(
                    """
                    insert into bihuan.assignments (city_id, assignment_id, ref, case_id, role, state, from_unit, to_unit,
                      reviewer_unit, assigned_at)
                    values (\(city), gen_random_uuid(), \("W-\(writer)-\(step)"), md5(\(name))::uuid, 'assist', 'assigned', 1,
                      \(unit), 1, now())
                    """)
            }
        }
        await connection.close()
    }
}
