import Foundation
import Logging
import StoreTestSupport
import Testing

@testable import BihuanHTTP

/// Requests put together at random from good and bad parts.
///
/// `BIHUAN_RANDOM_SECONDS` sets how long (10 by default: the whole minute, with both doors, is in BihuanTests),
/// `BIHUAN_RANDOM_SEED` which.
struct RandomRequestsTests {
    /// What a run met.
    struct Tally: Sendable {
        var statuses: Set<Int> = []
        /// Requests without an answer, with an answer of 5xx, or with a refusal that names no code.
        var faults: [String] = []
    }

    @Test func `no request, however put together, brings the door down or finds an answer missing`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seconds = environment["BIHUAN_RANDOM_SECONDS"].flatMap { Int($0) } ?? 10
        let seed = environment["BIHUAN_RANDOM_SEED"].flatMap { UInt64($0) } ?? 20_261_121
        let tally = try await APIDoor.with { port, city in
            let dispatch = try await APIClient.logIn("dispatcher.city", at: port)
            let token = dispatch.token ?? ""
            let maker = RandomRequest(seed: seed, routes: try Self.routes(city), token: token)
            let tally = try await Self.run(maker, port, for: .seconds(seconds))
            #expect(try await dispatch.get("/me").status == 200)
            return tally
        }

        #expect(tally.faults.isEmpty)
        // A run that never got past the outer checks would prove little; how far it gets in its time is the machine's affair.
        #expect(tally.statuses.isSuperset(of: [200, 400, 401, 404]))
    }

    private static func routes(_ city: TestCity) throws -> [Route] {
        let door = JSONDoor(
            configuration: try RunningDoor.configuration(),
            store: city.store,
            cursorKey: [UInt8](repeating: 7, count: 32),
            logger: Logger(label: "test")
        )
        return door.table.routes
    }

    private static func run(_ requests: RandomRequest, _ port: Int, for duration: Duration) async throws -> Tally {
        var requests = requests
        var tally = Tally()
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
            let request = requests.next()
            let answers = RawResponse.all(try await RawClient.exchange(port, request.bytes, patience: 10_000))
            for answer in answers { tally.statuses.insert(answer.status) }
            let isTold = answers.allSatisfy { answer in
                answer.status < 400 || (answer.status < 500 && (request.isHead || answer.code != nil))
            }
            if answers.count != 1 || !isTold {
                tally.faults.append(String(decoding: request.bytes.prefix(2_000), as: UTF8.self))
            }
        }
        return tally
    }
}
