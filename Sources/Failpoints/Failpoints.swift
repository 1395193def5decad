#if FAILPOINTS
    import Synchronization

    #if canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #endif

    /// What the failpoints of this process do.
    ///
    /// A process is told by `BIHUAN_FAILPOINTS`, a test by ``arm(_:)``. The text is a list parted by `;` of
    /// `NAME=ACTION[:MILLISECONDS][@HIT | %PROBABILITY[#SEED]]`, e.g.
    /// `after_commit_before_reply=kill@3;before_send=delay:50%0.1#42`:
    /// - `kill`: SIGKILL to this process, as if its machine had gone;
    /// - `error`: the caller fails, as if what it waits for had broken; a connection is closed;
    /// - `delay`: waits, 100 ms unless it says otherwise, and goes on;
    /// - `hang`: the same for 30 s unless it says otherwise: longer than anybody waits.
    ///
    /// `@3` acts at the third hit and never again; `%0.1` at each hit with that probability; without either at each hit.
    package enum Failpoints {
        /// The environment variable that arms a process.
        package static let variable = "BIHUAN_FAILPOINTS"

        /// Every failpoint there is. A test holds the list and the calls together.
        package static let names: [String] = [
            // The client of PostgreSQL.
            "pool_after_acquire",
            "before_send", "after_send_before_read",
            "before_commit", "after_commit_sent", "after_commit_before_read",
            // The Desk.
            "after_first_flight", "before_last_flight", "after_commit_before_reply",
            // The doors.
            "json_before_reply", "line_before_reply",
            // The workers.
            "sweeper_after_claim", "sweeper_after_fire", "housekeeping_after_roll_up",
            "courier_after_fan_out", "courier_after_claim", "courier_after_send_before_mark",
        ]

        private struct State {
            var orders: [FailpointOrder] = []
            var hits: [String: Int] = [:]
        }

        private static let state = Mutex(State())
        private static let armed = Atomic<Bool>(false)

        static var isArmed: Bool { Self.armed.load(ordering: .relaxed) }

        /// Reads what is to happen, and makes it so in place of what was said before.
        ///
        /// - Throws: ``FailpointFault`` when a word means nothing; then nothing has changed.
        package static func arm(_ text: String) throws(FailpointFault) {
            let orders = try FailpointOrder.list(text)
            Self.state.withLock { $0 = State(orders: orders) }
            Self.armed.store(!orders.isEmpty, ordering: .relaxed)
        }

        package static func disarm() {
            Self.state.withLock { $0 = State() }
            Self.armed.store(false, ordering: .relaxed)
        }

        /// How often each armed failpoint was reached.
        package static var hits: [String: Int] { Self.state.withLock { $0.hits } }

        static func reach(_ name: String) -> Bool {
            let action = Self.state.withLock { state -> FailpointOrder.Action? in
                guard let index = state.orders.firstIndex(where: { $0.name == name }) else { return nil }
                let hit = state.hits[name, default: 0] + 1
                state.hits[name] = hit
                return state.orders[index].action(atHit: hit)
            }
            switch action {
            case nil: return false
            case .kill:
                kill(getpid(), SIGKILL)
                return true
            case .error: return true
            case .wait(let milliseconds):
                usleep(UInt32(clamping: milliseconds * 1_000))
                return false
            }
        }
    }
#endif
