import Foundation
import Glibc

/// A client that sends exactly the bytes it is given, for what no well-behaved client would say.
///
/// It blocks on threads of its own: a server under test must not wait for its client's thread.
package enum RawSocket {
    package enum Address: Sendable {
        /// A port of this machine.
        case port(Int)
        case path(String)
    }

    package struct Failure: Error {}

    /// Sends bytes, then reads until the server closes.
    ///
    /// - Parameters:
    ///   - cuts: where the bytes are cut into pieces that are sent a millisecond apart.
    ///   - finish: closes the sending half after the bytes, so that a server that waits for more sees the end.
    ///   - drip: sent again and again, every 20 ms, until the server answers or closes.
    ///   - hesitation: milliseconds from the first byte of the answer until it is read.
    ///   - patience: milliseconds without anything to read after which the server counts as hanging.
    /// - Returns: what came, and whether the server hung.
    package static func exchange(
        _ address: Address,
        _ bytes: [UInt8],
        cuts: [Int] = [],
        finish: Bool = true,
        drip: [UInt8] = [],
        hesitation: Int32 = 0,
        patience: Int32 = 20_000
    ) async throws -> (received: [UInt8], hung: Bool) {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let descriptor = try Self.connect(address, isSlow: hesitation > 0)
                        defer { close(descriptor) }
                        Self.send(descriptor, bytes, cuts)
                        if finish { shutdown(descriptor, Int32(SHUT_WR)) }
                        if hesitation > 0 {
                            _ = Self.wait(descriptor, patience)
                            poll(nil, 0, hesitation)
                        }
                        return Self.read(descriptor, drip, patience)
                    })
            }
        }
    }

    private static func send(_ descriptor: Int32, _ bytes: [UInt8], _ cuts: [Int]) {
        var begin = 0
        for end in cuts + [bytes.count] {
            var rest = bytes[begin..<end]
            while !rest.isEmpty {
                let sent = Self.send(descriptor, rest)
                // The server may have had enough already.
                guard sent > 0 else { return }
                rest = rest.dropFirst(sent)
            }
            begin = end
            if end < bytes.count { poll(nil, 0, 1) }
        }
    }

    private static func send(_ descriptor: Int32, _ bytes: some ContiguousBytes) -> Int {
        bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// - Returns: whether there is something to read.
    private static func wait(_ descriptor: Int32, _ milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    private static func read(
        _ descriptor: Int32, _ drip: [UInt8], _ patience: Int32
    ) -> (received: [UInt8], hung: Bool) {
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let isDripping = !drip.isEmpty && received.isEmpty
            guard Self.wait(descriptor, isDripping ? 20 : patience) else {
                guard isDripping else { return (received, true) }
                guard Self.send(descriptor, drip) > 0 else { return (received, false) }
                continue
            }
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return (received, false) }
            received.append(contentsOf: chunk.prefix(count))
        }
    }

    /// - Parameter isSlow: a small window; otherwise the kernel would take in a large answer by itself.
    private static func connect(_ address: Address, isSlow: Bool) throws -> Int32 {
        switch address {
        case .port(let port):
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = UInt16(port).bigEndian
            name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return try Self.connect(descriptor, &name, isSlow)
        case .path(let path):
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { throw Failure() }
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
            return try Self.connect(descriptor, &name, isSlow)
        }
    }

    private static func connect<Name>(_ descriptor: Int32, _ name: inout Name, _ isSlow: Bool) throws -> Int32 {
        guard descriptor >= 0 else { throw Failure() }
        if isSlow { Self.set(descriptor, SOL_SOCKET, SO_RCVBUF, 65_536) }
        let size = socklen_t(MemoryLayout<Name>.size)
        let status = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, size) }
        }
        guard status == 0 else {
            close(descriptor)
            throw Failure()
        }
        // Cut pieces must leave one by one.
        Self.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        return descriptor
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
