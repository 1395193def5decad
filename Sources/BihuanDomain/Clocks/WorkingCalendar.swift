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
    package var officeHours: OfficeHours

    package init(
        holidays: Set<CivilDay>, workdays: Set<CivilDay>, years: Set<Int>, offset: UTCOffset = .china,
        officeHours: OfficeHours = .usual
    ) {
        self.holidays = holidays
        self.workdays = workdays
        self.years = years
        self.offset = offset
        self.officeHours = officeHours
    }

    package func isWorking(_ day: CivilDay) throws(MissingCalendarYear) -> Bool {
        let year = day.components.year
        guard self.years.contains(year) else { throw MissingCalendarYear(year: year) }
        if self.workdays.contains(day) { return true }
        return !day.isWeekend && !self.holidays.contains(day)
    }

    /// When a limit that begins at `start` runs out.
    ///
    /// Wall time ends to the second. Working days end with the last second of the day, the usual reading of
    /// “within N working days”. While the clock stands still no second counts, and no working day whose last second
    /// falls into the pause.
    ///
    /// - Parameter pauses: in order, none touching the next. One that still lasts counts as over: how long it will last
    ///   nobody knows.
    package func deadline(
        _ limit: TimeLimit, from start: Date, pauses: [ClockPause] = []
    ) throws(MissingCalendarYear) -> Date {
        let pauses = pauses.compactMap { pause -> Range<Date>? in
            guard let end = pause.end, end > max(start, pause.begin) else { return nil }
            return max(start, pause.begin)..<end
        }
        switch limit {
        case .wall(let seconds):
            return pauses.reduce(start.addingTimeInterval(Double(seconds))) { due, pause in
                pause.lowerBound < due
                    ? due.addingTimeInterval(pause.upperBound.timeIntervalSince(pause.lowerBound)) : due
            }
        case .workingDays(let count):
            var day = CivilDay(start, offset: self.offset)
            for _ in 0..<count {
                repeat {
                    day.rawValue += 1
                } while try !self.isWorking(day) || pauses.contains { $0.contains(self.end(of: day)) }
            }
            return self.end(of: day)
        case .officeHours(let seconds):
            var due = try self.moment(Double(seconds), ofOfficeHoursAfter: start)
            for pause in pauses where pause.lowerBound < due {
                let rest = try self.officeSeconds(from: pause.lowerBound, to: due)
                due = try self.moment(rest, ofOfficeHoursAfter: pause.upperBound)
            }
            return due
        case .endOfDay:
            return pauses.reduce(self.end(of: CivilDay(start, offset: self.offset))) { due, pause in
                pause.lowerBound <= due && pause.upperBound > due
                    ? self.end(of: CivilDay(pause.upperBound, offset: self.offset)) : due
            }
        case .immediate:
            return start
        }
    }

    /// When a clock runs out that was given more than its limit.
    package func deadline(
        _ limit: TimeLimit, extendedBy extensions: [TimeLimit], from start: Date, pauses: [ClockPause]
    ) throws(MissingCalendarYear) -> Date {
        var due = try self.deadline(limit, from: start, pauses: pauses)
        for more in extensions { due = try self.deadline(more, from: due, pauses: pauses.filter { $0.begin >= due }) }
        return due
    }

    /// The second in which a day ends.
    private func end(of day: CivilDay) -> Date {
        day.start(offset: self.offset).addingTimeInterval(86_399)
    }

    /// When so many seconds of office hours have passed. What runs out with the last second of a shift ends there, not at
    /// the beginning of the next.
    private func moment(_ seconds: Double, ofOfficeHoursAfter start: Date) throws(MissingCalendarYear) -> Date {
        var rest = seconds
        var day = CivilDay(start, offset: self.offset)
        while true {
            if try self.isWorking(day) {
                let midnight = day.start(offset: self.offset)
                for shift in self.officeHours.shifts {
                    let begin = max(start, midnight.addingTimeInterval(Double(shift.lowerBound * 60)))
                    let span = midnight.addingTimeInterval(Double(shift.upperBound * 60)).timeIntervalSince(begin)
                    guard span > 0 else { continue }
                    if rest <= span { return begin.addingTimeInterval(rest) }
                    rest -= span
                }
            }
            day.rawValue += 1
        }
    }

    /// Seconds of office hours between two moments.
    package func officeSeconds(from start: Date, to end: Date) throws(MissingCalendarYear) -> Double {
        guard start < end else { return 0 }
        var sum = 0.0
        var day = CivilDay(start, offset: self.offset)
        let last = CivilDay(end, offset: self.offset)
        while day <= last {
            if try self.isWorking(day) {
                let midnight = day.start(offset: self.offset)
                for shift in self.officeHours.shifts {
                    let from = max(start, midnight.addingTimeInterval(Double(shift.lowerBound * 60)))
                    let to = min(end, midnight.addingTimeInterval(Double(shift.upperBound * 60)))
                    sum += max(0, to.timeIntervalSince(from))
                }
            }
            day.rawValue += 1
        }
        return sum
    }
}

/// When an office is open on a working day (办公时间).
package struct OfficeHours: Sendable, Hashable {
    /// Minutes from midnight, in order, none touching the next.
    package let shifts: [Range<Int>]

    /// Nil unless there is a shift, all lie within the day, and they follow each other.
    package init?(shifts: [Range<Int>]) {
        guard !shifts.isEmpty, shifts.allSatisfy({ !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= 1440 }),
            zip(shifts, shifts.dropFirst()).allSatisfy({ $0.upperBound < $1.lowerBound })
        else { return nil }
        self.shifts = shifts
    }

    /// Reads `09:00-12:00,14:00-18:00`.
    package init?(_ text: String) {
        func minutes(_ text: Substring) -> Int? {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
                let minute = Int(parts[1]), (0...24).contains(hour), (0...59).contains(minute)
            else { return nil }
            return hour * 60 + minute
        }
        var shifts: [Range<Int>] = []
        for shift in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = shift.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2, let begin = minutes(ends[0]), let end = minutes(ends[1]), begin < end else {
                return nil
            }
            shifts.append(begin..<end)
        }
        self.init(shifts: shifts)
    }

    /// The text that ``init(_:)`` reads.
    package var text: String {
        func clock(_ minutes: Int) -> String {
            let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
            return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
        }
        return self.shifts.map { "\(clock($0.lowerBound))-\(clock($0.upperBound))" }.joined(separator: ",")
    }

    /// 9 to 12 and 14 to 18, until a city says otherwise.
    package static let usual = OfficeHours(unchecked: [540..<720, 840..<1080])

    private init(unchecked shifts: [Range<Int>]) { self.shifts = shifts }
}

/// A deadline falls in a year whose holidays have not been entered.
package struct MissingCalendarYear: Error, Hashable, Sendable {
    package var year: Int

    package init(year: Int) { self.year = year }
}
