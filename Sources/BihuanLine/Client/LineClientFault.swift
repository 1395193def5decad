/// Why a conversation with the server broke off.
package enum LineClientFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The server closed the connection in the middle.
    case closed
    /// Something that is not a reply.
    case notAReply(String)
    /// The server said no to something the client itself needed, e.g. TLS.
    case refused(String)
    case garbled(LineFault)

    package var description: String {
        switch self {
        case .closed: "the server closed the connection"
        case .notAReply(let line): "not a reply: \(line)"
        case .refused(let line): "the server refused: \(line)"
        case .garbled(let fault): "garbled line: \(fault.name)"
        }
    }
}
