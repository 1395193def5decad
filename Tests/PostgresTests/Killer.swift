import Dispatch
import Postgres

/// Ends another connection's backend from inside a synchronous body.
final class Killer: Sendable {
    let connection: Connection

    init(connection: Connection) {
        self.connection = connection
    }

    /// Returns once the backend is gone.
    func kill(_ pid: Int32) {
        let done = DispatchSemaphore(value: 0)
        Task {
            _ = try? await self.connection.query("select pg_terminate_backend(\(pid), 5000)")
            done.signal()
        }
        done.wait()
    }
}
