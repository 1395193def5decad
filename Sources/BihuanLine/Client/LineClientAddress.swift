/// Where a line client finds its server.
package enum LineClientAddress: Sendable, Hashable {
    /// The Unix socket, where a mapped account is logged in at once.
    case socket(path: String)
    /// TCP with STARTTLS. `trust` is a PEM file of certificates to trust; nil trusts those of the system.
    case tcp(host: String, port: Int, trust: String?)
}
