/// How long something may take.
package enum TimeLimit: Sendable, Hashable {
    /// Seconds of wall time.
    case wall(Int)
    case workingDays(Int)

    /// Reads `PT4H`, `PT30M`, `PT1H30M`, `P2D` (ISO 8601) and our `P3WD` for working days; nil for anything else or zero.
    package init?(_ text: String) {
        guard text.hasPrefix("P") else { return nil }
        var rest = text.utf8.dropFirst()
        if rest.count > 2, rest.suffix(2).elementsEqual("WD".utf8) {
            guard let count = Int(String(decoding: rest.dropLast(2), as: UTF8.self)), (1...1000).contains(count) else {
                return nil
            }
            self = .workingDays(count)
            return
        }
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

    /// Seconds of wall time that it takes at the least, whatever the calendar: the last of N working days ends no
    /// earlier than N days later, but for the second in which days end.
    var atLeast: Double {
        switch self {
        case .wall(let seconds): Double(seconds)
        case .workingDays(let days): Double(days) * 86_400 - 1
        }
    }

    /// The text that ``init(_:)`` reads.
    package var text: String {
        switch self {
        case .workingDays(let count): return "P\(count)WD"
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
