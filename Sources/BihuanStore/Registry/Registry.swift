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
                        ? "there is no city yet; add one with `bihuan city add`"
                        : "there are several cities; say which: \(cities.map(\.code).joined(separator: ", "))")
            }
            return cities[0]
        }
        guard let city = cities.first(where: { $0.code == code }) else {
            throw RegistryFault(.missing, "there is no city \(code)")
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

    /// Replaces the city's holidays and make-up workdays by those of a file with the columns date, kind, name.
    ///
    /// - Returns: the years the calendar now covers.
    package func importCalendar(_ text: String, of city: CityID) async throws(RegistryFault) -> [Int] {
        var days: [Int] = []
        var kinds: [String] = []
        var names: [String] = []
        for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            if index == 0 {
                guard fields == ["date", "kind", "name"] else {
                    throw RegistryFault(.badInput, "line 1: the columns must be date,kind,name")
                }
                continue
            }
            guard fields.count == 3, let day = CivilDay(fields[0]) else {
                throw RegistryFault(.badInput, "line \(index + 1): the date must be yyyy-mm-dd, with kind and name")
            }
            guard ["holiday", "workday"].contains(fields[1]) else {
                throw RegistryFault(.badInput, "line \(index + 1): kind must be holiday or workday")
            }
            days.append(day.rawValue)
            kinds.append(fields[1])
            names.append(fields[2])
        }
        let (dayNumbers, dayKinds, dayNames) = (days, kinds, names)
        try await self.run { connection throws(PostgresError) in
            _ = try connection.flight([
                "delete from bihuan.calendar_days where city_id = \(city.rawValue)",
                """
                insert into bihuan.calendar_days (city_id, day, kind, name)
                select \(city.rawValue), date '1970-01-01' + day::integer, kind, name
                  from unnest(\(dayNumbers)::bigint[], \(dayKinds)::text[], \(dayNames)::text[]) as d (day, kind, name)
                """,
            ])
        }
        return Set(days.map { CivilDay(rawValue: $0).components.year }).sorted()
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
        // Class 23: a constraint named for what it promises.
        if state.rawValue.hasPrefix("23"), let constraint = error.constraint {
            let rule = constraint.replacing("_", with: " ")
            self.init(state == .uniqueViolation ? .conflict : .badInput, rule)
        } else {
            self.init(.unavailable, "\(error)")
        }
    }

    package var description: String { self.text }
}
