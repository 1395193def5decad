import Glibc
import NIOCore

/// `struct ucred` of Linux: three 32-bit numbers.
struct PeerCredentials: Sendable {
    var pid: Int32 = 0
    var uid: UInt32 = 0
    var gid: UInt32 = 0

    /// Asks the kernel who connected to a Unix socket; nil when the channel is none.
    static func read(from channel: any Channel) async -> PeerCredentials? {
        guard let provider = channel as? any SocketOptionProvider else { return nil }
        let option = NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        let future: EventLoopFuture<PeerCredentials> = provider.unsafeGetSocketOption(level: .socket, name: option)
        return try? await future.get()
    }

    /// The name of the account, or nil for a uid without one.
    var userName: String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        // 16 KiB hold any entry; a longer one counts as none.
        var buffer = [CChar](repeating: 0, count: 16_384)
        let status = getpwuid_r(self.uid, &entry, &buffer, buffer.count, &found)
        guard status == 0, found != nil, let name = entry.pw_name else { return nil }
        return String(cString: name)
    }
}
