import Foundation
import Testing

@testable import FaultRig

/// The fault rig, for a short while: the long run is `deploy/fault/run`.
///
/// It kills real servers (a debug build, beside these tests) and a real PostgreSQL whose data are safe.
@Suite(.serialized) struct FaultRunTests {
    private static let log = RigLog(isQuiet: true)

    @Test(.timeLimit(.minutes(8)))
    func `nothing acknowledged is lost or done twice while servers and PostgreSQL are killed`() async throws {
        let seed = UInt64.random(in: 1...1_000_000)
        let scenario = CrashScenario(
            serverCrashes: 8, postgresCrashes: 3, limit: .seconds(240), seed: seed, clients: 6)

        let result = try await Rig.with(log: Self.log) { try await scenario.run($0) }

        #expect(result.isClean, "seed \(seed)\n\(ScenarioResult.table([result]))")
    }

    @Test(.timeLimit(.minutes(4)), arguments: SmallScenario.everywhere)
    func `nothing acknowledged is lost or done twice`(whatever scenario: SmallScenario) async throws {
        let seed = UInt64.random(in: 1...1_000_000)

        let result = try await scenario.run(Self.log, seed: seed, length: .seconds(3))

        #expect(result.isClean, "seed \(seed)\n\(ScenarioResult.table([result]))")
    }
}
