/// A pool's bounds.
package struct PoolConfiguration: Sendable {
    /// For libpq: keywords or URI. Name several hosts and `target_session_attrs=read-write` to follow a failover.
    package var conninfo: String
    /// Connections at most. They are opened when first needed.
    package var size: Int
    /// How long a user waits for a connection.
    package var waitLimit: Duration
    /// How many may wait. One more is refused at once.
    package var waiterLimit: Int
    /// A connection older than this is replaced when it comes back.
    package var maximumAge: Duration
    package var backoff: Backoff
    /// How long a shutdown waits for connections in use.
    package var drainLimit: Duration
    package var settings: SessionSettings

    package init(
        conninfo: String,
        size: Int = 8,
        waitLimit: Duration = .seconds(2),
        waiterLimit: Int = 256,
        maximumAge: Duration = .seconds(1_800),
        backoff: Backoff = Backoff(),
        drainLimit: Duration = .seconds(10),
        settings: SessionSettings = SessionSettings()
    ) {
        self.conninfo = conninfo
        self.size = max(1, size)
        self.waitLimit = waitLimit
        self.waiterLimit = max(0, waiterLimit)
        self.maximumAge = maximumAge
        self.backoff = backoff
        self.drainLimit = drainLimit
        self.settings = settings
    }
}
