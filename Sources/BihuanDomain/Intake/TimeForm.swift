package import FoundationEssentials

/// One way to write a time, e.g. `yyyy/M/d H:m:s`.
///
/// Letters: `yyyy` year; `M`, `d`, `H`, `m`, `s` one or two digits of month, day, hour, minute, second; the same letter
/// doubled exactly two; `S` a fraction of a second; `Z` a zone (`Z`, `+08:00` or `+0800`). Text in single quotes and all
/// other characters stand for themselves. What is missing counts as zero; a form needs year, month and day.
/// `rfc3339` names that format.
package struct TimeForm: Hashable, Sendable {
    /// Why a form cannot be used.
    package enum Fault: Error, Hashable {
        case unknownLetter(Character)
        case twice(Character)
        case noDay
        case openQuote
    }

    private enum Part: Hashable {
        case year
        case month(Int)
        case day(Int)
        case hour(Int)
        case minute(Int)
        case second(Int)
        case fraction
        case zone
        case literal(UInt8)
        /// The `T` of RFC 3339: also `t` or a blank.
        case dayEnd
        /// The optional fraction of RFC 3339, its point included.
        case optionalFraction
    }

    /// As written in the map.
    package let text: String
    private let parts: [Part]

    /// `2026-03-02T08:15:00+08:00`, fraction permitted, zone required.
    package static let rfc3339 = TimeForm(
        text: "rfc3339",
        parts: [
            .year, .literal(0x2D), .month(2), .literal(0x2D), .day(2), .dayEnd, .hour(2), .literal(0x3A), .minute(2),
            .literal(0x3A), .second(2), .optionalFraction, .zone,
        ]
    )

    private init(text: String, parts: [Part]) {
        self.text = text
        self.parts = parts
    }

    package init(_ text: String) throws(Fault) {
        if text == "rfc3339" {
            self = .rfc3339
            return
        }
        var parts: [Part] = []
        var seen: Set<Character> = []
        var isQuoted = false
        var rest = Substring(text)
        while let letter = rest.first {
            let run = rest.prefix { $0 == letter }
            if letter == "'" {
                isQuoted.toggle()
                rest.removeFirst()
                continue
            }
            guard !isQuoted, letter.isASCII, letter.isLetter else {
                parts.append(contentsOf: String(letter).utf8.map { .literal($0) })
                rest.removeFirst()
                continue
            }
            guard seen.insert(letter).inserted else { throw .twice(letter) }
            switch (letter, run.count) {
            case ("y", 4): parts.append(.year)
            case ("M", 1...2): parts.append(.month(run.count))
            case ("d", 1...2): parts.append(.day(run.count))
            case ("H", 1...2): parts.append(.hour(run.count))
            case ("m", 1...2): parts.append(.minute(run.count))
            case ("s", 1...2): parts.append(.second(run.count))
            case ("S", _): parts.append(.fraction)
            case ("Z", 1): parts.append(.zone)
            default: throw .unknownLetter(letter)
            }
            rest = rest.dropFirst(run.count)
        }
        if isQuoted { throw .openQuote }
        guard seen.isSuperset(of: ["y", "M", "d"]) else { throw .noDay }
        self.init(text: text, parts: parts)
    }

    /// The instant that `value` writes in this form; nil if it does not, or names a day that does not exist.
    ///
    /// - Parameter utcOffset: Seconds east of UTC for values without a zone; nil: such values are refused.
    package func date(from value: String, utcOffset: Int?) -> Date? {
        var value = value
        return value.withUTF8 { bytes in self.date(from: bytes, utcOffset: utcOffset) }
    }

    private func date(from bytes: UnsafeBufferPointer<UInt8>, utcOffset: Int?) -> Date? {
        var index = 0
        func byte(_ at: Int) -> UInt8 { at < bytes.count ? bytes[at] : 0 }
        func isDigit(_ at: Int) -> Bool { byte(at) >= 0x30 && byte(at) <= 0x39 }
        /// At least `low` and at most `high` digits.
        func number(_ low: Int, _ high: Int) -> Int? {
            var value = 0
            var count = 0
            while count < high, isDigit(index) {
                value = value * 10 + Int(byte(index) - 0x30)
                index += 1
                count += 1
            }
            return count >= low ? value : nil
        }
        /// Seconds, from at least one digit; more than nine are cut.
        func fraction() -> Double? {
            guard isDigit(index) else { return nil }
            var value = 0.0
            var unit = 0.1
            var count = 0
            while isDigit(index) {
                if count < 9 { value += Double(byte(index) - 0x30) * unit }
                unit /= 10
                count += 1
                index += 1
            }
            return value
        }

        var (year, month, day, hour, minute, second) = (0, 1, 1, 0, 0, 0)
        var subsecond = 0.0
        var offset = utcOffset
        for part in self.parts {
            switch part {
            case .year:
                guard let value = number(4, 4) else { return nil }
                year = value
            case .month(let width):
                guard let value = number(width, 2) else { return nil }
                month = value
            case .day(let width):
                guard let value = number(width, 2) else { return nil }
                day = value
            case .hour(let width):
                guard let value = number(width, 2) else { return nil }
                hour = value
            case .minute(let width):
                guard let value = number(width, 2) else { return nil }
                minute = value
            case .second(let width):
                guard let value = number(width, 2) else { return nil }
                second = value
            case .fraction:
                guard let value = fraction() else { return nil }
                subsecond = value
            case .optionalFraction:
                if byte(index) == 0x2E {
                    index += 1
                    guard let value = fraction() else { return nil }
                    subsecond = value
                }
            case .dayEnd:
                guard byte(index) == 0x54 || byte(index) == 0x74 || byte(index) == 0x20 else { return nil }
                index += 1
            case .literal(let literal):
                guard index < bytes.count, byte(index) == literal else { return nil }
                index += 1
            case .zone:
                if byte(index) == 0x5A || byte(index) == 0x7A {
                    index += 1
                    offset = 0
                    continue
                }
                guard byte(index) == 0x2B || byte(index) == 0x2D else { return nil }
                let sign = byte(index) == 0x2D ? -1 : 1
                index += 1
                guard let hours = number(2, 2), hours <= 23 else { return nil }
                if byte(index) == 0x3A { index += 1 }
                guard let minutes = number(2, 2), minutes <= 59 else { return nil }
                offset = sign * (hours * 3600 + minutes * 60)
            }
        }
        // A second of 60 is a leap second (RFC 3339 §5.6); it is the first of the next minute here.
        guard index == bytes.count, let offset, (1...12).contains(month), day >= 1, day <= Self.length(month, year),
            hour <= 23, minute <= 59, second <= 60
        else { return nil }
        let days = Self.days(year, month, day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        return Date(timeIntervalSince1970: Double(seconds) + subsecond)
    }

    private static func length(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 in the Gregorian calendar, counted in years that begin in March.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return shifted / 400 * 146_097 + dayOfEra - 719_468
    }
}
