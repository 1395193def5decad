import Postgres
import Synchronization

/// The sessions that the database has lately said hold, and their cities.
///
/// Only for fairness, never for authority: a token names its city, and whoever makes tokens up could claim to be a new
/// city with each. So a token counts for its city once it has been seen to hold; until then all strangers share one
/// circle.
final class Acquaintances: Sendable {
    /// Sessions at most; then it begins anew, and everybody is a stranger for one request.
    private static let limit = 65_536

    private struct State {
        /// Seeded hashes, not tokens: nothing in memory is worth stealing.
        var sessions: Set<Int> = []
        var cities: Set<String> = []
    }

    private let state = Mutex(State())

    /// On whose account a token's requests go.
    func user(_ token: String) -> Pool.User {
        let hash = token.hashValue
        let isKnown = self.state.withLock { $0.sessions.contains(hash) }
        let city = Self.city(of: token)
        // No city has an empty code.
        return Pool.User(circle: isKnown ? city : "", member: isKnown ? String(hash, radix: 36) : city)
    }

    /// The session holds.
    func note(_ token: String) {
        let hash = token.hashValue
        self.state.withLock { state in
            guard !state.sessions.contains(hash) else { return }
            if state.sessions.count >= Self.limit { state = State() }
            state.sessions.insert(hash)
            state.cities.insert(Self.city(of: token))
        }
    }

    /// Whether anybody of the city has been here.
    func isKnown(city: String) -> Bool {
        self.state.withLock { $0.cities.contains(city) }
    }

    /// `bhs_<city>_<secret>`, as `open_session` makes it.
    private static func city(of token: String) -> String {
        let bytes = token.utf8.dropFirst(4)
        return bytes.firstIndex(of: UInt8(ascii: "_")).flatMap { String(bytes[..<$0]) } ?? ""
    }
}
