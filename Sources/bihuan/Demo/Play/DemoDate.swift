import BihuanDomain
import Foundation

/// Finds the day that is played.
enum DemoDate {
    /// How many days after it must have a calendar, for the longest limit that may begin on it.
    private static let reach = 21

    /// Today if it is a working day, else the next one; where the calendar does not reach that far, the last one it
    /// reaches.
    static func day(for now: Date, _ calendar: WorkingCalendar) throws(MissingCalendarYear) -> CivilDay {
        let today = CivilDay(now, offset: calendar.offset)
        var day = today
        while Self.isCovered(day, calendar) {
            if try calendar.isWorking(day) { return day }
            day.rawValue += 1
        }
        guard let last = calendar.years.max(), let end = CivilDay(year: last, month: 12, day: 31) else {
            throw MissingCalendarYear(year: today.components.year)
        }
        day = CivilDay(rawValue: min(day.rawValue, end.rawValue - Self.reach))
        while try !calendar.isWorking(day) { day.rawValue -= 1 }
        return day
    }

    private static func isCovered(_ day: CivilDay, _ calendar: WorkingCalendar) -> Bool {
        calendar.years.contains(day.components.year)
            && calendar.years.contains(CivilDay(rawValue: day.rawValue + Self.reach).components.year)
    }
}
