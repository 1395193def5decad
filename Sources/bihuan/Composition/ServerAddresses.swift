/// Where the doors listen, once they do.
struct ServerAddresses: Hashable, Sendable {
    /// E.g. `http://127.0.0.1:8080`.
    var http: String
    /// E.g. `127.0.0.1:9119`.
    var line: String
    /// Path of the line door's Unix socket.
    var socket: String

    /// What scripts wait for.
    var readyLine: String { "ready http=\(self.http) line=\(self.line) socket=\(self.socket)" }

    /// `host:port` as one can connect to it: a server that listens everywhere is reached on the loopback.
    static func reachable(_ host: String, _ port: Int) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1:\(port)"
        case "::": "[::1]:\(port)"
        default: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}
