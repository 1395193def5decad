/// A moment of the monotonic clock past which nobody waits.
struct Deadline: Comparable, Sendable {
    var instant: ContinuousClock.Instant

    init(_ instant: ContinuousClock.Instant) {
        self.instant = instant
    }

    static func after(_ duration: Duration) -> Deadline {
        Deadline(.now.advanced(by: duration))
    }

    var hasPassed: Bool { self.instant <= .now }

    /// What is left, at least zero.
    var remaining: Duration { max(.zero, ContinuousClock.now.duration(to: self.instant)) }

    /// For `poll`: rounded up, so that a wait never ends early and spins.
    var milliseconds: Int32 {
        Int32(clamping: Int64((self.remaining / .milliseconds(1)).rounded(.up)))
    }

    static func < (left: Deadline, right: Deadline) -> Bool {
        left.instant < right.instant
    }
}
