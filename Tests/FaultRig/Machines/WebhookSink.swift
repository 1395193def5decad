import Foundation
import Glibc
import Synchronization

/// A receiver of webhooks on this machine that takes everything and remembers when each message came.
final class WebhookSink: Sendable {
    private struct Arrivals {
        var first: ContinuousClock.Instant
        var last: ContinuousClock.Instant
        var count: Int
    }

    let port: Int
    private let arrivals = Mutex<[String: Arrivals]>([:])
    private let listener: Int32

    init() throws {
        self.port = try FreePort.find()
        self.listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(self.port).bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        let bound = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) == 0 }
        }
        guard bound, listen(listener, 128) == 0 else { throw RigFailure("listen: error \(errno)") }
    }

    /// Takes connections, each on a thread of its own, until ``stop()``.
    func start() {
        Thread.detachNewThread {
            while true {
                let descriptor = accept(self.listener, nil, nil)
                guard descriptor >= 0 else { return }
                Thread.detachNewThread { self.serve(Wire(descriptor)) }
            }
        }
    }

    /// Makes it the webhook of every unit of the city, under a path of the unit's own.
    func subscribe(_ postgres: RigPostgres) async throws {
        try await postgres.run(
            """
            insert into bihuan.webhooks (city_id, unit_id, url)
            select u.city_id, u.unit_id, 'http://127.0.0.1:\(self.port)/' || u.label
              from bihuan.units u join bihuan.cities c on c.city_id = u.city_id and c.code = 'test';
            insert into bihuan.webhook_secrets (city_id, webhook_id, number, secret)
            select city_id, webhook_id, 1, sha256(convert_to(webhook_id::text, 'UTF8')) from bihuan.webhooks;
            """)
    }

    func stop() { shutdown(self.listener, Int32(SHUT_RDWR)) }

    private func serve(_ wire: Wire) {
        do throws(Wire.Broken) {
            while true {
                _ = try wire.line()
                var length = 0
                var id = ""
                while true {
                    let line = try wire.line()
                    if line.isEmpty { break }
                    let parts = line.split(separator: ":", maxSplits: 1)
                    guard parts.count == 2 else { continue }
                    let value = parts[1].drop { $0 == " " }
                    switch parts[0].lowercased() {
                    case "content-length": length = Int(value) ?? 0
                    case "webhook-id": id = String(value)
                    default: break
                    }
                }
                _ = try wire.bytes(length)
                self.note(id)
                try wire.send(Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))
            }
        } catch {}
    }

    private func note(_ id: String) {
        self.arrivals.withLock { arrivals in
            let now = ContinuousClock.now
            arrivals[id, default: Arrivals(first: now, last: now, count: 0)].count += 1
            arrivals[id]?.last = now
        }
    }

    /// Messages that came, those that came more than once, and the longest time between two comings of one.
    var summary: (messages: Int, repeated: Int, longest: Duration) {
        self.arrivals.withLock { arrivals in
            let repeated = arrivals.values.filter { $0.count > 1 }
            return (arrivals.count, repeated.count, repeated.map { $0.last - $0.first }.max() ?? .zero)
        }
    }
}
