package import BihuanStore
import Failpoints
package import Logging
import ServiceLifecycle

/// Keeps the house: adds appended counts to their totals, so that summaries stay cheap, and forgets old idempotency keys.
package struct Housekeeping<C: Clock>: Service where C.Duration == Duration {
    let store: Store
    let interval: Duration
    let clock: C
    let logger: Logger

    package init(store: Store, interval: Duration = .seconds(60), clock: C, logger: Logger) {
        self.store = store
        self.interval = interval
        self.clock = clock
        self.logger = logger
    }

    package func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.chore("counters") { () async throws(DeskError) in
                    _ = try await self.store.clockClaims.rollUpCounters()
                }
                failpoint("housekeeping_after_roll_up")
                await self.chore("keys") { () async throws(DeskError) in
                    while try await self.store.clockClaims.forgetOldKeys() > 0, !Task.isCancelled {}
                }
                await self.chore("likeness") { () async throws(DeskError) in
                    while try await self.store.clockClaims.readLeads() > 0, !Task.isCancelled {}
                }
                try? await self.clock.sleep(for: self.interval)
            }
        }
    }

    /// One chore that fails keeps nobody from the next.
    private func chore(_ name: String, _ work: () async throws(DeskError) -> Void) async {
        do throws(DeskError) {
            try await work()
        } catch {
            // Stopped while it waited for a connection: the next server does it.
            if Task.isCancelled { return }
            self.logger.error("Housekeeping failed", metadata: ["chore": "\(name)", "error": "\(error)"])
        }
    }
}
