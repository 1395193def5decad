import BihuanDomain
import Foundation

/// Plays what happens to clocks by the product's own rules, for a program that computes them apart: one question a line
/// in, one answer a line out.
///
/// The calendar is the file named first (`date,kind,name`), the office hours the second argument. ``Question`` tells what
/// is asked, ``Play`` what is answered.
@main
enum DeadlineProbe {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let hours = OfficeHours(arguments[2]) else {
            fatalError("DeadlineProbe CALENDAR OFFICE-HOURS")
        }
        let calendar = try Self.calendar(String(contentsOfFile: arguments[1], encoding: .utf8), hours)
        while let line = readLine() {
            guard let question = Question(line) else { fatalError("no question: \(line)") }
            print(try Play.answer(to: question, calendar))
        }
    }

    private static func calendar(_ text: String, _ hours: OfficeHours) -> WorkingCalendar {
        var calendar = WorkingCalendar(holidays: [], workdays: [], years: [], officeHours: hours)
        for line in text.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",").map(String.init)
            guard let day = CivilDay(fields[0]) else { fatalError("no day: \(line)") }
            calendar.years.insert(day.components.year)
            if fields[1] == "holiday" { calendar.holidays.insert(day) } else { calendar.workdays.insert(day) }
        }
        return calendar
    }
}
