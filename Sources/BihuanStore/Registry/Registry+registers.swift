package import BihuanDomain
import Foundation
import Postgres

/// What the local operator puts into a city's registers: duty roster, liaisons, experts, supplies.
///
/// A file is taken whole or not at all.
extension Registry {
    /// One row of a file: its line, and its values by column. Empty ones are left out.
    package struct FileRow: Sendable {
        package let line: Int
        package let values: [String: String]

        package init(line: Int, values: [String: String]) {
            self.line = line
            self.values = values
        }
    }

    /// What an import did.
    package struct Imported: Sendable, Hashable {
        package var added = 0
        package var unchanged = 0
    }

    /// Columns of each register's file: those that must be there, then the others.
    package static func columns(of register: Register) -> (needed: [String], optional: [String]) {
        switch register {
        case .duty: (["unit", "officer", "from", "until"], [])
        case .liaisons: (["unit", "kind", "name"], ["officer", "phone", "email", "from", "until"])
        case .experts: (["name", "field"], ["organisation", "contact", "valid_from", "valid_until"])
        case .supplies: (["unit", "item", "quantity", "place"], ["measure", "next_inspection_on"])
        }
    }

    /// Adds what a file says to a register; what is there is changed or left.
    ///
    /// - Throws: `.badInput` with every faulty line, `.conflict`.
    package func importRows(
        _ rows: [FileRow], into register: Register, of city: CityID
    ) async throws(RegistryFault) -> Imported {
        let book = try await self.book(of: city)
        let (now, officers) = try await self.officers(of: city)
        var faults: [String] = []
        var writes: [SQL] = []
        var mint = UUIDv7Mint(now: now)
        for row in rows {
            do throws(RowFault) {
                writes.append(try Self.write(row, register, book, officers, now, &mint))
            } catch {
                faults.append("第 \(row.line) 行：\(error.text)")
            }
        }
        guard faults.isEmpty else { throw RegistryFault(.badInput, faults.joined(separator: "\n")) }
        let batch = writes
        return try await self.run { connection throws(PostgresError) in
            var imported = Imported()
            for answer in try connection.flight(batch) {
                if answer.affected > 0 { imported.added += 1 } else { imported.unchanged += 1 }
            }
            return imported
        }
    }

    /// What a register holds now, in the columns of its file.
    package func rows(of register: Register, of city: CityID) async throws(RegistryFault) -> [[String]] {
        let id = city.rawValue
        let query: SQL =
            switch register {
            case .duty:
                """
                select u.label, o.login, s.starts_at, s.ends_at
                  from bihuan.duty_shifts s
                  join bihuan.units u on u.city_id = s.city_id and u.unit_id = s.unit_id
                  join bihuan.officers o on o.city_id = s.city_id and o.officer_id = s.officer_id
                 where s.city_id = \(id) and s.cancelled_at is null and s.ends_at > bihuan.now()
                 order by s.starts_at, u.label, o.login
                """
            case .liaisons:
                """
                select u.label, l.kind, l.name, o.login, l.phone, l.email
                  from bihuan.liaisons l
                  join bihuan.units u on u.city_id = l.city_id and u.unit_id = l.unit_id
                  left join bihuan.officers o on o.city_id = l.city_id and o.officer_id = l.officer_id
                 where l.city_id = \(id) and coalesce(l.valid_until, 'infinity') > bihuan.now()
                 order by u.label, l.kind, l.name
                """
            case .experts:
                """
                select x.name, x.field, x.organisation, x.contact, x.valid_from::text as valid_from,
                       x.valid_until::text as valid_until
                  from bihuan.experts x
                 where x.city_id = \(id)
                 order by x.field, x.name
                """
            case .supplies:
                """
                select u.label, s.item, s.quantity::text as quantity, s.place, s.measure,
                       s.next_inspection_on::text as next_inspection_on
                  from bihuan.supplies s
                  join bihuan.units u on u.city_id = s.city_id and u.unit_id = s.unit_id
                 where s.city_id = \(id)
                 order by u.label, s.item, s.place
                """
            }
        let offset = try await self.book(of: city).offset
        return try await self.run { connection throws(PostgresError) in
            try connection.query(query).rows.map { row throws(PostgresError) in
                func text(_ name: String) throws(PostgresError) -> String {
                    let value: String? = try row.get(name)
                    return value ?? ""
                }
                switch register {
                case .duty:
                    let (from, until): (Date, Date) = (try row.get("starts_at"), try row.get("ends_at"))
                    let zone = TimeZone(secondsFromGMT: offset.seconds) ?? .gmt
                    let style = Date.ISO8601FormatStyle(timeZoneSeparator: .colon, timeZone: zone)
                    return [try text("label"), try text("login"), from.formatted(style), until.formatted(style)]
                case .liaisons:
                    return [
                        try text("label"), try text("kind"), try text("name"), try text("login"), try text("phone"),
                        try text("email"),
                    ]
                case .experts:
                    return [
                        try text("name"), try text("field"), try text("organisation"), try text("contact"),
                        try text("valid_from"), try text("valid_until"),
                    ]
                case .supplies:
                    return [
                        try text("label"), try text("item"), try text("quantity"), try text("place"),
                        try text("measure"), try text("next_inspection_on"),
                    ]
                }
            }
        }
    }

