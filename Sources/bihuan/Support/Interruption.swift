import Glibc
import Synchronization
import UnixSignals

/// Turns Ctrl-C and SIGTERM into something a command can finish under.
///
/// Until a command says otherwise the first signal cancels its task, so that what it started is stopped in order.
/// A second signal ends the process at once.
final class Interruption: Sendable {
    /// The one of this process.
    static let current = Interruption()

    private struct State {
        var received: CInt?
        var handler: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// The signal that came, e.g. 2; nil while none has.
    var received: CInt? { self.state.withLock(\.received) }

    /// What to do on the first signal, from now on. A signal that came before is handed over at once.
    func onSignal(_ handler: (@Sendable () -> Void)?) {
        let late = self.state.withLock { state in
            state.handler = handler
            return state.received != nil
        }
        if late { handler?() }
    }

    /// Waits for signals; ends only when its task is cancelled.
    func watch() async {
        for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
            let number: CInt = signal == .sigint ? SIGINT : SIGTERM
            let (first, handler) = self.state.withLock { state in
                defer { state.received = number }
                return (state.received == nil, state.handler)
            }
            guard first else { _exit(128 + number) }
            handler?()
        }
    }
}
