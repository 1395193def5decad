package import struct FoundationEssentials.Date

/// A `timestamptz` to the microsecond, which is all PostgreSQL stores.
package struct Timestamp: Hashable, Sendable {
    /// Since 1970-01-01 00:00 UTC. The two infinities are `Int64.max` and `Int64.min`.
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Seconds from 2000-01-01, where PostgreSQL counts from, to 2001-01-01, where Foundation does.
    static let fromPostgresEpochToReferenceDate: Double = 31_622_400
    private static let fromUnixEpochToReferenceDate: Int64 = 978_307_200

    package var date: Date {
        switch self.microseconds {
        case .max: .distantFuture
        case .min: .distantPast
        default:
            Date(
                timeIntervalSinceReferenceDate:
                    Double(self.microseconds - Self.fromUnixEpochToReferenceDate * 1_000_000) / 1_000_000
            )
        }
    }
}

extension Timestamp {
    /// Reads ISO style: `2026-03-01 08:30:00.123456+00`, also with an offset of hours, minutes and seconds.
    ///
    /// Years before Christ and after 292276 are nil: no such date is stored here.
    package init?(text bytes: UnsafeRawBufferPointer) {
        if unsafe bytes.elementsEqual("infinity".utf8) {
            self.microseconds = .max
            return
        }
        if unsafe bytes.elementsEqual("-infinity".utf8) {
            self.microseconds = .min
            return
        }
        var reader = unsafe Reader(bytes: bytes)
        guard
            let year = reader.number(atLeast: 4), reader.skip("-"), let month = reader.number(atLeast: 2),
            reader.skip("-"), let day = reader.number(atLeast: 2), reader.skip(" "),
            let hour = reader.number(atLeast: 2), reader.skip(":"), let minute = reader.number(atLeast: 2),
            reader.skip(":"), let second = reader.number(atLeast: 2),
            (1...12).contains(month), (1...31).contains(day), hour <= 24, minute < 60, second <= 60
        else { return nil }
        guard let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, carry) = whole.addingReportingOverflow(fraction)
        guard !overflow, !carry else { return nil }
        self.microseconds = sum
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar.
    ///
    /// Years are counted from March, so that the leap day is a year's last; 719,468 days lie between
    /// 0000-03-01 and 1970-01-01.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month > 2 ? month - 3 : month + 9
        let marchYear = month > 2 ? year : year - 1
        let century = marchYear / 100
        let leapDays = marchYear / 4 - century + century / 4
        return marchYear * 365 + leapDays + (153 * shifted + 2) / 5 + day - 1 - 719_468
    }

    /// Walks over the text, digit by digit.
    @safe
    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var index = 0

        init(bytes: UnsafeRawBufferPointer) {
            unsafe self.bytes = bytes
        }

        var isAtEnd: Bool { unsafe self.index == self.bytes.count }

        var current: UInt8? { unsafe self.index < self.bytes.count ? self.bytes[self.index] : nil }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard self.current == UInt8(ascii: character) else { return false }
            self.index += 1
            return true
        }

        /// A run of digits, six at most: the greatest year is 294276.
        mutating func number(atLeast least: Int) -> Int64? {
            var value: Int64 = 0
            let start = self.index
            while let byte = self.current, byte &- UInt8(ascii: "0") < 10, self.index - start < 6 {
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
                self.index += 1
            }
            return self.index - start >= least ? value : nil
        }

        /// Microseconds; 0 when there is no point.
        mutating func fraction() -> Int64? {
            guard self.skip(".") else { return 0 }
            let start = self.index
            guard var value = self.number(atLeast: 1) else { return nil }
            for _ in (self.index - start)..<6 { value *= 10 }
            return value
        }

        /// Seconds east of Greenwich: `+00`, `-03:30`, `+08:05:43`.
        mutating func offset() -> Int64? {
            let isWest: Bool
            if self.skip("+") { isWest = false } else if self.skip("-") { isWest = true } else { return nil }
            guard let hours = self.number(atLeast: 2) else { return nil }
            var seconds = hours * 3_600
            var unit: Int64 = 60
            while unit > 0, self.skip(":") {
                guard let part = self.number(atLeast: 2) else { return nil }
                seconds += part * unit
                unit /= 60
            }
            return isWest ? -seconds : seconds
        }
    }
}
