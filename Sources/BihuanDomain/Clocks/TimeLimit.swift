/// How long something may take.
package enum TimeLimit: Sendable, Hashable {
    /// Seconds of wall time.
    case wall(Int)
    case workingDays(Int)
    /// Seconds within the office hours of working days.
    case officeHours(Int)
    /// By the end of the day it starts on.
    case endOfDay
    /// At once (立即): shown as what has elapsed.
    case immediate

    /// Reads `PT4H`, `PT30M`, `PT1H30M`, `P2D` (ISO 8601), and our `P3WD` for working days, `PT8WH` and `PT90WM` for office
    /// hours and minutes, `EOD` and `NOW`; nil for anything else or zero.
    package init?(_ text: String) {
        switch text {
        case "EOD":
            self = .endOfDay
            return
        case "NOW":
            self = .immediate
            return
        default: break
        }
        guard text.hasPrefix("P"), !text.hasSuffix("T") else { return nil }
        for (suffix, prefix, seconds, most) in [
            ("WD", "P", 0, 1000), ("WH", "PT", 3600, 2000), ("WM", "PT", 60, 120_000),
        ]
        where text.hasSuffix(suffix) && text.hasPrefix(prefix) {
            let digits = text.dropFirst(prefix.count).dropLast(2)
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let count = Int(digits), (1...most).contains(count)
            else { return nil }
            self = seconds == 0 ? .workingDays(count) : .officeHours(count * seconds)
            return
        }
        var rest = text.utf8.dropFirst()
        var seconds = 0
        var inTime = false
        var digits = ""
        var units = Array("DHMS".utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "T") where !inTime && digits.isEmpty:
                inTime = true
                units = units.drop { $0 == UInt8(ascii: "D") }
            case UInt8(ascii: "0")...UInt8(ascii: "9") where digits.utf8.count < 7:
                digits.append(Character(Unicode.Scalar(byte)))
            default:
                guard let place = units.firstIndex(of: byte), inTime || byte == UInt8(ascii: "D"),
                    let number = Int(digits)
                else { return nil }
                units = units[(place + 1)...]
                digits = ""
                switch byte {
                case UInt8(ascii: "D"): seconds += number * 86_400
                case UInt8(ascii: "H"): seconds += number * 3600
                case UInt8(ascii: "M"): seconds += number * 60
                default: seconds += number
                }
            }
        }
        guard digits.isEmpty, seconds > 0 else { return nil }
        self = .wall(seconds)
    }

    /// Whether an office could mean it: a year, or a year's working days or office hours at the most.
    package var isWithinReason: Bool {
        switch self {
        case .wall(let seconds): seconds <= 366 * 86_400
        case .workingDays(let days): days <= 250
        case .officeHours(let seconds): seconds <= 2000 * 3600
        case .endOfDay, .immediate: true
        }
    }

    /// Whether it can be granted on top of another: it takes some time, and how much does not hang on when it begins.
    package var extends: Bool {
        switch self {
        case .wall, .workingDays, .officeHours: true
        case .endOfDay, .immediate: false
        }
    }

    /// Seconds of wall time that it takes at the least, whatever the calendar: the last of N working days ends no
    /// earlier than N days later, but for the second in which days end.
    var atLeast: Double {
        switch self {
        case .wall(let seconds): Double(seconds)
        case .workingDays(let days): Double(days) * 86_400 - 1
        case .officeHours(let seconds): Double(seconds)
        case .endOfDay, .immediate: 0
        }
    }

    /// The text that ``init(_:)`` reads.
    package var text: String {
        switch self {
        case .workingDays(let count): return "P\(count)WD"
        case .officeHours(let seconds):
            return seconds % 3600 == 0 ? "PT\(seconds / 3600)WH" : "PT\(seconds / 60)WM"
        case .endOfDay: return "EOD"
        case .immediate: return "NOW"
        case .wall(let seconds):
            let days = seconds / 86_400
            let hours = seconds % 86_400 / 3600
            let minutes = seconds % 3600 / 60
            let rest = seconds % 60
            var time = ""
            if hours > 0 { time += "\(hours)H" }
            if minutes > 0 { time += "\(minutes)M" }
            if rest > 0 { time += "\(rest)S" }
            return "P" + (days > 0 ? "\(days)D" : "") + (time.isEmpty ? "" : "T" + time)
        }
    }
}
