/// Where the JSON door listens, and what it lets a client take.
package struct JSONDoorConfiguration: Sendable {
    /// A value that cannot be.
    package struct Fault: Error, Hashable, Sendable {
        package var name: String
        package var rule: String
    }

    /// The address to bind.
    package var host: String
    /// The port to bind, 0 for any that is free.
    package var port: Int
    /// Bytes of a body. Default 1 MiB.
    package var bodyLimit = 1_048_576
    /// Bytes of a request's address. Default 4,096.
    package var addressLimit = 4_096
    /// Bytes of one header field. Default 8 KiB.
    package var headerFieldLimit = 8_192
    /// Bytes of all header fields. Default 16 KiB.
    package var headersLimit = 16_384
    /// How many header fields. Default 100.
    package var headerCountLimit = 100
    /// How long a whole body may take. Default 30 s.
    package var bodyDeadline: Duration = .seconds(30)
    /// How long a body may take before its rate counts. Default 5 s.
    package var rateGrace: Duration = .seconds(5)
    /// Bytes a second that a body must keep up on average after the grace. Default 1,024.
    package var minimumRate = 1_024
    /// How long a connection may be silent between requests, or take for a request's head. Default 30 s.
    package var idleTimeout: Duration = .seconds(30)
    /// How long an answer may wait for a client that does not read. Default 30 s.
    package var writeTimeout: Duration = .seconds(30)
    /// Bytes of an answer that the kernel takes off the door's hands; the kernel doubles it. Default 128 KiB.
    package var sendBuffer = 131_072
    /// How long a refused client's bytes are taken and dropped, so that the answer reaches it. Default 1 s.
    package var linger: Duration = .seconds(1)
    /// Bytes of all bodies that are not whole yet, beyond the first 16 KiB of each. Default 32 MiB.
    package var bodyBudget = 33_554_432
    /// Connections at once. One more makes those leave that have waited for their client longest; while all are being
    /// answered it gets 503. Default 4,096.
    package var connectionLimit = 4_096

    /// - Throws: ``Fault`` for a port outside 0 to 65,535 or an empty host.
    package init(host: String = "127.0.0.1", port: Int) throws(Fault) {
        guard !host.isEmpty else { throw Fault(name: "host", rule: "not empty") }
        guard (0...65_535).contains(port) else { throw Fault(name: "port", rule: "0 to 65535") }
        self.host = host
        self.port = port
    }
}
