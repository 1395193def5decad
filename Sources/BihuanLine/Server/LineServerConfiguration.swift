/// Where the line door listens and what it tolerates.
package struct LineServerConfiguration: Sendable {
    /// The Unix socket; nil for none. Made 0660, so its directory and group say who may connect.
    package var socketPath: String?
    /// Group that gets the socket; nil leaves it to the server's own.
    package var socketGroup: String?
    /// Address for TCP.
    package var host = "127.0.0.1"
    /// Port for plain TCP with STARTTLS; nil for none, 0 for any free one.
    package var port: Int?
    /// Port on which TLS begins at once; nil for none, 0 for any free one.
    package var tlsPort: Int?
    /// Certificate for STARTTLS and the TLS port; without one TCP offers no log-in.
    package var certificate: LineCertificate?
    /// Instance, as the greeting names it, e.g. the host or the city.
    package var name = "bihuan"
    /// Proves to the database that a peer log-in comes from this server; nil offers none.
    package var peerSecret: [UInt8]?
    package var version: String
    package var timeouts = LineTimeouts()
    /// Sessions at once, over all listeners.
    package var sessions = 32
    /// Sessions at once that have not logged in, so that strangers cannot take every place.
    package var strangers = 16
    /// Sessions at once of one officer.
    package var sessionsPerUser = 4
    /// Failed log-ins of a connection before it is closed.
    package var failedLogIns = 3
    /// Wait after the first failed log-in; it doubles with each.
    package var backOff = Duration.seconds(1)

    package init(version: String) {
        self.version = version
    }
}
