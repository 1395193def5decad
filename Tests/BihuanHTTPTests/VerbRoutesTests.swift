import BihuanDomain
import Crypto
import Logging
import StoreTestSupport
import Testing

@testable import BihuanHTTP

struct VerbRoutesTests {
    /// Those that make something post to where it is kept.
    private let creating: Set<Verb> = [
        .register, .assign, .feedBack, .supervise, .file, .observe, .warn, .dispute, .refer, .addTask, .engageExpert,
    ]

    @Test func `what allowed_actions offers is the name of its action, but for what makes something`() async throws {
        try await TestCity.with { city in
            let api = API(
                store: city.store, seal: CursorSeal(key: SymmetricKey(data: [UInt8](repeating: 7, count: 32))),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let actions = api.routes.compactMap { route in
                route.template.split(separator: "/actions/").dropFirst().first.map(String.init)
            }
            #expect(Set(Verb.allCases.map(\.rawValue)).subtracting(actions) == Set(self.creating.map(\.rawValue)))
        }
    }
}
