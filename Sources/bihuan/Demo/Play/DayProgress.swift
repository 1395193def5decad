import Glibc

/// Shows how far the day is: a bar that is drawn over itself on a terminal, else a line for each hour.
struct DayProgress: Sendable {
    private let opens: Int
    private let closes: Int
    private let isTerminal = Terminal.hasScreen
    private let began = ContinuousClock.now
    private var shownHour = -1
    private var shownAt: ContinuousClock.Instant?

    init(opens: Int, closes: Int) {
        self.opens = opens
        self.closes = closes
    }

    /// Tells where the day is; most calls show nothing, so that showing costs nothing.
    mutating func show(_ minute: Int, _ record: DayRecord) {
        let time = TimeOfDay(minutes: minute)
        let counts = """
            \(time)  入库 \(record.posted + record.imported)  步骤 \(record.steps)  \
            签收 \(record[.receive])  反馈 \(record[.interim] + record[.final])  核验 \(record[.accept])  \
            退改 \(record[.sendBack])  督办动作 \(record.supervising)  办结 \(record[.conclude])  时限触发 \(record.fired)\
            \(record.failures.isEmpty ? "" : "  失败 \(record.failures.count)")
            """
        if self.isTerminal {
            let now = ContinuousClock.now
            guard minute >= self.closes || self.shownAt.map({ now - $0 > .milliseconds(150) }) ?? true else { return }
            self.shownAt = now
            let part = Double(minute - self.opens) / Double(max(1, self.closes - self.opens))
            let full = Int((min(1, max(0, part)) * 20).rounded())
            let bar = String(repeating: "#", count: full) + String(repeating: ".", count: 20 - full)
            Terminal.prompt("\r\u{1B}[K" + "[\(bar)] \(counts)".cut(to: Self.screenColumns - 1))
        } else if minute / 60 > self.shownHour {
            self.shownHour = minute / 60
            Terminal.tell(counts)
        }
    }

    /// How wide the terminal is; a bar that wraps cannot be drawn over.
    private static var screenColumns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
        return Int(size.ws_col)
    }

    /// Ends the bar, so that what follows begins on a line of its own.
    func end() {
        if self.isTerminal { Terminal.prompt("\n") }
    }

    /// Real time since the day began, in seconds.
    var seconds: Double { (ContinuousClock.now - self.began) / .seconds(1) }
}

extension DayRecord {
    /// How often a step was taken.
    subscript(_ deed: DayStep.Deed) -> Int { self.taken[deed] ?? 0 }

    /// Steps of officers about supervision orders.
    var supervising: Int { self[.supervise] + self[.reply] + self[.lift] + self[.uphold] + self[.raise] }
}
