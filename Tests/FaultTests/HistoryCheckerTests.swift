import BihuanStore
import Foundation
import HistoryChecker
import Postgres
import StoreTestSupport
import TestSupport
import Testing

/// The checker itself: it says nothing of a sound city, and names every fault that is planted in one.
struct HistoryCheckerTests {
    @Test(.timeLimit(.minutes(5)))
    func `a sound history has no findings, and each planted fault is found and named`() async throws {
        try await TestCity.with { city in
            let recorded = try await RecordedCity.make(city)
            // A database somebody is connected to cannot be copied.
            await city.pools.server.shutdown()
            await city.pools.worker.shutdown()
            let server = city.server

            let sound = try await HistoryChecker(conninfo: server.conninfo(database: city.database))
                .check(recorded.history)
            #expect(sound.findings.isEmpty, "\(sound.findings)")
            #expect(sound.acknowledged == recorded.history.count - 2)
            #expect(sound.refused == 1)
            #expect(sound.unknownNotDone == 1)
            #expect(sound.cases == 3)

            for fault in PlantedFault.all {
                let found = try await server.withDatabase(template: city.database) { database in
                    try await Self.plant(fault, server.conninfo(database: database), recorded.history)
                    return try await HistoryChecker(conninfo: server.conninfo(database: database))
                        .check(recorded.history)
                }
                #expect(
                    found.findings.contains { $0.kind == fault.kind },
                    "\(fault.name): expected \(fault.kind.rawValue), found \(found.findings)")
            }
        }
    }

    @Test func `every kind of finding is planted at least once`() {
        #expect(Set(PlantedFault.all.map(\.kind)) == Set(Finding.Kind.allCases))
    }

    @Test func `a history in a file holds every word that was said`() throws {
        let path = "/tmp/bihuan-history-\(UUID().uuidString.prefix(8)).jsonl"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let history = try History(path: path)
        let command = HistoryCommand(
            key: "k", tag: "a", login: "duty.city", verb: "urge", target: "A-000001", door: "line")

        let number = history.invoke(command)
        history.settle(number, .acknowledged(changed: true), attempts: 3)

        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].contains(#""key":"k""#))
        #expect(lines[1].contains(#""attempts":3"#))
    }

    private static func plant(_ fault: PlantedFault, _ conninfo: String, _ history: History) async throws {
        let refused = history.entries.first { if case .refused = $0.answer { true } else { false } }
        let cases = ["one", "two", "three"].enumerated().map { index, name in
            (name, "(select case_id from bihuan.cases where ref = 'TST-2026-00000\(index + 1)')")
        }
        var statement = fault.statement.replacing("REFUSED", with: refused?.command.tag ?? "")
        for (name, query) in cases {
            statement = statement.replacing(try Regex("\\b\(name)\\b"), with: query)
        }
        let connection = try await Connection.open(conninfo)
        try await connection.script("set session_replication_role = replica; \(statement)")
        await connection.close()
    }
}
