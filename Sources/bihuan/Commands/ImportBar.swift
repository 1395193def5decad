import BihuanStore
import Synchronization

/// Shows how far an import is: a bar that moves on a screen, a line for every tenth elsewhere.
final class ImportBar: Sendable {
    private static let width = 30

    private let isScreen: Bool
    /// Tenths told so far.
    private let told = Mutex(0)

    init(isScreen: Bool) {
        self.isScreen = isScreen
    }

    func show(_ progress: ImportProgress) {
        let part = progress.size > 0 ? min(1, Double(progress.bytes) / Double(progress.size)) : 1
        if self.isScreen {
            Terminal.prompt("\r" + Self.line(part, progress.summary) + "\u{1B}[K")
            return
        }
        let tenths = Int(part * 10)
        let isNews = self.told.withLock { told in
            defer { told = max(told, tenths) }
            return tenths > told
        }
        if isNews { Terminal.tell(Self.line(part, progress.summary)) }
    }

    func end() {
        if self.isScreen { Terminal.tell("") }
    }

    static func line(_ part: Double, _ summary: ImportSummary) -> String {
        let full = Int((part * Double(Self.width)).rounded())
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: Self.width - full)
        return "\(bar) \(Int(part * 100)) %  \(summary.total) 行：\(summary)"
    }
}
