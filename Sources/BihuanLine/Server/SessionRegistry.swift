import NIOConcurrencyHelpers
import NIOCore

/// The sessions that are open, so that there are never too many and all of them hear when the server goes down.
final class SessionRegistry: Sendable {
    /// Why a session was not let in.
    enum Refusal: Sendable, Hashable {
        case full
        case goingDown
    }

    private struct Entry {
        var channel: any Channel
        var source: String
        /// Since when nobody is logged in here.
        var since: NIODeadline
        var user: String?
    }

    /// After this long a stranger has had the time to log in, and may have to make room for another.
    private static let chance = TimeAmount.seconds(10)

    private struct State {
        var next = 1
        var entries: [Int: Entry] = [:]
        var isDraining = false
    }

    private let state = NIOLockedValueBox(State())
    private let most: Int
    private let mostStrangers: Int
    private let mostPerUser: Int

    init(most: Int, strangers: Int, perUser: Int) {
        self.most = most
        self.mostStrangers = strangers
        self.mostPerUser = perUser
    }

    /// Gives a new session its number.
    ///
    /// Where no place is left for a stranger, one from the address with the most of them makes room if that has more than
    /// the newcomer's would, or else the one who has been there longest without logging in; so whoever takes every place
    /// keeps nobody out for long.
    ///
    /// - Parameters:
    ///   - source: the address of the other end; nil on the Unix socket, where nobody is a stranger.
    func admit(_ channel: any Channel, from source: String?) -> Result<Int, AdmissionFault> {
        let (result, leaving): (Result<Int, AdmissionFault>, (any Channel)?) = self.state.withLockedValue { state in
            if state.isDraining { return (.failure(AdmissionFault(refusal: .goingDown)), nil) }
            let strangers = state.entries.values.count { $0.user == nil && !$0.source.isEmpty }
            var leaving: (any Channel)?
            if state.entries.count >= self.most || source != nil && strangers >= self.mostStrangers {
                guard let number = Self.mustLeave(for: source, state.entries) else {
                    return (.failure(AdmissionFault(refusal: .full)), nil)
                }
                leaving = state.entries.removeValue(forKey: number)?.channel
            }
            let number = state.next
            state.next += 1
            state.entries[number] = Entry(channel: channel, source: source ?? "", since: .now())
            return (.success(number), leaving)
        }
        leaving?.close(promise: nil)
        return result
    }

    /// Who makes room; nil if nobody has to.
    private static func mustLeave(for source: String?, _ entries: [Int: Entry]) -> Int? {
        // Local sessions have no source and are let be.
        let strangers = entries.filter { $0.value.user == nil && !$0.value.source.isEmpty }
        let crowds = Dictionary(grouping: strangers, by: \.value.source)
        guard let largest = crowds.values.max(by: { $0.count < $1.count }) else { return nil }
        let own = source.flatMap { crowds[$0]?.count } ?? 0
        // Numbers are given in order: the lowest has been here longest.
        if largest.count > own + 1 { return largest.map(\.key).min() }
        let overdue = NIODeadline.now() - Self.chance
        return strangers.filter { $0.value.since < overdue }.keys.min()
    }

    /// Notes who a session is; false when that officer has as many as allowed.
    func logIn(_ number: Int, as user: String) -> Bool {
        self.state.withLockedValue { state in
            let others = state.entries.count { $0.key != number && $0.value.user == user }
            guard others < self.mostPerUser else { return false }
            state.entries[number]?.user = user
            return true
        }
    }

    func logOut(_ number: Int) {
        self.state.withLockedValue { state in
            state.entries[number]?.user = nil
            state.entries[number]?.since = .now()
        }
    }

    func leave(_ number: Int) {
        self.state.withLockedValue { _ = $0.entries.removeValue(forKey: number) }
    }

    var isDraining: Bool { self.state.withLockedValue { $0.isDraining } }

    var count: Int { self.state.withLockedValue { $0.entries.count } }

    /// Lets nobody in any more and tells everybody who waits for a line.
    func drain() {
        let channels = self.state.withLockedValue { state in
            state.isDraining = true
            return state.entries.values.map(\.channel)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(WireHandler.GoingDown()) }
    }
}

/// A session that was not let in.
struct AdmissionFault: Error {
    var refusal: SessionRegistry.Refusal
}
