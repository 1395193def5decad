import BihuanDomain
package import BihuanStore
import Failpoints
package import Logging
import ServiceLifecycle

/// Fires the clocks whose next rung has come (提醒、催办、督办、通报).
///
/// Any number of servers may run one: clocks are claimed by lease with `for update skip locked`, and each rung is decided
/// once more under its case's lock. What cannot be fired comes again after a pause and is put aside after
/// ``ClockClaims/tries`` tries.
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

    /// What became of a claimed clock.
    private enum Verdict: Sendable {
        case fired
        /// Another server fired it, or it was stopped or moved meanwhile.
        case nothingToDo
        case failed(DeskError)
        /// The pass was cancelled, or took so long that the claim is no more to be trusted.
        case notReached
    }

    /// One pass: claims a batch, fires it, gives back what it did not come to.
    ///
    /// One bad case must not stop the supervision of the others.
    ///
    /// - Returns: how many clocks were claimed, fired or not.
    @discardableResult
    package func pass() async -> Int {
        let began = self.clock.now
        let due: [ClockClaims.Due]
        do throws(DeskError) {
            due = try await self.store.clockClaims.claim(self.configuration.batchSize)
        } catch {
            self.logger.error("Supervision sweep failed", metadata: ["error": "\(error)"])
            return 0
        }
        failpoint("sweeper_after_claim")
        var idle: [ClockClaims.Due] = []
        var unreached: [ClockClaims.Due] = []
        func settle(_ item: ClockClaims.Due, _ verdict: Verdict) async {
            switch verdict {
            case .fired: break
            case .nothingToDo: idle.append(item)
            case .failed(let error): await self.note(error, about: item)
            case .notReached: unreached.append(item)
            }
        }
        await withTaskGroup(of: (ClockClaims.Due, Verdict).self) { group in
            var rest = due.filter { !$0.isSuspect }.makeIterator()
            func fireNext() {
                guard let next = rest.next() else { return }
                group.addTask { (next, await self.fire(next, claimed: began)) }
            }
            for _ in 0..<self.configuration.concurrency { fireNext() }
            while let (item, verdict) = await group.next() {
                await settle(item, verdict)
                fireNext()
            }
        }
        // One at a time, with nothing else in hand: if this server dies, it is known of what.
        for item in due where item.isSuspect { await settle(item, await self.fireAlone(item, claimed: began)) }
        await self.release(idle, unreached)
        return due.count
    }

    private func fireAlone(_ item: ClockClaims.Due, claimed: C.Instant) async -> Verdict {
        guard self.isReached(claimed) else { return .notReached }
        do throws(DeskError) {
            guard try await !self.store.clockClaims.begin(item) else {
                self.logAside(item, "no sweeper came back from it")
                return .fired
            }
        } catch {
            // Nothing was tried: the claim runs out by itself.
            self.logger.error("A clock could not be begun", metadata: ["error": "\(error)"])
            return .fired
        }
        return await self.fire(item, claimed: claimed)
    }

    /// Whether there is still time to fire what was claimed then.
    private func isReached(_ claimed: C.Instant) -> Bool {
        !Task.isCancelled && claimed.duration(to: self.clock.now) <= self.configuration.patience
    }

    private func fire(_ item: ClockClaims.Due, claimed: C.Instant) async -> Verdict {
        guard self.isReached(claimed) else { return .notReached }
        do throws(DeskError) {
            let isFired = try await self.store.desk.fire(item.clock, item.rung, of: item.city)
            failpoint("sweeper_after_fire")
            return isFired ? .fired : .nothingToDo
        } catch {
            if Task.isCancelled { return .notReached }
            // Too much to do at the desk is no fault of the clock's.
            if case .overloaded = error { return .notReached }
            return .failed(error)
        }
    }

    private func note(_ error: DeskError, about item: ClockClaims.Due) async {
        let reason = Self.reason(error)
        self.logger.error(
            "A clock could not be fired",
            metadata: [
                "clock": "\(item.clock.text)", "rung": "\(item.rung.rawValue)", "attempt": "\(item.attempt)",
                "error": "\(error)",
            ])
        do throws(DeskError) {
            let isAside = try await self.store.clockClaims.failed(
                item, reason, retryIn: SweeperConfiguration.pause(after: item.attempt))
            if isAside { self.logAside(item, reason) }
        } catch {
            // The claim runs out by itself, and the try is counted already.
            self.logger.error("A failed clock could not be noted", metadata: ["error": "\(error)"])
        }
    }

    private func logAside(_ item: ClockClaims.Due, _ reason: String) {
        self.logger.critical(
            "A clock was put aside; CLOCK RETRY puts it back",
            metadata: [
                "city": "\(item.city.rawValue)", "clock": "\(item.clock.text)", "rung": "\(item.rung.rawValue)",
                "reason": "\(reason)",
            ])
    }

    /// Also when the server is stopping, so that others need not wait for the lease to end.
    private func release(_ idle: [ClockClaims.Due], _ unreached: [ClockClaims.Due]) async {
        guard !idle.isEmpty || !unreached.isEmpty else { return }
        await Task {
            do throws(DeskError) {
                try await self.store.clockClaims.release(idle, wereTried: true)
                try await self.store.clockClaims.release(unreached, wereTried: false)
            } catch {
                self.logger.warning("Claims run out by themselves", metadata: ["error": "\(error)"])
            }
        }.value
    }

    /// Why a try failed, in a few words that hold nothing of the case.
    private static func reason(_ error: DeskError) -> String {
        switch error {
        case .refused(.missingCalendarYear(let year)): "the calendar of \(year) is missing"
        case .refused: "refused by a rule"
        case .noPlan: "the city has no plan"
        case .notFound: "the case is gone"
        case .busy: "the case was busy"
        case .stale: "the case did not stand still"
        case .unauthenticated: "the city is gone"
        case .keyReused, .overloaded, .outcomeUnknown, .unavailable: "the database could not answer"
        }
    }
}
