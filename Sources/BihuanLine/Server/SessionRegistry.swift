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
        var user: String?
    }

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
    /// - Parameter isStranger: true on TCP, where anybody can connect.
    func admit(_ channel: any Channel, isStranger: Bool) -> Result<Int, AdmissionFault> {
        self.state.withLockedValue { state in
            if state.isDraining { return .failure(AdmissionFault(refusal: .goingDown)) }
            let strangers = state.entries.values.count { $0.user == nil }
            guard state.entries.count < self.most, !isStranger || strangers < self.mostStrangers else {
                return .failure(AdmissionFault(refusal: .full))
            }
            let number = state.next
            state.next += 1
            state.entries[number] = Entry(channel: channel)
            return .success(number)
        }
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
        self.state.withLockedValue { $0.entries[number]?.user = nil }
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
