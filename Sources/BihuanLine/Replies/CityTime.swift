package import Foundation

/// Writes instants as RFC 3339 in a city's own time, which in China has one offset all year.
package struct CityTime: Sendable, Hashable {
    /// Minutes east of UTC.
    package var offsetMinutes: Int

    package init(offsetMinutes: Int = 480) {
        self.offsetMinutes = offsetMinutes
    }

    package static let utc = CityTime(offsetMinutes: 0)

    /// E.g. `2026-11-21T09:15:00+08:00`; parts of a second are dropped.
    package func text(_ date: Date) -> String {
        let parts = self.parts(date)
        let sign = self.offsetMinutes < 0 ? "-" : "+"
        let offset = abs(self.offsetMinutes)
        return "\(Self.pad(parts.year, 4))-\(Self.pad(parts.month))-\(Self.pad(parts.day))"
            + "T\(Self.pad(parts.hour)):\(Self.pad(parts.minute)):\(Self.pad(parts.second))"
            + "\(sign)\(Self.pad(offset / 60)):\(Self.pad(offset % 60))"
    }

    /// `yyyymmddhhmmss`, the form of DATE (RFC 3977 §7.1).
    package func compact(_ date: Date) -> String {
        let parts = self.parts(date)
        return Self.pad(parts.year, 4)
            + [parts.month, parts.day, parts.hour, parts.minute, parts.second].map { Self.pad($0) }.joined()
    }

    private func parts(_ date: Date) -> (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        let seconds = Int(date.timeIntervalSince1970.rounded(.down)) + self.offsetMinutes * 60
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let rest = seconds - days * 86_400
        // Days since 0000-03-01, so that the leap day is the last of its year; eras of 400 years repeat.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, day, rest / 3_600, rest / 60 % 60, rest % 60)
    }

    private static func pad(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
