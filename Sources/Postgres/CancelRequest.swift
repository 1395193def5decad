import CLibPQ
import Synchronization

/// A request to stop a statement, which goes over a connection of its own and may have to wait for that.
@safe
final class CancelRequest: @unchecked Sendable {
    /// More at once help nobody: the statements end by `statement_timeout`.
    private static let limit = 4
    private static let underWay = Atomic<Int>(0)

    private let request: OpaquePointer

    /// Takes over a `PGcancel`.
    init(_ request: OpaquePointer) {
        unsafe self.request = request
    }

    deinit {
        unsafe PQfreeCancel(self.request)
    }

    /// Sends it from a new thread, or not at all when too many are under way.
    func send() {
        guard Self.underWay.wrappingAdd(1, ordering: .relaxed).newValue <= Self.limit else {
            Self.underWay.wrappingSubtract(1, ordering: .relaxed)
            return
        }
        Thread.start { [self] in
            // PQcancel's text for a failure; nobody is left to read it.
            var text = [CChar](repeating: 0, count: 256)
            _ = unsafe PQcancel(self.request, &text, Int32(text.count))
            Self.underWay.wrappingSubtract(1, ordering: .relaxed)
        }
    }
}
