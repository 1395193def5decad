package import struct Foundation.Date

/// A calendar day, as days since 1970-01-01 in the proleptic Gregorian calendar.
package struct CivilDay: RawRepresentable, Hashable, Sendable, Comparable {
    package var rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Nil when there is no such day.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Days from civil (H. Hinnant's algorithm): March-based years make the leap day the last.
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.rawValue = era * 146_097 + dayOfEra - 719_468
        let back = self.components
        guard back.year == year, back.month == month, back.day == day else { return nil }
    }

    /// Reads `yyyy-mm-dd`.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day on which `date` falls at a fixed offset from UTC.
    package init(_ date: Date, offset: UTCOffset) {
        self.rawValue = Int(((date.timeIntervalSince1970 + Double(offset.seconds)) / 86_400).rounded(.down))
    }

    /// `2026-03-02`.
    package var text: String {
        let (year, month, day) = self.components
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day))"
    }

    package var components: (year: Int, month: Int, day: Int) {
        let z = self.rawValue + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted + (shifted < 10 ? 3 : -9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    /// ISO 8601: Monday is 1, Sunday is 7.
    package var weekday: Int {
        let shifted = (self.rawValue + 3) % 7
        return (shifted < 0 ? shifted + 7 : shifted) + 1
    }

    package var isWeekend: Bool { self.weekday >= 6 }

    /// Midnight at the start of the day.
    package func start(offset: UTCOffset) -> Date {
        Date(timeIntervalSince1970: Double(self.rawValue * 86_400 - offset.seconds))
    }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// A fixed distance from UTC. China has kept +08:00 without summer time since 1992.
package struct UTCOffset: Hashable, Sendable {
    package var minutes: Int

    package init(minutes: Int) { self.minutes = minutes }

    package var seconds: Int { self.minutes * 60 }

    package static let china = UTCOffset(minutes: 480)
}