    private struct RowFault: Error {
        let text: String
    }

    private func officers(of city: CityID) async throws(RegistryFault) -> (now: Date, officers: [String: UUID]) {
        try await self.run { connection throws(PostgresError) in
            var officers: [String: UUID] = [:]
            for row in try connection.query(
                "select officer_id, login from bihuan.officers where city_id = \(city.rawValue)"
            ).rows {
                officers[try row.get("login")] = try row.get("officer_id")
            }
            return (try connection.query("select bihuan.now() as now").rows[0].get("now"), officers)
        }
    }

    private static func write(
        _ row: FileRow, _ register: Register, _ book: CityBook, _ officers: [String: UUID], _ now: Date,
        _ mint: inout UUIDv7Mint
    ) throws(RowFault) -> SQL {
        let city = book.city.rawValue
        let values = row.values
        func need(_ name: String) throws(RowFault) -> String {
            guard let value = values[name], !value.isEmpty else { throw RowFault(text: "\(name) 不能空着") }
            return value
        }
        func unit() throws(RowFault) -> Int {
            let label = try need("unit")
            guard let unit = book.tree[label] else { throw RowFault(text: "没有单位 \(label)") }
            return unit.id.rawValue
        }
        func officer(_ login: String) throws(RowFault) -> UUID {
            guard let id = officers[login] else { throw RowFault(text: "没有账号 \(login)") }
            return id
        }
        func time(_ name: String) throws(RowFault) -> Date? {
            guard let text = values[name] else { return nil }
            guard let time = TimeForm.rfc3339.date(from: text, utcOffset: book.offset.seconds) else {
                throw RowFault(text: "\(name) 须为带时区的 RFC 3339 时间：\(text)")
            }
            return time
        }
        func day(_ name: String) throws(RowFault) -> Int? {
            guard let text = values[name] else { return nil }
            guard let day = CivilDay(text) else { throw RowFault(text: "\(name) 须为日期，例如 2026-03-02：\(text)") }
            return day.rawValue
        }
        func check(_ faults: [FieldFault]) throws(RowFault) {
            guard let fault = faults.first else { return }
            throw RowFault(text: "\(fault.field) \(fault.detail)")
        }
        switch register {
        case .duty:
            let (unit, officer) = (try unit(), try officer(try need("officer")))
            _ = (try need("from"), try need("until"))
            guard let from = try time("from"), let until = try time("until") else { throw RowFault(text: "缺少时间") }
            guard until > from, until <= from.addingTimeInterval(7 * 86_400) else {
                throw RowFault(text: "until 须晚于 from，一班不超过 7 日")
            }
            let id: DutyShiftID = mint.next()
            return """
                insert into bihuan.duty_shifts (city_id, shift_id, unit_id, officer_id, starts_at, ends_at, set_at)
                select \(city), \(id.rawValue), \(unit), \(officer), \(from)::timestamptz, \(until)::timestamptz, \(now)
                 where not exists (
                   select from bihuan.duty_shifts d
                    where d.city_id = \(city) and d.unit_id = \(unit) and d.officer_id = \(officer)
                      and d.starts_at = \(from) and d.ends_at = \(until) and d.cancelled_at is null)
                """
        case .liaisons:
            let word = try need("kind")
            guard let kind = LiaisonKind(rawValue: word) else {
                throw RowFault(
                    text: "kind 可以是 \(LiaisonKind.allCases.map(\.rawValue).joined(separator: ", "))，不是 \(word)")
            }
            let draft = LiaisonDraft(
                kind: kind, name: try need("name"), officer: values["officer"], phone: values["phone"],
                email: values["email"], from: try time("from"), until: try time("until"))
            try check(draft.faults(at: ""))
            let holder: UUID? = if let login = draft.officer { try officer(login) } else { nil }
            let unit = try unit()
            let id: LiaisonID = mint.next()
            return """
                insert into bihuan.liaisons
                       (city_id, liaison_id, unit_id, kind, officer_id, name, phone, email, valid_from, valid_until,
                        set_at)
                select \(city), \(id.rawValue), \(unit), \(kind.rawValue), \(holder), \(draft.name), \(draft.phone),
                       \(draft.email), \(draft.from ?? now)::timestamptz, \(draft.until), \(now)
                 where not exists (
                   select from bihuan.liaisons l
                    where l.city_id = \(city) and l.unit_id = \(unit) and l.kind = \(kind.rawValue)
                      and l.name = \(draft.name) and l.officer_id is not distinct from \(holder)::uuid
                      and l.phone is not distinct from \(draft.phone)::text
                      and l.email is not distinct from \(draft.email)::text
                      and coalesce(l.valid_until, 'infinity') > \(now)::timestamptz)
                """
        case .experts:
            var draft = ExpertDraft(
                name: try need("name"), field: try need("field"), organisation: values["organisation"],
                contact: values["contact"])
            draft.from = try day("valid_from")
            draft.until = try day("valid_until")
            try check(draft.faults)
            let id: ExpertID = mint.next()
            let from = draft.from ?? CivilDay(now, offset: book.offset).rawValue
            return """
                insert into bihuan.experts
                       (city_id, expert_id, name, field, organisation, contact, valid_from, valid_until, set_at)
                values (\(city), \(id.rawValue), \(draft.name), \(draft.field), \(draft.organisation), \(draft.contact),
                        date '1970-01-01' + \(from)::integer, date '1970-01-01' + \(draft.until)::integer, \(now))
                    on conflict (city_id, name, field) do update
                   set organisation = excluded.organisation, contact = excluded.contact,
                       valid_from = excluded.valid_from, valid_until = excluded.valid_until, set_at = excluded.set_at
                """
        case .supplies:
            let text = try need("quantity")
            guard let quantity = Int(text) else { throw RowFault(text: "quantity 须为整数：\(text)") }
            var draft = SupplyDraft(
                item: try need("item"), quantity: quantity, measure: values["measure"], place: try need("place"))
            draft.nextInspection = try day("next_inspection_on")
            try check(draft.faults)
            let id: SupplyID = mint.next()
            return """
                insert into bihuan.supplies
                       (city_id, supply_id, unit_id, item, quantity, measure, place, next_inspection_on, set_at)
                values (\(city), \(id.rawValue), \(try unit()), \(draft.item), \(draft.quantity), \(draft.measure),
                        \(draft.place), date '1970-01-01' + \(draft.nextInspection)::integer, \(now))
                    on conflict (city_id, unit_id, item, place) do update
                   set quantity = excluded.quantity, measure = excluded.measure,
                       next_inspection_on = excluded.next_inspection_on, set_at = excluded.set_at
                """
        }
    }
}
