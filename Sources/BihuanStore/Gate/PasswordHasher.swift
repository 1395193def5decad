import CSodium
import Dispatch
import Synchronization

/// argon2id through libsodium, on a few threads of its own.
///
/// One hash takes about 140 ms and 46 MiB, so a flood of log-ins must not take the server's threads: at most
/// `width` hashes run, at most `queue` wait, the rest is told to come again.
package final class PasswordHasher: Sendable {
    /// OWASP ASVS 5.0 appendix C: at least t=1, m=46 MiB, p=1.
    private static let passes: UInt64 = 1
    private static let memory = 47_104 * 1024

    package static let saltLength = 16
    package static let outputLength = 32
    /// Longest password in bytes; hashing must not be fed without bound.
    package static let longestPassword = 1024

    /// Serial, so that what waits holds no thread of the pool that the rest of the program runs on.
    private let threads: [DispatchQueue]
    private let waiting = Mutex<(count: Int, turn: Int)>((0, 0))
    private let capacity: Int

    package init(width: Int = 2, queue: Int = 64) {
        precondition(sodium_init() >= 0, "libsodium cannot start")
        self.threads = (0..<width).map { DispatchQueue(label: "bihuan.passwords.\($0)") }
        self.capacity = width + queue
    }

    /// The argon2id output for a password and the account's salt; nil when the queue is full or memory is short.
    package func derive(_ password: [UInt8], salt: [UInt8]) async -> [UInt8]? {
        let place: Int? = self.waiting.withLock { waiting in
            guard waiting.count < self.capacity else { return nil }
            waiting.count += 1
            waiting.turn = (waiting.turn + 1) % self.threads.count
            return waiting.turn
        }
        guard let place else { return nil }
        return await withCheckedContinuation { continuation in
            self.threads[place].async {
                let output = Self.derive(password, salt)
                self.waiting.withLock { $0.count -= 1 }
                continuation.resume(returning: output)
            }
        }
    }

    private static func derive(_ password: [UInt8], _ salt: [UInt8]) -> [UInt8]? {
        precondition(salt.count == Self.saltLength)
        var output = [UInt8](repeating: 0, count: Self.outputLength)
        let outputLength = UInt64(output.count)
        var password = password
        // The C function takes a pointer even for an empty word, so the array always ends in one byte that is not hashed.
        let length = UInt64(password.count)
        password.append(0)
        let status = password.withUnsafeBytes { word in
            crypto_pwhash(
                &output, outputLength, word.baseAddress!.assumingMemoryBound(to: CChar.self), length, salt, Self.passes,
                Self.memory, crypto_pwhash_ALG_ARGON2ID13)
        }
        password.withUnsafeMutableBytes { sodium_memzero($0.baseAddress!, $0.count) }
        return status == 0 ? output : nil
    }

    /// A new salt from the system's random source.
    package static func salt() -> [UInt8] {
        var salt = [UInt8](repeating: 0, count: Self.saltLength)
        randombytes_buf(&salt, salt.count)
        return salt
    }
}
