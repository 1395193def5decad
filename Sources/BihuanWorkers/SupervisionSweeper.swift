import BihuanDomain
package import BihuanStore
import Failpoints
package import Logging
import ServiceLifecycle

/// Fires the clocks whose next rung has come (提醒、催办、督办、通报).
///
/// Any number of servers may run one: clocks are claimed with `for update skip locked`, and each rung is decided once
/// more under its case's lock.
package struct SupervisionSweeper<C: Clock>: Service where C.Duration == Duration {
    let store: Store
    let configuration: SweeperConfiguration
    let clock: C
    let logger: Logger

    package init(store: Store, configuration: SweeperConfiguration, clock: C, logger: Logger) {
        self.store = store
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
    }

    package func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let claimed = await self.pass()
                if claimed < self.configuration.batchSize {
                    try? await self.clock.sleep(for: self.configuration.interval)
                }
            }
        }
    }

    /// One pass.
    ///
    /// A clock that cannot be fired is logged and comes again when its claim has run out; one bad case must not stop
    /// the supervision of the others.
    ///
    /// - Returns: how many clocks were claimed, fired or not.
    @discardableResult
    package func pass() async -> Int {
        let due: [ClockClaims.Due]
        do throws(DeskError) {
            due = try await self.store.clockClaims.claim(self.configuration.batchSize)
        } catch {
            self.logger.error("Supervision sweep failed", metadata: ["error": "\(error)"])
            return 0
        }
        failpoint("sweeper_after_claim")
        for item in due {
            if Task.isCancelled { break }
            do throws(DeskError) {
                _ = try await self.store.desk.fire(item.clock, item.rung, of: item.city)
                failpoint("sweeper_after_fire")
            } catch {
                self.logger.error(
                    "A clock could not be fired",
                    metadata: ["clock": "\(item.clock.text)", "rung": "\(item.rung.rawValue)", "error": "\(error)"])
            }
        }
        return due.count
    }
}
