import BihuanDomain
import Postgres
import Synchronization

/// The books of the cities this server has met.
final class CityBooks: Sendable {
    private let books = Mutex<[CityID: CityBook]>([:])

    func book(_ city: CityID, version: Int) -> CityBook? {
        self.books.withLock { books in
            guard let book = books[city], book.version == version else { return nil }
            return book
        }
    }

    /// Keeps a book unless a newer one was kept meanwhile.
    func keep(_ book: CityBook) {
        self.books.withLock { books in
            if let known = books[book.city], known.version > book.version { return }
            books[book.city] = book
        }
    }
}

extension CityBook {
    /// The statements that read a book, under the authority already presented.
    ///
    /// - Parameter city: names the city twice over for the owner, whom no policy narrows.
    static func statements(_ city: CityID) -> [SQL] {
        [
            """
            select city_id, code, name, ref_prefix, utc_offset_minutes, office_hours, book_version
              from bihuan.cities
             where city_id = \(city.rawValue)
            """,
            """
            select unit_id, label, name, tier, line, parent_id, disabled_at is not null as is_disabled
              from bihuan.units
             where city_id = \(city.rawValue)
            """,
            """
            select (day - date '1970-01-01') as day, kind
              from bihuan.calendar_days
             where city_id = \(city.rawValue)
            """,
            """
            select plan_id, version, source, settings
              from bihuan.plan_versions
             where city_id = \(city.rawValue)
            """,
            """
            select (effective_on - date '1970-01-01') as day, plan_id, plan_version
              from bihuan.plan_adoptions
             where city_id = \(city.rawValue)
             order by effective_on
            """,
            """
            select name, (first_on - date '1970-01-01') as first_day, (last_on - date '1970-01-01') as last_day
              from bihuan.sensitive_periods
             where city_id = \(city.rawValue)
             order by first_on, name
            """,
        ] + CityRouting.statements(city)
    }

    /// Puts together what ``statements(_:)`` answered; nil when the city is not there.
    init?(_ results: ArraySlice<QueryResult>) throws(PostgresError) {
        let results = Array(results)
        guard results.count == Self.statements(CityID(rawValue: 0)).count, let city = results[0].rows.first else {
            return nil
        }
        self.city = CityID(rawValue: try city.get("city_id"))
        self.code = try city.get("code")
        self.name = try city.get("name")
        self.refPrefix = try city.get("ref_prefix")
        self.version = try city.get("book_version")

        var units: [Unit] = []
        for row in results[1].rows {
            let parent: Int? = try row.get("parent_id")
            units.append(
                Unit(
                    id: UnitID(rawValue: try row.get("unit_id")), label: try row.get("label"),
                    name: try row.get("name"), tier: Tier(rawValue: try row.get("tier")) ?? .station,
                    line: try row.get("line"), parent: parent.map { UnitID(rawValue: $0) },
                    isDisabled: try row.get("is_disabled")))
        }
        self.tree = UnitTree(units)

        var calendar = WorkingCalendar(
            holidays: [], workdays: [], years: [],
            offset: UTCOffset(minutes: try city.get("utc_offset_minutes")),
            officeHours: OfficeHours(try city.get("office_hours") as String) ?? .usual)
        for row in results[2].rows {
            let day = CivilDay(rawValue: try row.get("day"))
            calendar.years.insert(day.components.year)
            if try row.get("kind") as String == "holiday" {
                calendar.holidays.insert(day)
            } else {
                calendar.workdays.insert(day)
            }
        }
        self.calendar = calendar

        var plans: [PlanKey: Plan] = [:]
        var unreadable: [PlanKey: String] = [:]
        for row in results[3].rows {
            let key = PlanKey(id: try row.get("plan_id"), version: try row.get("version"))
            let source: String = try row.get("source")
            let settings: JSON = try row.get("settings")
            // What was published was checked, but perhaps by a newer program. The cases of other plans go on.
            do throws(PlanFaults) {
                plans[key] = try PlanFile.plan(source, values: try PlanSettings(settings).values)
            } catch {
                unreadable[key] = "\(error)"
            }
        }
        self.plans = plans
        self.unreadablePlans = unreadable
        self.adoptions = try results[4].rows.map { row throws(PostgresError) in
            Adoption(
                effectiveOn: CivilDay(rawValue: try row.get("day")),
                plan: PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version")))
        }
        self.sensitivePeriods = try results[5].rows.map { row throws(PostgresError) in
            SensitivePeriod(
                name: try row.get("name"), first: CivilDay(rawValue: try row.get("first_day")),
                last: CivilDay(rawValue: try row.get("last_day")))
        }
        self.routing = try CityRouting(results[6...], self.tree)
    }
}
