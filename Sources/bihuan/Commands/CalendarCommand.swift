import ArgumentParser
import BihuanDomain
import BihuanStore
import Foundation

struct CalendarCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar",
        abstract: "工作日历：节假日与调休、办公时间、敏感时期、推算期限。",
        subcommands: [
            CalendarImport.self, CalendarShow.self, CalendarAdd.self, CalendarHours.self, CalendarPeriods.self,
        ]
    )
}

struct CalendarImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "以文件替换节假日与调休。",
        discussion: """
            正在走的时限不变；此后起算的依新的日历。没有写到的年份不推算。
            一年应是国务院办公厅通知的全年安排；行数太少或缺元旦、劳动节、国庆节的年份不收，除非用 --accept-year 指明。
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Option(help: ArgumentHelp("这一年不像全年的安排也收，可重复。", valueName: "year"))
    var acceptYear: [Int] = []
    @Argument(help: ArgumentHelp("文件，列 date,kind,name；kind 为 holiday 或 workday。", valueName: "file"))
    var file: String

    func run() async throws {
        let text = try TextFile.read(self.file)
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "calendar import") {
            registry, city, _ in
            let report = try await registry.importCalendar(text, accepting: Set(self.acceptYear), of: city.id)
            Terminal.print("calendar " + report.years.map(String.init).joined(separator: " "))
            if !report.dropped.isEmpty {
                let years = report.dropped.map(String.init).joined(separator: "、")
                Terminal.tell("原有的 \(years) 年不在文件里，已撤去；落在这些年份的期限不再推算。")
            }
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

struct CalendarPeriods: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "periods",
        abstract: "敏感时期：列出、添加、撤去。",
        discussion: """
            预案有提级规则的，其间定级的案件、提请的预警依规则提级，并注明；此前已定的不变。
            例：bihuan calendar periods --add 春节 --first 2026-02-15 --last 2026-02-23
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Option(help: ArgumentHelp("添加一个时期，写其名称。", valueName: "name"))
    var add: String?
    @Option(help: ArgumentHelp("撤去这个名称、自 --first 起的时期。", valueName: "name"))
    var remove: String?
    @Option(help: ArgumentHelp("首日。", valueName: "day"))
    var first: String?
    @Option(help: ArgumentHelp("末日，含当日。", valueName: "day"))
    var last: String?

    func run() async throws {
        let (first, last) = (try Self.day(self.first, "--first"), try Self.day(self.last, "--last"))
        guard self.add == nil || self.remove == nil else {
            throw CommandFailure(.usage, "--add 与 --remove 只能写一个")
        }
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "calendar periods") {
            registry, city, _ in
            if let name = self.add {
                guard let first, let last else { throw CommandFailure(.usage, "--add 须同时给出 --first 与 --last") }
                try await registry.add(SensitivePeriod(name: name, first: first, last: last), of: city.id)
                Terminal.print("added \(name) \(first.text) \(last.text)")
            } else if let name = self.remove {
                guard let first else { throw CommandFailure(.usage, "--remove 须同时给出 --first") }
                try await registry.removeSensitivePeriod(name, beginning: first, of: city.id)
                Terminal.print("removed \(name) \(first.text)")
            } else {
                for period in try await registry.sensitivePeriods(of: city.id) {
                    Terminal.print("\(period.first.text)\t\(period.last.text)\t\(period.name)")
                }
            }
        }
    }

    private static func day(_ text: String?, _ option: String) throws -> CivilDay? {
        guard let text else { return nil }
        guard let day = CivilDay(text) else { throw CommandFailure(.usage, "\(option) 须为日期，例如 2026-02-15：\(text)") }
        return day
    }
}
