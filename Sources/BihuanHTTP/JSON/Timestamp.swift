package import BihuanDomain
package import FoundationEssentials

/// Times on the wire: RFC 3339 with an offset, to the microsecond that PostgreSQL keeps.
package enum Timestamp {
    /// What is wrong with a time as written.
    package enum Fault: String, Error, CaseIterable, Sendable {
        /// No offset: nobody can say when that was.
        case offsetMissing = "time.offset_missing"
        /// Not RFC 3339, or a day or hour that does not exist.
        case malformed = "time.malformed"
        /// Outside the years 1900 to 2199.
        case range = "time.range"
    }

    /// Reads `2026-11-22T18:15:00+08:00`, with up to nine digits of fraction, with any offset or `Z`.
    ///
    /// `-00:00` says that the offset is unknown (RFC 3339 §4.3) and counts as none.
    package static func parse(_ text: String) throws(Fault) -> Date {
        var reader = Reader(bytes: Array(text.utf8))
        let year = try reader.number(4)
        try reader.expect("-")
        let month = try reader.number(2)
        try reader.expect("-")
        let day = try reader.number(2)
        guard reader.take("T") || reader.take("t") else { throw .malformed }
        let hour = try reader.number(2)
        try reader.expect(":")
        let minute = try reader.number(2)
        try reader.expect(":")
        let second = try reader.number(2)
        let microseconds = try reader.fraction()

        guard hour <= 23, minute <= 59, second <= 59, let civilDay = CivilDay(year: year, month: month, day: day) else {
            throw .malformed
        }
        guard !reader.isAtEnd else { throw .offsetMissing }
        let offset = try reader.offset()
        guard reader.isAtEnd else { throw .malformed }
        guard (1900...2199).contains(year) else { throw .range }

        let seconds = ((civilDay.rawValue * 24 + hour) * 60 + minute - offset) * 60 + second
        return Date(timeIntervalSince1970: Double(seconds) + Double(microseconds) / 1_000_000)
    }

    /// Writes a time in one offset; a fraction only where there is one, so that texts sort as times do.
    package static func text(_ date: Date, zone: UTCOffset) -> String {
        var bytes: [UInt8] = []
        self.append(date, zone: zone, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same, digit by digit into a text that is being written: a list tells hundreds of times.
    static func append(_ date: Date, zone: UTCOffset, to bytes: inout [UInt8]) {
        let total = Int((date.timeIntervalSince1970 * 1_000_000).rounded()) + zone.minutes * 60_000_000
        let (seconds, microseconds) = Self.floorDivide(total, 1_000_000)
        let (days, secondOfDay) = Self.floorDivide(seconds, 86_400)
        let day = CivilDay(rawValue: days).components
        let offset = abs(zone.minutes)

        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { text in
            var length = 0
            func put(_ character: Unicode.Scalar) {
                text[length] = UInt8(ascii: character)
                length += 1
            }
            func put(_ number: Int, _ width: Int) {
                var rest = number
                for position in stride(from: length + width - 1, through: length, by: -1) {
                    text[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                length += width
            }
            put(day.year, 4)
            put("-")
            put(day.month, 2)
            put("-")
            put(day.day, 2)
            put("T")
            put(secondOfDay / 3_600, 2)
            put(":")
            put(secondOfDay / 60 % 60, 2)
            put(":")
            put(secondOfDay % 60, 2)
            if microseconds != 0 {
                put(".")
                put(microseconds, 6)
                while text[length - 1] == UInt8(ascii: "0") { length -= 1 }
            }
            put(zone.minutes < 0 ? "-" : "+")
            put(offset / 60, 2)
            put(":")
            put(offset % 60, 2)
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[..<length]))
        }
    }

    private static func floorDivide(_ dividend: Int, _ divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private struct Reader {
        var bytes: [UInt8]
        var index = 0

        var isAtEnd: Bool { self.index == self.bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard self.index < self.bytes.count, self.bytes[self.index] == UInt8(ascii: character) else { return false }
            self.index += 1
            return true
        }

        mutating func expect(_ character: Unicode.Scalar) throws(Fault) {
            guard self.take(character) else { throw .malformed }
        }

        mutating func digit() -> Int? {
            guard self.index < self.bytes.count else { return nil }
            let byte = self.bytes[self.index]
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            self.index += 1
            return Int(byte - UInt8(ascii: "0"))
        }

        mutating func number(_ width: Int) throws(Fault) -> Int {
            var number = 0
            for _ in 0..<width {
                guard let digit = self.digit() else { throw .malformed }
                number = number * 10 + digit
            }
            return number
        }

        /// Microseconds after the point, if there is one; finer digits are cut off.
        mutating func fraction() throws(Fault) -> Int {
            guard self.take(".") else { return 0 }
            var value = 0
            var count = 0
            while let digit = self.digit() {
                count += 1
                if count <= 6 { value = value * 10 + digit }
            }
            guard (1...9).contains(count) else { throw .malformed }
            for _ in min(count, 6)..<6 { value *= 10 }
            return value
        }

        /// Minutes ahead of UTC.
        mutating func offset() throws(Fault) -> Int {
            if self.take("Z") || self.take("z") { return 0 }
            let isBehind = self.take("-")
            if !isBehind { try self.expect("+") }
            let hours = try self.number(2)
            try self.expect(":")
            let minutes = try self.number(2)
            guard hours <= 23, minutes <= 59 else { throw .malformed }
            if isBehind, hours == 0, minutes == 0 { throw .offsetMissing }
            return (hours * 60 + minutes) * (isBehind ? -1 : 1)
        }
    }
}

extension Timestamp.Fault {
    var detail: Phrase {
        switch self {
        case .offsetMissing:
            Phrase(zh: "时间须带时区偏移，如 +08:00", en: "A time needs its offset, such as +08:00.")
        case .malformed:
            Phrase(
                zh: "时间须写成 2026-11-22T18:15:00+08:00 的形式",
                en: "A time is written 2026-11-22T18:15:00+08:00."
            )
        case .range: Phrase(zh: "年份须在 1900 至 2199 之间", en: "The year must lie between 1900 and 2199.")
        }
    }
}
