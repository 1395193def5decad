import ArgumentParser
import Foundation

/// The fault rig: kills, starves and lies to servers and PostgreSQL under load, and checks that no promise broke.
///
/// It exits with 0 when every scenario is clean, with 1 otherwise. `deploy/fault/run` builds and starts it.
@main
struct FaultRig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy/fault/run",
        abstract: "故障台：在负载下反复杀掉服务器与 PostgreSQL，逐条核对历史。"
    )

    @Option(help: "服务器崩溃的次数。")
    var crashes = 200

    @Option(help: "PostgreSQL 崩溃的次数。")
    var pgCrashes = 100

    @Option(help: "崩溃一项最多用的秒数。")
    var seconds = 1_800

    @Option(help: "随机数的种子；同一种子，同一串故障。")
    var seed: UInt64 = 1

    @Option(help: "同时办事的客户端数。")
    var clients = 8

    @Option(help: "其余各项，逗号分隔：backends, starved, standby, twins, steps, disk；all 或 none。")
    var scenarios = "all"

    @Option(help: "四台服务器巡查这么多个到期时限，其间不断被杀；0：不做。")
    var sweep = 0

    @Option(help: "三台服务器的信使发这么多条消息，其间不断被杀；0：不做。")
    var outbox = 0

    @Option(help: "被试的 bihuan；不给：与本程序同目录的那个（调试构建，才有故障点）。")
    var program: String?

    @Flag(help: "只打印最后的表。")
    var quiet = false

    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try Self.parse()
            try await command.run()
        } catch {
            Self.exit(withError: error)
        }
    }

    mutating func run() async throws {
        let log = RigLog(isQuiet: self.quiet)
        var results: [ScenarioResult] = []
        for scenario in try self.chosen() {
            results.append(try await scenario.run(log, program: self.program, seed: self.seed))
        }
        if self.crashes + self.pgCrashes > 0 {
            let scenario = CrashScenario(
                serverCrashes: self.crashes, postgresCrashes: self.pgCrashes, limit: .seconds(self.seconds),
                seed: self.seed, clients: self.clients, hasFailpoints: self.program == nil)
            results.append(try await Rig.with(log: log, program: self.program) { try await scenario.run($0) })
        }
        if self.sweep > 0 {
            let scenario = SweepScenario(
                clocks: self.sweep, limit: .seconds(self.seconds), seed: self.seed, hasFailpoints: self.program == nil)
            results.append(try await Rig.with(log: log, program: self.program) { try await scenario.run($0) })
        }
        if self.outbox > 0 {
            let scenario = OutboxScenario(
                messages: self.outbox, limit: .seconds(self.seconds), seed: self.seed,
                hasFailpoints: self.program == nil)
            results.append(try await Rig.with(log: log, program: self.program) { try await scenario.run($0) })
        }
        print(ScenarioResult.table(results))
        if !results.allSatisfy(\.isClean) { throw ExitCode(1) }
    }

    private func chosen() throws -> [SmallScenario] {
        switch self.scenarios {
        case "all": return SmallScenario.allCases
        case "none": return []
        default:
            return try self.scenarios.split(separator: ",").map { word in
                guard let scenario = SmallScenario(rawValue: String(word)) else {
                    throw ValidationError("没有 \(word) 这一项")
                }
                return scenario
            }
        }
    }
}
