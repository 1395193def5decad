import Foundation
import Glibc
import Testing

/// A TCP client that sends exactly the bytes it is given, for requests that no HTTP client would make.
///
/// It blocks on threads of its own: a server under test must not wait for its client's thread.
enum RawClient {
    struct Failure: Error {}

    /// Sends bytes, then reads until the server closes, or nothing more has come for `patience` milliseconds.
    ///
    /// - Parameters:
    ///   - cuts: where the bytes are cut into pieces that are sent a millisecond apart.
    ///   - hesitation: milliseconds from the first byte of the answer until it is read.
    ///   - drip: sent again and again, every `interval` milliseconds, until the server answers or closes.
    static func exchange(
        _ port: Int,
        _ bytes: [UInt8],
        cuts: [Int] = [],
        drip: [UInt8] = [],
        interval: Int32 = 20,
        hesitation: Int32 = 0,
        patience: Int32 = 30_000
    ) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        try Self.talk(
                            port, bytes, cuts: cuts, drip: drip, interval: interval, hesitation: hesitation,
                            patience: patience)
                    }
                )
            }
        }
    }

    static func exchange(_ port: Int, _ text: String) async throws -> RawResponse {
        let bytes = try await self.exchange(port, Array(text.utf8))
        return try #require(RawResponse.all(bytes).first)
    }

    private static func talk(
        _ port: Int,
        _ bytes: [UInt8],
        cuts: [Int],
        drip: [UInt8],
        interval: Int32,
        hesitation: Int32,
        patience: Int32
    ) throws -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure() }
        defer { close(descriptor) }
        if hesitation > 0 {
            // Otherwise the kernel would take in a large answer by itself.
            var size: Int32 = 65_536
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure() }

        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var begin = 0
        for end in cuts + [bytes.count] {
            var rest = bytes[begin..<end]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard sent > 0 else { break }
                rest = rest.dropFirst(sent)
            }
            begin = end
            if end < bytes.count { poll(nil, 0, 1) }
        }
        if hesitation > 0 {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&entry, 1, patience)
            poll(nil, 0, hesitation)
        }
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let isDripping = !drip.isEmpty && received.isEmpty
            let ready = poll(&entry, 1, isDripping ? interval : patience)
            if ready == 0 {
                guard isDripping else { return received }
                let sent = drip.withUnsafeBytes {
                    send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { return received }
                continue
            }
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return received }
            received.append(contentsOf: chunk.prefix(count))
        }
    }
}
