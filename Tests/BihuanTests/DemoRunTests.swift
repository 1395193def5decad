import Foundation
import Postgres
import Testing

@testable import bihuan

/// The whole demonstration on a private PostgreSQL of its own, through the real doors.
@Suite(.serialized) struct DemoRunTests {
    /// A server with data of its own, gone afterwards.
    private func serving<R: Sendable>(
        in directory: String, _ body: @escaping @Sendable (RunningServer) async throws -> R
    ) async throws -> R {
        let flags = [
            "data.dir": directory, "http.port": "0", "line.port": "0", "log.level": "error",
            "line.socket": "\(directory)/line.sock",
        ]
        return try await withServer(try Settings(SettingSources(flags: flags, file: nil)), command: "demo", body: body)
    }

    @Test(.timeLimit(.minutes(10)))
    func `the day is played without a failed step, once, and everything it is there to show has happened`() async throws
    {
        let directory = "/tmp/bihuan-demo-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: directory) }

        let failed = try await self.serving(in: directory) { server in
            try await Demo(server).play(.authored)
        }
        #expect(!failed)

        let (events, cases, broken) = try await self.serving(in: directory) { server in
            let before = try await Self.counts(server)
            // Run again: the data is still there, and the day is not played twice.
            let failedAgain = try await Demo(server).play(.authored)
            #expect(!failedAgain)
            let after = try await Self.counts(server)
            #expect(before.cases == after.cases)
            return after
        }
        #expect(cases == 200)
        #expect(broken == 0)
        for kind in [
            "registered", "graded", "assigned", "received", "returned", "recalled", "forwarded", "fed_back", "accepted",
            "sent_back", "reminded", "supervised", "replied", "lifted", "upheld", "raised", "urged", "concluded",
            "dismissed", "reopened", "commented", "disputed", "arbitrated", "referred", "referral_answered",
        ] {
            #expect(events[kind, default: 0] > 0, "\(kind)")
        }
    }

    /// Events by kind, cases, and cases whose chain of events does not hold.
    private static func counts(
        _ server: RunningServer
    ) async throws -> (events: [String: Int], cases: Int, broken: Int) {
        let owner = try await server.access.ownerConnection()
        var events: [String: Int] = [:]
        for row in try await owner.query("select kind, count(*)::bigint as n from bihuan.events group by kind").rows {
            events[try row.get("kind")] = try row.get("n")
        }
        let rows = try await owner.query(
            """
            select count(*)::bigint as cases,
                   count(*) filter (where bihuan.verify_chain(city_id, case_id) is not null)::bigint as broken
              from bihuan.cases
            """
        ).rows
        let counts: (Int, Int) = (try rows[0].get("cases"), try rows[0].get("broken"))
        await owner.close()
        return (events, counts.0, counts.1)
    }
}
