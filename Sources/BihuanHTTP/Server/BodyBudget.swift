import Synchronization

/// What all bodies together may hold in memory before they are whole.
///
/// A small body is always taken: commands are small. Many large ones that come nearly whole and then stop must not take
/// the memory of the machine, so that what exceeds ``small`` is drawn from a common budget as it comes in.
final class BodyBudget: Sendable {
    /// Bytes of a body that cost nothing.
    static let small = 16_384

    private let left: Atomic<Int>

    init(_ bytes: Int) {
        self.left = Atomic(bytes)
    }

    /// What one body has drawn; given back when it is gone.
    struct Draft: ~Copyable {
        private let budget: BodyBudget
        private var drawn = 0

        init(on budget: BodyBudget) {
            self.budget = budget
        }

        /// Draws what a body of that size needs; false if there is not enough.
        mutating func cover(_ size: Int) -> Bool {
            let more = size - BodyBudget.small - self.drawn
            guard more > 0 else { return true }
            let left = self.budget.left.subtract(more, ordering: .relaxed).newValue
            guard left >= 0 else {
                self.budget.left.add(more, ordering: .relaxed)
                return false
            }
            self.drawn += more
            return true
        }

        deinit {
            self.budget.left.add(self.drawn, ordering: .relaxed)
        }
    }
}
