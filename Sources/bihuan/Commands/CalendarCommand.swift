import ArgumentParser
import BihuanDomain
import BihuanStore
import Foundation

struct CalendarCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar",
        abstract: "工作日历：节假日与调休、办公时间、推算期限。",
        subcommands: [CalendarImport.self, CalendarShow.self, CalendarAdd.self, CalendarHours.self]
    )
}

struct CalendarImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "以文件替换节假日与调休。",
        discussion: "正在走的时限不变；此后起算的依新的日历。没有写到的年份不推算。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("文件，列 date,kind,name；kind 为 holiday 或 workday。", valueName: "file"))
    var file: String

    func run() async throws {
        let text = try TextFile.read(self.file)
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "calendar import") {
            registry, city, _ in
            let years = try await registry.importCalendar(text, of: city.id)
            Terminal.print("calendar " + years.map(String.init).joined(separator: " "))
        }
    }
}

struct CalendarShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "列出一年里不同于平常的日子，或有数据的年份。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("年份；不写：有数据的年份与办公时间。", valueName: "year"))
    var year: Int?

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "calendar show") {
            registry, city, _ in
            let days = try await registry.calendarDays(of: city.id)
            guard let year = self.year else {
                let calendar = try await registry.calendar(of: city.id)
                Terminal.print("years " + calendar.years.sorted().map(String.init).joined(separator: " "))
                Terminal.print("office-hours " + calendar.officeHours.text)
                return
            }
            let found = days.filter { $0.day.components.year == year }
            guard !found.isEmpty else {
                throw CommandFailure(.dataError, "没有 \(year) 年的日历；请用 bihuan calendar import 装入")
            }
            for day in found { Terminal.print("\(day.day.text),\(day.kind),\(day.name)") }
        }
    }
}

/// When a limit runs out.
struct CalendarAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "推算期限：从某时起若干工作日或办公小时。",
        discussion: "例：bihuan calendar add --from 2026-02-13T15:00:00+08:00 --working-days 3"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Option(help: ArgumentHelp("起算时刻（RFC 3339）或日期。", valueName: "time"))
    var from: String
    @Option(help: "工作日数。")
    var workingDays: Int?
    @Option(help: ArgumentHelp("预案写法的时限，例如 P3WD、PT8WH、PT4H、EOD。", valueName: "limit"))
    var limit: String?

    func run() async throws {
        let text = self.workingDays.map { "P\($0)WD" } ?? self.limit ?? ""
        guard (self.workingDays == nil) != (self.limit == nil), let limit = TimeLimit(text) else {
            throw CommandFailure(.usage, "须给出 --working-days N（1 至 1000）或 --limit，二者之一")
        }
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "calendar add") {
            registry, city, _ in
            let calendar = try await registry.calendar(of: city.id)
            let start: Date
            if let day = CivilDay(self.from) {
                start = day.start(offset: calendar.offset)
            } else if let time = TimeForm.rfc3339.date(from: self.from, utcOffset: calendar.offset.seconds) {
                start = time
            } else {
                throw CommandFailure(.usage, "--from 须为日期或带时区的 RFC 3339 时刻：\(self.from)")
            }
            do throws(MissingCalendarYear) {
                let due = try calendar.deadline(limit, from: start)
                let zone = TimeZone(secondsFromGMT: calendar.offset.seconds) ?? .gmt
                Terminal.print("due \(due.ISO8601Format(.init(timeZoneSeparator: .colon, timeZone: zone)))")
            } catch {
                throw CommandFailure(.dataError, "没有 \(error.year) 年的日历，期限不推算；请用 bihuan calendar import 装入")
            }
        }
    }
}

struct CalendarHours: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hours",
        abstract: "本市的办公时间，例如 09:00-12:00,14:00-18:00。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("办公时间，逗号分开。", valueName: "hours"))
    var hours: String

    func run() async throws {
        guard let hours = OfficeHours(self.hours) else {
            throw CommandFailure(.usage, "办公时间须写作 09:00-12:00,14:00-18:00，依次而不重叠：\(self.hours)")
        }
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "calendar hours") {
            registry, city, _ in
            try await registry.setOfficeHours(hours, of: city.id)
            Terminal.print("office-hours \(hours.text)")
        }
    }
}
