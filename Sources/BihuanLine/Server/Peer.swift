/// Who is at the other end of a connection, as the kernel tells it.
package enum Peer: Sendable, Hashable, CustomStringConvertible {
    /// Unix socket: uid and pid at the time of connecting, and the account's name when it has one.
    case local(uid: UInt32, pid: Int32, osUser: String?)
    /// TCP: the address without the port.
    case remote(address: String)

    package var description: String {
        switch self {
        case .local(let uid, let pid, _): "unix uid=\(uid) pid=\(pid)"
        case .remote(let address): address
        }
    }
}
