/// A pool's bounds.
package struct PoolConfiguration: Sendable {
    /// For libpq: keywords or URI. Name several hosts and `target_session_attrs=read-write` to follow a failover.
    package var conninfo: String
    /// Connections at most. They are opened when first needed.
    package var size: Int
    /// Connections beyond `size` that are lent only to who has none: half of them to a member without one, the rest to a
    /// circle without one. So whoever holds all the others, and however long, somebody else gets in at once.
    package var reserve: Int
    /// How long a user waits for a connection.
    package var waitLimit: Duration
    /// How long a use may take that names no deadline, the wait included.
    package var useLimit: Duration
    /// How many may wait. One more is refused at once, or takes the place of one of a larger crowd.
    package var waiterLimit: Int
    /// How many of one member may wait.
    package var memberWaiterLimit: Int
    /// A connection older than this is replaced when it comes back.
    package var maximumAge: Duration
    package var backoff: Backoff
    /// How long a shutdown waits for connections in use.
    package var drainLimit: Duration
    package var settings: SessionSettings

    package init(
        conninfo: String,
        size: Int = 8,
        reserve: Int = 0,
        waitLimit: Duration = .seconds(2),
        useLimit: Duration = .seconds(5),
        waiterLimit: Int = 256,
        memberWaiterLimit: Int = 128,
        maximumAge: Duration = .seconds(1_800),
        backoff: Backoff = Backoff(),
        drainLimit: Duration = .seconds(10),
        settings: SessionSettings = SessionSettings()
    ) {
        self.conninfo = conninfo
        self.size = max(1, size)
        self.reserve = max(0, reserve)
        self.waitLimit = waitLimit
        self.useLimit = useLimit
        self.waiterLimit = max(0, waiterLimit)
        self.memberWaiterLimit = max(0, memberWaiterLimit)
        self.maximumAge = maximumAge
        self.backoff = backoff
        self.drainLimit = drainLimit
        self.settings = settings
    }
}
