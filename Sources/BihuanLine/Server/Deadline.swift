import NIOConcurrencyHelpers
import NIOCore

/// Until when the other side has time for what the session waits for now.
///
/// A session waits for one thing at a time (a line, a block, room to write), so it needs one deadline.
final class Deadline: Sendable {
    private let instant = NIOLockedValueBox(NIODeadline.distantFuture)

    func set(_ wait: Duration) {
        self.set(at: .now() + TimeAmount(wait))
    }

    func set(at deadline: NIODeadline) {
        self.instant.withLockedValue { $0 = deadline }
    }

    /// The session is working; its work has a deadline of its own.
    func clear() {
        self.instant.withLockedValue { $0 = .distantFuture }
    }

    var hasPassed: Bool {
        self.instant.withLockedValue { $0 < .now() }
    }
}
