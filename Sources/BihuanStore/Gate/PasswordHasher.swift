import CSodium
import Dispatch
import Postgres
import Synchronization

/// argon2id through libsodium, on a few threads of its own.
///
/// One hash takes about 140 ms and 46 MiB, so a flood of log-ins must not take the server's threads: at most
/// `width` hashes run, at most `queue` wait, the rest is told to come again. Those who wait take turns by where they
/// come from, then by city, then by account, so that a flood of one costs another a few hashes' time and no more.
package final class PasswordHasher: Sendable {
    /// Who wants to log in, as far as turns go.
    package struct Applicant: Sendable, Hashable {
        /// The address that the connection comes from, where it tells anything.
        package var source: String
        package var city: String
        package var account: String

        package init(source: String, city: String, account: String) {
            self.source = source
            self.city = city
            self.account = account
        }

        /// Whoever makes accounts.
        package static let nobody = Applicant(source: "", city: "", account: "")

        fileprivate var path: [String] { [self.source, self.city, self.account] }
    }

    /// OWASP ASVS 5.0 appendix C: at least t=1, m=46 MiB, p=1.
    private static let passes: UInt64 = 1
    private static let memory = 47_104 * 1024

    package static let saltLength = 16
    package static let outputLength = 32
    /// Longest password in bytes; hashing must not be fed without bound.
    package static let longestPassword = 1024

    /// Gets the number of a thread when it is its turn, nil when it must give way.
    private typealias Waiter = CheckedContinuation<Int?, Never>

    private struct State {
        var line: FairLine<Waiter>
        var free: [Int]
        var last = 0
    }

    /// Serial, so that what waits holds no thread of the pool that the rest of the program runs on.
    private let threads: [DispatchQueue]
    private let state: Mutex<State>

    /// - Parameters:
    ///   - width: how many hashes at once.
    ///   - queue: how many may wait.
    ///   - perAccount: how many of them for one account; nil: all of them.
    package init(width: Int = 2, queue: Int = 64, perAccount: Int? = nil) {
        precondition(sodium_init() >= 0, "libsodium cannot start")
        self.threads = (0..<width).map { DispatchQueue(label: "bihuan.passwords.\($0)") }
        self.state = Mutex(
            State(line: FairLine(limit: queue, innermostLimit: perAccount ?? queue), free: Array(0..<width)))
    }

    /// Whether ``derive(_:salt:for:)`` would refuse, asked before anything else is done for a log-in.
    package func refuses(_ applicant: Applicant) -> Bool {
        self.state.withLock { $0.free.isEmpty && $0.line.refuses(applicant.path) }
    }

    /// The argon2id output for a password and the account's salt; nil when the queue is full or memory is short.
    package func derive(
        _ password: [UInt8], salt: [UInt8], for applicant: Applicant = .nobody
    ) async -> [UInt8]? {
        guard let thread = await self.turn(applicant.path) else { return nil }
        return await withCheckedContinuation { continuation in
            self.threads[thread].async {
                let output = Self.derive(password, salt)
                self.giveBack(thread, applicant.path)
                continuation.resume(returning: output)
            }
        }
    }

    /// Waits for a thread; nil if there are too many before.
    private func turn(_ path: [String]) async -> Int? {
        await withCheckedContinuation { continuation in
            let (thread, refused): (Int?, Waiter?) = self.state.withLock { state in
                // Nobody waits while a thread is free.
                if let thread = state.free.popLast() {
                    state.line.begin(path)
                    return (thread, nil)
                }
                state.last += 1
                switch state.line.join(state.last, continuation, at: path) {
                case .joined: return (nil, nil)
                case .instead(let other): return (nil, other)
                case .refused: return (nil, continuation)
                }
            }
            if let thread { continuation.resume(returning: thread) }
            refused?.resume(returning: nil)
        }
    }

    private func giveBack(_ thread: Int, _ path: [String]) {
        let next = self.state.withLock { state in
            state.line.end(path)
            let next = state.line.next { _, _ in true }
            if next == nil { state.free.append(thread) }
            return next
        }
        next?.resume(returning: thread)
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
