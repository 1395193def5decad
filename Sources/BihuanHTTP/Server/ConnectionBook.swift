import NIOCore
import Synchronization

/// The connections of the door: how many there may be, and which give way when there is no room for another.
///
/// A connection that waits for its client (between requests, in a head or in a body) may have to; one that is being
/// answered never has to. The source with the most connections gives first, and of its connections those that have
/// waited longest: whoever holds many open, doing little, does not keep others out.
final class ConnectionBook: Sendable {
    /// Fired into the pipeline of a connection that is to go, if it still waits.
    struct GiveWay: Sendable {}

    final class Entry: Sendable {
        fileprivate static let answering = UInt64.max

        fileprivate let channel: any Channel
        fileprivate let source: String
        /// When the wait for the client began, in nanoseconds of the monotonic clock.
        fileprivate let waitsSince = Atomic(NIODeadline.now().uptimeNanoseconds)

        fileprivate init(_ channel: any Channel) {
            self.channel = channel
            self.source = channel.remoteAddress?.ipAddress ?? ""
        }

        /// It is the client's turn.
        func waits() {
            self.waitsSince.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed)
        }

        /// It is the server's turn. Also once asked to give way: nobody is asked twice.
        func answers() {
            self.waitsSince.store(Self.answering, ordering: .relaxed)
        }
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var counts: [String: Int] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes a connection in; nil if there is no room and every other is being answered.
    func open(_ channel: any Channel) -> Entry? {
        let entry = Entry(channel)
        let (isIn, leaving) = self.state.withLock { state in
            var leaving: [Entry] = []
            if state.entries.count >= self.limit {
                leaving = Self.choose(max(1, self.limit / 64), from: state)
                // Those asked before may not be gone yet; a few more than the limit fit for that moment.
                guard !leaving.isEmpty, state.entries.count < self.limit + self.limit / 16 + 1 else {
                    return (false, leaving)
                }
            }
            state.entries[ObjectIdentifier(entry)] = entry
            state.counts[entry.source, default: 0] += 1
            return (true, leaving)
        }
        for other in leaving { other.channel.pipeline.fireUserInboundEventTriggered(GiveWay()) }
        return isIn ? entry : nil
    }

    func close(_ entry: Entry) {
        self.state.withLock { state in
            guard state.entries.removeValue(forKey: ObjectIdentifier(entry)) != nil else { return }
            state.counts[entry.source, default: 1] -= 1
            if state.counts[entry.source] == 0 { state.counts[entry.source] = nil }
        }
    }

    /// Several at a time, so that a flood does not cost a search for each of its connections.
    private static func choose(_ count: Int, from state: State) -> [Entry] {
        let waiting = state.entries.values.map { (since: $0.waitsSince.load(ordering: .relaxed), entry: $0) }
            .filter { $0.since != Entry.answering }
        let sources = Set(waiting.map(\.entry.source))
        guard let heaviest = sources.max(by: { state.counts[$0] ?? 0 < state.counts[$1] ?? 0 }) else { return [] }
        let chosen = waiting.filter { $0.entry.source == heaviest }.sorted { $0.since < $1.since }.prefix(count)
        for (_, entry) in chosen { entry.answers() }
        return chosen.map(\.entry)
    }
}
