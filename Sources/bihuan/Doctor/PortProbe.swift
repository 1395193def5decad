import Glibc

/// Whether a server could listen at an address now. Tries it, and lets go at once.
struct PortProbe: Sendable {
    enum Result: Hashable, Sendable {
        case free
        case taken
        /// Why not, in the system's words.
        case refused(String)
    }

    let result: Result

    init(host: String, port: Int) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let address = found else {
            self.result = .refused(String(cString: gai_strerror(code)))
            return
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(address.pointee.ai_family, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else {
            self.result = .refused(systemErrorText())
            return
        }
        defer { close(descriptor) }
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        if bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0, listen(descriptor, 1) == 0 {
            self.result = .free
        } else {
            self.result = errno == EADDRINUSE ? .taken : .refused(systemErrorText())
        }
    }
}
