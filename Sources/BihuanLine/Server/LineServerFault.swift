/// What keeps the line door from opening.
package enum LineServerFault: Error, Sendable, Hashable, CustomStringConvertible {
    case cannotWrite(path: String)
    case halfACertificate(present: String, missing: String)
    /// Somebody answers on the socket already.
    case socketInUse(path: String)
    /// `sockaddr_un` holds 107 octets.
    case socketPathTooLong(path: String)
    case noSuchGroup(String)

    package var description: String {
        switch self {
        case .cannotWrite(let path): "cannot write \(path)"
        case .halfACertificate(let present, let missing): "\(present) is there but \(missing) is not"
        case .socketInUse(let path): "another server answers on \(path)"
        case .socketPathTooLong(let path): "the socket path is longer than 107 octets: \(path)"
        case .noSuchGroup(let name): "no such group: \(name)"
        }
    }
}
