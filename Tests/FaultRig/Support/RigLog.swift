import Foundation

/// What the rig says while it works: one line each, to standard error.
struct RigLog: Sendable {
    let isQuiet: Bool
    private let start = ContinuousClock.now

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    func say(_ text: String) {
        guard !self.isQuiet else { return }
        let seconds = (ContinuousClock.now - self.start) / .seconds(1)
        let stamp = String(Int(seconds * 10))
        let padded = stamp.count < 2 ? "0" + stamp : stamp
        FileHandle.standardError.write(Data("[\(padded.dropLast()).\(padded.suffix(1)) s] \(text)\n".utf8))
    }
}
