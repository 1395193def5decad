package import struct Foundation.Date

/// Which days count towards a limit (工作日), once the State Council's notices have moved some of them.
package struct WorkingCalendar: Sendable, Hashable {
    /// Days off that are not plain weekends.
    package var holidays: Set<CivilDay>
    /// Weekend days worked in exchange for a holiday (调休).
    package var workdays: Set<CivilDay>
    /// Years for which the notice is known. In any other year nothing is guessed.
    package var years: Set<Int>
    package var offset: UTCOffset

    package init(
        holidays: Set<CivilDay>, workdays: Set<CivilDay>, years: Set<Int>, offset: UTCOffset = .china
    ) {
        self.holidays = holidays
        self.workdays = workdays
        self.years = years
        self.offset = offset
    }

    package func isWorking(_ day: CivilDay) throws(MissingCalendarYear) -> Bool {
        let year = day.components.year
        guard self.years.contains(year) else { throw MissingCalendarYear(year: year) }
        if self.workdays.contains(day) { return true }
        return !day.isWeekend && !self.holidays.contains(day)
    }

    /// The `count`th working day after `start`; `start` itself never counts.
    package func day(_ count: Int, after start: CivilDay) throws(MissingCalendarYear) -> CivilDay {
        var day = start
        for _ in 0..<count {
            repeat { day.rawValue += 1 } while try !self.isWorking(day)
        }
        return day
    }

    /// When a limit that begins at `start` runs out.
    ///
    /// Wall time ends to the second. Working days end with the last second of the day, the usual reading of
    /// “within N working days”.
    package func deadline(_ limit: TimeLimit, from start: Date) throws(MissingCalendarYear) -> Date {
        switch limit {
        case .wall(let seconds):
            return start.addingTimeInterval(Double(seconds))
        case .workingDays(let count):
            let last = try self.day(count, after: CivilDay(start, offset: self.offset))
            return last.start(offset: self.offset).addingTimeInterval(86_399)
        }
    }
}

/// A deadline falls in a year whose holidays have not been entered.
package struct MissingCalendarYear: Error, Hashable, Sendable {
    package var year: Int

    package init(year: Int) { self.year = year }
}
