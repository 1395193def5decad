/// Where the line door listens, once it does.
package struct LineAddresses: Sendable, Hashable {
    package var socketPath: String?
    package var port: Int?
    package var tlsPort: Int?
}
