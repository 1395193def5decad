import BihuanStore
import Foundation
import StoreTestSupport
import TestSupport
import Testing

@testable import bihuan

/// The local operator's commands on plans and the calendar, as they are typed.
struct OperatorCommandTests {
    /// What a command came to.
    private struct End {
        var status: Int32
        /// Standard output.
        var lines: [String]
        /// Standard error.
        var said: String
    }

    private static func run(_ arguments: [String], in city: TestCity) throws -> End {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        let own = URL(fileURLWithPath: DataDirectory.resolve("/proc/self/exe")).deletingLastPathComponent()
        process.executableURL = own.appending(path: "bihuan")
        process.arguments = arguments
        let sanitizer = ProcessInfo.processInfo.environment.filter {
            ["LD_PRELOAD", "TSAN_OPTIONS", "ASAN_OPTIONS"].contains($0.key)
        }
        process.environment = [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent",
            "BIHUAN_DATABASE_URL": city.server.conninfo(database: city.database, user: "bihuan_migrate"),
        ].merging(sanitizer) { $1 }
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.standardInput = FileHandle.nullDevice
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return End(
            status: process.terminationStatus, lines: text.split(separator: "\n").map(String.init), said: said)
    }

    @Test func `the calendar tells its years, the days of one, and when a limit runs out`() async throws {
        try await TestCity.with { city in
            func run(_ arguments: String...) throws -> End {
                try Self.run(["calendar"] + arguments + ["--city", TestCity.code], in: city)
            }
            let years = try run("show")
            #expect(years.status == 0, "\(years.said)")
            let known = (2004...2026).map(String.init).joined(separator: " ")
            #expect(years.lines == ["years \(known)", "office-hours 09:00-12:00,14:00-18:00"])
            let days = try run("show", "2026")
            #expect(days.lines.first == "2026-01-01,holiday,元旦")
            #expect(days.lines.contains("2026-02-14,workday,春节") && days.lines.allSatisfy { $0.hasPrefix("2026-") })
            let unknown = try run("show", "2030")
            #expect(unknown.status == ExitStatus.dataError.rawValue && unknown.said.contains("没有 2030 年的日历"))

            // Over the Spring Festival, with the Saturday before it worked.
            for (limit, due) in [
                (["--working-days", "3"], "2026-02-25T23:59:59+08:00"),
                (["--limit", "PT8WH"], "2026-02-14T16:00:00+08:00"), (["--limit", "EOD"], "2026-02-13T23:59:59+08:00"),
                (["--limit", "PT4H"], "2026-02-13T19:00:00+08:00"),
            ] {
                let end = try Self.run(
                    ["calendar", "add", "--from", "2026-02-13T15:00:00+08:00", "--city", TestCity.code] + limit,
                    in: city)
                #expect(end.lines == ["due \(due)"], "\(limit) \(end.said)")
            }
            #expect(
                try run("add", "--from", "2026-02-13", "--limit", "PT4H").lines == ["due 2026-02-13T04:00:00+08:00"])
            // A year that nobody announced is not guessed.
            let beyond = try run("add", "--from", "2026-12-31", "--working-days", "1")
            #expect(beyond.status == ExitStatus.dataError.rawValue && beyond.said.contains("没有 2027 年的日历"))
            for wrong in [
                ["--working-days", "0"], ["--limit", "soon"], ["--working-days", "1", "--limit", "EOD"], [],
            ] {
                let end = try Self.run(
                    ["calendar", "add", "--from", "2026-02-13", "--city", TestCity.code] + wrong, in: city)
                #expect(end.status == ExitStatus.usage.rawValue, "\(wrong)")
            }
        }
    }

    @Test func `a plan is checked, published, adopted from a day, listed, shown, compared and explained`() async throws
    {
        let plans = try Installation.find(executable: URL(fileURLWithPath: #filePath)).plans
        let file = plans.appending(path: "template.yaml").path
        let faulty = FileManager.default.temporaryDirectory.appending(path: "bihuan-plan-\(UUID().uuidString).yaml")
        try String(contentsOfFile: file, encoding: .utf8).replacing("stops_on: grade,", with: "stops_on: sleep,")
            .write(to: faulty, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: faulty) }
        try await TestCity.with { city in
            func run(_ arguments: String...) throws -> End {
                try Self.run(["plan"] + arguments + ["--city", TestCity.code], in: city)
            }
            let checked = try Self.run(["plan", "check", file, faulty.path], in: city)
            #expect(checked.status == ExitStatus.dataError.rawValue)
            #expect(checked.lines.count == 1 && checked.lines[0].hasPrefix("\(file): fit; my-office, 2 levels"))
            #expect((checked.said + checked.lines.joined()).contains("\(faulty.path):"))

            #expect(try run("publish", file).status == 0)
            let early = try run("adopt", "my-office")
            #expect(early.status == ExitStatus.dataError.rawValue && early.said.contains("10 个值留给本市定"), "\(early.said)")
            let published = try run("publish", file, "--accept-suggestions")
            #expect(published.lines.first?.hasPrefix("plan my-office version 2 sha256 ") == true, "\(published.said)")
            let past = try run("adopt", "my-office", "--from", "2026-03-01")
            #expect(past.status == ExitStatus.dataError.rawValue && past.said.contains("已经过去"), "\(past.said)")
            #expect(
                try run("adopt", "my-office", "--from", "2026-03-09").lines == [
                    "plan my-office version 2 from 2026-03-09"
                ])

            let list = try run("list").lines.map { $0.split(separator: "\t").map(String.init) }
            #expect(
                list.map { $0.prefix(4).joined(separator: " ") } == [
                    "harbin-001 1 in-force from=2000-01-01", "my-office 2 - from=2026-03-09", "my-office 1 - from=",
                ])
            let shown = try run("show", "my-office", "--version", "2", "--format", "json")
            let outline = try #require(
                JSONSerialization.jsonObject(with: Data(shown.lines.joined().utf8)) as? [String: Any])
            #expect(outline["plan"] as? String == "my-office" && outline["version"] as? Int == 2)
            #expect((outline["clocks"] as? [Any])?.count == 10 && (outline["levels"] as? [Any])?.count == 2)
            #expect(try run("show", "my-office").lines.first?.hasPrefix("# my-office 第 2 版") == true)
            #expect(try run("diff", "my-office@2", "my-office@2").status == 0)
            let differing = try run("diff", "my-office@2", file)
            #expect(differing.status == 1 && differing.lines.contains("+ clocks.feedback.limit.general: by_city(P3WD)"))
            #expect(try run("explain", "my-office").lines.contains { $0.contains("首报：自发现起") })
        }
    }
}
