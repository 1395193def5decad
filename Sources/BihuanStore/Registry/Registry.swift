package import BihuanDomain
import Foundation
package import Postgres

/// What the local operator sets up: cities, units, officers, posts, plans, calendars.
///
/// It works over the owner's connection, which no policy narrows, so every statement names its city.
package struct Registry: Sendable {
    let connection: Connection

    /// - Parameter connection: logged in as `bihuan_migrate`.
    package init(_ connection: Connection) {
        self.connection = connection
    }

    func run<R: Sendable>(
        _ body: @Sendable (isolated Connection) throws(PostgresError) -> R
    ) async throws(RegistryFault) -> R {
        do throws(PostgresError) {
            return try await Self.isolated(self.connection, body)
        } catch {
            throw RegistryFault(error)
        }
    }

    private static func isolated<R: Sendable>(
        _ connection: isolated Connection, _ body: @Sendable (isolated Connection) throws(PostgresError) -> R
    ) throws(PostgresError) -> R {
        try body(connection)
    }

    // MARK: Cities

    package struct City: Sendable, Hashable {
        package let id: CityID
        package let code: String
        package let name: String
    }

    package func cities() async throws(RegistryFault) -> [City] {
        try await self.run { connection throws(PostgresError) in
            try connection.query("select city_id, code, name from bihuan.cities order by code").rows.map {
                row throws(PostgresError) in
                City(id: CityID(rawValue: try row.get("city_id")), code: try row.get("code"), name: try row.get("name"))
            }
        }
    }

    /// The city with this code, or the only one there is when `code` is nil.
    package func city(_ code: String?) async throws(RegistryFault) -> City {
        let cities = try await self.cities()
        guard let code else {
            guard cities.count == 1 else {
                throw RegistryFault(
                    .missing,
                    cities.isEmpty
                        ? "还没有城市；先用 bihuan city add 建立"
                        : "有几个城市，请用 --city 指明：\(cities.map(\.code).joined(separator: ", "))")
            }
            return cities[0]
        }
        guard let city = cities.first(where: { $0.code == code }) else {
            throw RegistryFault(.missing, "没有城市 \(code)")
        }
        return city
    }

    /// Founds a city (a tenant). Its units come by ``importUnits(_:of:)``, the first being the bureau itself.
    package func found(code: String, name: String, refPrefix: String) async throws(RegistryFault) -> City {
        try await self.run { connection throws(PostgresError) in
            let row = try connection.query(
                """
                insert into bihuan.cities (code, name, ref_prefix) values (\(code), \(name), \(refPrefix))
                returning city_id
                """
            ).rows[0]
            return City(id: CityID(rawValue: try row.get("city_id")), code: code, name: name)
        }
    }

    // MARK: Calendars

    /// A day that is not what its weekday says.
    package struct CalendarDay: Sendable, Hashable {
        package let day: CivilDay
        /// `holiday` or `workday`.
        package let kind: String
        package let name: String
    }

    package func calendarDays(of city: CityID) async throws(RegistryFault) -> [CalendarDay] {
        try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                select (day - date '1970-01-01') as day, kind, name
                  from bihuan.calendar_days
                 where city_id = \(city.rawValue)
                 order by day
                """
            ).rows.map { row throws(PostgresError) in
                CalendarDay(
                    day: CivilDay(rawValue: try row.get("day")), kind: try row.get("kind"), name: try row.get("name"))
            }
        }
    }

    package func calendar(of city: CityID) async throws(RegistryFault) -> WorkingCalendar {
        try await self.book(of: city).calendar
    }

    /// Clocks that run keep their deadlines; those that start from now on count these hours.
    package func setOfficeHours(_ hours: OfficeHours, of city: CityID) async throws(RegistryFault) {
        try await self.run { connection throws(PostgresError) in
            _ = try connection.query(
                "update bihuan.cities set office_hours = \(hours.text) where city_id = \(city.rawValue)")
        }
    }

    /// What an import made of a city's calendar.
    package struct CalendarReport: Sendable, Hashable {
        /// The years that the calendar covers now.
        package var years: [Int]
        /// Those that it covered before and no longer does.
        package var dropped: [Int]
    }

    /// Replaces the city's holidays and make-up workdays by those of a file with the columns date, kind, name.
    ///
    /// One row makes a year known, and every working day that it does not name would count; so a year must look like one
    /// that the State Council has announced.
    ///
    /// - Parameter accepted: years to be taken as they are.
    package func importCalendar(
        _ text: String, accepting accepted: Set<Int> = [], of city: CityID
    ) async throws(RegistryFault) -> CalendarReport {
        let days = try Self.calendarDays(text)
        let byYear = Dictionary(grouping: days) { $0.day.components.year }
        let strange = byYear.filter { !accepted.contains($0.key) && !Self.looksAnnounced($0.value) }
        guard strange.isEmpty else {
            let years = strange.sorted { $0.key < $1.key }.map { "\($0.key) 年（\($0.value.count) 行）" }
            throw RegistryFault(
                .badInput,
                "\(years.joined(separator: "、"))不像全年的安排：国务院办公厅的通知历年至少 \(Self.fewestDays) 行，"
                    + "有元旦、劳动节、国庆节；残缺的年份会算错期限。确认无误的加 --accept-year 年份")
        }
        let (dayNumbers, kinds, names) = (days.map(\.day.rawValue), days.map(\.kind), days.map(\.name))
        let before = Set(try await self.calendarDays(of: city).map { $0.day.components.year })
        try await self.run { connection throws(PostgresError) in
            _ = try connection.flight([
                "delete from bihuan.calendar_days where city_id = \(city.rawValue)",
                """
                insert into bihuan.calendar_days (city_id, day, kind, name)
                select \(city.rawValue), date '1970-01-01' + day::integer, kind, name
                  from unnest(\(dayNumbers)::bigint[], \(kinds)::text[], \(names)::text[]) as d (day, kind, name)
                """,
            ])
        }
        return CalendarReport(years: byYear.keys.sorted(), dropped: before.subtracting(byYear.keys).sorted())
    }

    private static func calendarDays(_ text: String) throws(RegistryFault) -> [CalendarDay] {
        var days: [CalendarDay] = []
        for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            if index == 0 {
                guard fields == ["date", "kind", "name"] else {
                    throw RegistryFault(.badInput, "第 1 行：各列应为 date,kind,name")
                }
                continue
            }
            guard fields.count == 3, let day = CivilDay(fields[0]) else {
                throw RegistryFault(.badInput, "第 \(index + 1) 行：应为 日期,类别,名称，日期如 2026-10-01")
            }
            guard ["holiday", "workday"].contains(fields[1]) else {
                throw RegistryFault(.badInput, "第 \(index + 1) 行：类别应为 holiday（放假）或 workday（调休上班）")
            }
            days.append(CalendarDay(day: day, kind: fields[1], name: fields[2]))
        }
        guard !days.isEmpty else { throw RegistryFault(.badInput, "文件里没有一天") }
        return days
    }

    /// The announcements for 2004–2026 have 27 days (2014) to 41 (2013).
    private static let fewestDays = 25

    /// Whether these days of one year are as many as any announcement has, with the holidays that the law puts on fixed
    /// days from its beginning to its end.
    private static func looksAnnounced(_ days: [CalendarDay]) -> Bool {
        let holidays = Set(days.filter { $0.kind == "holiday" }.map { String($0.day.text.suffix(5)) })
        return days.count >= Self.fewestDays && holidays.isSuperset(of: ["01-01", "05-01", "10-01"])
    }

    /// Sets domain time ahead of the real clock: demo, tests, drills of time.
    package func setTimeOffset(seconds: Int) async throws(RegistryFault) {
        try await self.run { connection throws(PostgresError) in
            _ = try connection.query(
                "select bihuan.set_time_offset(make_interval(secs => \(seconds)::bigint))")
        }
    }
}

/// Why the local operator's work could not be done.
package struct RegistryFault: Error, CustomStringConvertible, Sendable {
    package enum Kind: Sendable, Hashable {
        case badInput, missing, conflict, unavailable
    }

    package let kind: Kind
    package let text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    init(_ error: PostgresError) {
        guard case .server(let state) = error.code else {
            self.init(.unavailable, "\(error)")
            return
        }
        if state == SQLState(rawValue: "LP010"), let fault = OrganisationFault(error) {
            self.init(fault)
            return
        }
        // Class 23: a constraint named for what it promises.
        if state.rawValue == "LP006" {
            self.init(.conflict, "同一人的班次重叠")
        } else if state.rawValue == "LP007" {
            self.init(.conflict, "一个单位同时只有一名在任的舆情信息员")
        } else if state.rawValue.hasPrefix("23"), let constraint = error.constraint {
            let rule = constraint.replacing("_", with: " ")
            self.init(state == .uniqueViolation ? .conflict : .badInput, rule)
        } else {
            self.init(.unavailable, "\(error)")
        }
    }

    package var description: String { self.text }
}
