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
    ///   - patience: milliseconds without anything to read after which the server counts as hanging.
    /// - Returns: what came, and whether the server hung.
    package static func exchange(
        _ address: Address, _ bytes: [UInt8], cuts: [Int] = [], finish: Bool = true, patience: Int32 = 20_000
    ) async throws -> (received: [UInt8], hung: Bool) {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try Self.talk(address, bytes, cuts, finish, patience) })
            }
        }
    }

    private static func talk(
        _ address: Address, _ bytes: [UInt8], _ cuts: [Int], _ finish: Bool, _ patience: Int32
    ) throws -> (received: [UInt8], hung: Bool) {
        let descriptor = try Self.connect(address)
        defer { close(descriptor) }
        var begin = 0
        for end in cuts + [bytes.count] {
            var rest = bytes[begin..<end]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                // The server may have had enough already.
                guard sent > 0 else { break }
                rest = rest.dropFirst(sent)
            }
            begin = end
            if end < bytes.count { poll(nil, 0, 1) }
        }
        if finish { shutdown(descriptor, Int32(SHUT_WR)) }
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, patience) > 0 else { return (received, true) }
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return (received, false) }
            received.append(contentsOf: chunk.prefix(count))
        }
    }

    private static func connect(_ address: Address) throws -> Int32 {
        switch address {
        case .port(let port):
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = UInt16(port).bigEndian
            name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return try Self.connect(descriptor, &name)
        case .path(let path):
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { throw Failure() }
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
            return try Self.connect(descriptor, &name)
        }
    }

    private static func connect<Name>(_ descriptor: Int32, _ name: inout Name) throws -> Int32 {
        guard descriptor >= 0 else { throw Failure() }
        let size = socklen_t(MemoryLayout<Name>.size)
        let status = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, size) }
        }
        guard status == 0 else {
            close(descriptor)
            throw Failure()
        }
        return descriptor
    }
}
