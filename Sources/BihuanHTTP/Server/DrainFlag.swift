import Synchronization

/// Whether the server has begun to stop.
final class DrainFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isDraining: Bool { self.flag.load(ordering: .relaxed) }

    func raise() {
        self.flag.store(true, ordering: .relaxed)
    }
}
