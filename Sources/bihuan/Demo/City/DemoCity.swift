import BihuanDomain
import BihuanStore
import Foundation
import Postgres

/// Sets the demo city up as the local operator: city, calendar, plan, units, officers with their posts.
///
/// Everything is done only where it is missing, so an interrupted start is made good by the next one.
struct DemoCity: Sendable {
    let files: DemoFiles
    let installation: Installation
    /// A connection as `bihuan_migrate`.
    let owner: Connection
    let keeper: DemoPassword

    /// What the player must know of the city.
    struct Founded: Sendable {
        var plan: Plan
        var calendar: WorkingCalendar
        var password: String
        /// Officers added now; 0: they were all there.
        var added: Int
    }

    /// - Parameter tell: takes lines for people about what takes time.
    func found(tell: (String) -> Void) async throws -> Founded {
        let registry = Registry(self.owner)
        let known = try await registry.cities().first { $0.code == self.files.city.code }
        let city: Registry.City
        if let known {
            city = known
        } else {
            city = try await registry.found(
                code: self.files.city.code, name: self.files.city.name, refPrefix: self.files.city.refPrefix)
        }
        let plan = try await registry.adopt(
            suggestionsOf: try String(
                contentsOf: self.installation.plans.appending(path: self.files.city.plan), encoding: .utf8),
            in: city.id
        ).plan
        let calendarText = try String(contentsOf: self.installation.calendar, encoding: .utf8)
        if known == nil { _ = try await registry.importCalendar(calendarText, of: city.id) }
        _ = try await registry.importUnits(try self.unitDrafts(), of: city.id)
        let (password, added) = try await self.officers(registry, city.id, tell)
        return Founded(plan: plan, calendar: try self.calendar(), password: password, added: added)
    }

    private func unitDrafts() throws(DemoFaults) -> [UnitDraft] {
        try DemoTable(
            self.files.folder.appending(path: "units.csv"),
            columns: ["label", "parent", "tier", "name", "line", "division_code"]
        ).rows.map { row in
            func optional(_ column: String) -> String? { row[column].isEmpty ? nil : row[column] }
            return UnitDraft(
                label: row["label"], parent: optional("parent"), tier: row["tier"], name: row["name"],
                line: optional("line"), divisionCode: optional("division_code"))
        }
    }

    /// Adds who is missing and gives the posts that are missing; one password serves all.
    private func officers(
        _ registry: Registry, _ city: CityID, _ tell: (String) -> Void
    ) async throws -> (password: String, added: Int) {
        let known = Dictionary(
            try await registry.officers(of: city).map { ($0.login, Set($0.posts)) },
            uniquingKeysWith: { first, _ in first })
        let (password, isNew) = try self.keeper.password()
        let hasher = PasswordHasher(width: 2, queue: self.files.officers.count)
        let absent = self.files.officers.filter { known[$0.login] == nil }
        // A password that was lost is set anew for those who were here already.
        let locked = isNew ? self.files.officers.filter { known[$0.login] != nil } : []
        if !absent.isEmpty || !locked.isEmpty { tell("正在建立 \(absent.count + locked.count) 个演示账号…") }
        // The first posts first, all at once: a log-in without a choice acts in the one held longest.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for officer in absent {
                guard let post = officer.posts.first else { continue }
                group.addTask {
                    _ = try await registry.addOfficer(
                        login: officer.login, name: officer.name, password: password, unit: post.unit, role: post.role,
                        in: city, hasher: hasher, at: Date())
                }
            }
            for officer in locked {
                group.addTask {
                    try await registry.reset(login: officer.login, password: password, in: city, hasher: hasher)
                }
            }
            try await group.waitForAll()
        }
        for officer in self.files.officers {
            for post in officer.posts.dropFirst() {
                guard known[officer.login]?.contains("\(post.role.rawValue)@\(post.unit)") != true else { continue }
                _ = try await registry.addPost(
                    login: officer.login, unit: post.unit, role: post.role, in: city, at: Date())
            }
        }
        return (password, absent.count)
    }

    /// The calendar that came with the program, which is the city's too.
    private func calendar() throws(DemoFaults) -> WorkingCalendar {
        let rows = try DemoTable(self.installation.calendar, columns: ["date", "kind", "name"]).rows
        func days(_ kind: String) -> Set<CivilDay> {
            Set(rows.filter { $0["kind"] == kind }.compactMap { CivilDay($0["date"]) })
        }
        let (holidays, workdays) = (days("holiday"), days("workday"))
        return WorkingCalendar(
            holidays: holidays, workdays: workdays, years: Set(holidays.union(workdays).map { $0.components.year }))
    }

    /// Cases that the city has already.
    func caseCount() async throws -> Int {
        let code = self.files.city.code
        return try await self.owner.query(
            """
            select count(*)::bigint as n
              from bihuan.cases c join bihuan.cities t on t.city_id = c.city_id
             where t.code = \(code)
            """
        ).rows[0].get("n")
    }
}
