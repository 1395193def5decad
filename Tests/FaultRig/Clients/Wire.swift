import Glibc

/// A stream socket that blocks, for clients that want to see every way in which an answer fails to come.
final class Wire {
    /// No answer: nobody knows what became of what was said.
    struct Broken: Error {
        var why: String
    }

    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0

    /// Seconds without a byte after which the other side counts as gone.
    static let patience = 15

    init(port: Int) throws(Broken) {
        self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(port).bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        try self.connect(&name)
    }

    init(path: String) throws(Broken) {
        self.descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { throw Broken(why: "path too long") }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        try self.connect(&name)
    }

    /// One that was accepted.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        self.close()
    }

    private func connect<Name>(_ name: inout Name) throws(Broken) {
        guard self.descriptor >= 0 else { throw Broken(why: "socket: \(errno)") }
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(self.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, length)
        setsockopt(self.descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, length)
        var one: Int32 = 1
        setsockopt(self.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        let size = socklen_t(MemoryLayout<Name>.size)
        let status = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(self.descriptor, $0, size) }
        }
        guard status == 0 else {
            let code = errno
            self.close()
            throw Broken(why: "connect: \(code)")
        }
    }

    func close() {
        if self.descriptor >= 0 { _ = Glibc.close(self.descriptor) }
        self.descriptor = -1
    }

    func send(_ bytes: [UInt8]) throws(Broken) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw Broken(why: "send: \(errno)") }
            rest = rest.dropFirst(sent)
        }
    }

    /// The next line without its CRLF.
    func line() throws(Broken) -> String {
        while true {
            if let end = self.buffer[self.start...].firstIndex(of: 0x0A) {
                var line = self.buffer[self.start..<end]
                if line.last == 0x0D { line.removeLast() }
                self.start = end + 1
                return String(decoding: line, as: UTF8.self)
            }
            try self.receive()
        }
    }

    func bytes(_ count: Int) throws(Broken) -> [UInt8] {
        while self.buffer.count - self.start < count { try self.receive() }
        defer { self.start += count }
        return Array(self.buffer[self.start..<self.start + count])
    }

    private func receive() throws(Broken) {
        if self.start > 0 {
            self.buffer.removeFirst(self.start)
            self.start = 0
        }
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let count = recv(self.descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { throw Broken(why: count == 0 ? "closed" : "recv: \(errno)") }
        self.buffer.append(contentsOf: chunk.prefix(count))
    }
}
