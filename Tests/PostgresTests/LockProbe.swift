import Dispatch
import Postgres
import Synchronization

/// Tries, from a synchronous body, whether another connection can lock the row it holds.
final class LockProbe: Sendable {
    private let connection: Connection
    private let done = DispatchSemaphore(value: 0)
    private let code = Mutex<PostgresError.Code?>(nil)

    init(connection: Connection) {
        self.connection = connection
    }

    func probe() {
        Task {
            do throws(PostgresError) {
                try await self.connection.query("select a from t where a = 1 for update")
            } catch {
                self.code.withLock { $0 = error.code }
            }
            self.done.signal()
        }
    }

    /// How the attempt failed; nil when it got the lock.
    func wait() -> PostgresError.Code? {
        self.done.wait()
        return self.code.withLock { $0 }
    }
}
