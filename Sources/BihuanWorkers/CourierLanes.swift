import BihuanDomain
import BihuanStore
import Synchronization

/// Which webhooks this courier is serving, and how they have done of late.
///
/// A webhook is served by one task at a time. One that fails is only probed, and rests between probes; so a dead receiver
/// costs one request now and then, and never a place that others wait for.
final class CourierLanes<I: InstantProtocol>: Sendable where I.Duration == Duration {
    private struct Lane {
        var isBusy = false
        var failures = 0
        var restsUntil: I?
    }

    private struct State {
        var lanes: [Outbox.Lane: Lane] = [:]
        var busy: [CityID: Int] = [:]
        /// Where the last look left off, so that the next one goes on from there.
        var turn = 0
        /// At the last look somebody found no place.
        var isCrowded = false
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    /// Chooses whom to serve now, of those that have something due, in turn; and tells whether somebody found no place.
    func take(_ waiting: [Outbox.Lane], now: I) -> (taken: [Outbox.Lane], isCrowded: Bool) {
        self.state.withLock { state in
            var taken: [Outbox.Lane] = []
            state.isCrowded = false
            var total = state.busy.values.reduce(0, +)
            let start = waiting.isEmpty ? 0 : state.turn % waiting.count
            for lane in waiting[start...] + waiting[..<start] {
                let known = state.lanes[lane] ?? Lane()
                if known.isBusy { continue }
                if let rest = known.restsUntil, rest > now { continue }
                guard total < self.limit, state.busy[lane.city, default: 0] < self.limit / 2 else {
                    state.isCrowded = true
                    continue
                }
                state.lanes[lane, default: Lane()].isBusy = true
                state.busy[lane.city, default: 0] += 1
                total += 1
                taken.append(lane)
            }
            state.turn += max(1, taken.count)
            return (taken, state.isCrowded)
        }
    }

    var isCrowded: Bool { self.state.withLock { $0.isCrowded } }

    func isFailing(_ lane: Outbox.Lane) -> Bool {
        self.state.withLock { ($0.lanes[lane]?.failures ?? 0) > 0 }
    }

    func succeeded(_ lane: Outbox.Lane) {
        self.state.withLock { state in
            state.lanes[lane]?.failures = 0
            state.lanes[lane]?.restsUntil = nil
        }
    }

    func failed(_ lane: Outbox.Lane, now: I) {
        self.state.withLock { state in
            guard var known = state.lanes[lane] else { return }
            known.failures += 1
            known.restsUntil = now.advanced(by: CourierConfiguration.rest(after: known.failures))
            state.lanes[lane] = known
        }
    }

    func giveBack(_ lane: Outbox.Lane) {
        self.state.withLock { state in
            state.lanes[lane]?.isBusy = false
            // Nothing to remember of one that does well.
            if state.lanes[lane]?.failures == 0 { state.lanes[lane] = nil }
            let busy = state.busy[lane.city, default: 1] - 1
            state.busy[lane.city] = busy > 0 ? busy : nil
        }
    }
}
