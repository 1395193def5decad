package import struct Foundation.Date

extension WorkingCalendar {
    /// Whether a moment falls into office hours. In a year without a calendar the weekday alone says so: nobody goes
    /// untold at night because a calendar is missing.
    package func isOfficeTime(_ moment: Date) -> Bool {
        let day = CivilDay(moment, offset: self.offset)
        let isWorking = (try? self.isWorking(day)) ?? !day.isWeekend
        guard isWorking else { return false }
        let minute = moment.timeIntervalSince(day.start(offset: self.offset)) / 60
        return self.officeHours.shifts.contains { Double($0.lowerBound) <= minute && minute < Double($0.upperBound) }
    }
}
