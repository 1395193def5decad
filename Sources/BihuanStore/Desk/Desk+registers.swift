package import BihuanDomain
package import Foundation
import Postgres

/// Somebody to call in a unit, to be put into the directory.
package struct LiaisonDraft: Sendable, Hashable, Encodable {
    package var kind: LiaisonKind
    /// Empty: as the officer is called.
    package var name: String
    /// Log-in of an officer of the city.
    package var officer: String?
    package var phone: String?
    package var email: String?
    /// Nil: from now on.
    package var from: Date?
    package var until: Date?

    package init(
        kind: LiaisonKind, name: String, officer: String? = nil, phone: String? = nil, email: String? = nil,
        from: Date? = nil, until: Date? = nil
    ) {
        self.kind = kind
        self.name = name
        self.officer = officer
        self.phone = phone
        self.email = email
        self.from = from
        self.until = until
    }

    func faults(at place: String) -> [FieldFault] {
        func field(_ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }
        var faults = RegisterText.faults(field("name"), self.name, isRequired: self.officer == nil, most: 100)
        faults += RegisterText.faults(field("email"), self.email, isRequired: false, most: 254)
        if let phone, !phone.utf8.allSatisfy({ "0123456789+-() ,/ext.转".utf8.contains($0) }) || phone.utf8.count > 60 {
            faults.append(FieldFault(field: field("phone"), rule: .other(code: "bad_phone", "须为电话号码，至多 60 个字符")))
        }
        if let email, !email.isEmpty, email.split(separator: "@").count != 2 || email.contains(" ") {
            faults.append(FieldFault(field: field("email"), rule: .other(code: "bad_email", "须为电子邮件地址")))
        }
        if let from, let until, until <= from {
            faults.append(FieldFault(field: field("until"), rule: .other(code: "not_after", "须晚于开始时间")))
        }
        return faults
    }
}

/// What is done to the contacts of a unit.
package enum LiaisonChange: Sendable, Hashable, Encodable {
    /// These and no others are in office from now on.
    case replace([LiaisonDraft])
    /// One is added; of the responsible and the information officer, in the place of the one before.
    case add(LiaisonDraft)
    /// These are in office no more.
    case end(LiaisonKind, name: String)
}

package struct ExpertDraft: Sendable, Hashable, Encodable {
    package var name: String
    package var field: String
    package var organisation: String?
    package var contact: String?
    /// Days since 1970-01-01; nil: from today on.
    package var from: Int?
    package var until: Int?

    package init(
        name: String, field: String, organisation: String? = nil, contact: String? = nil, from: CivilDay? = nil,
        until: CivilDay? = nil
    ) {
        self.name = name
        self.field = field
        self.organisation = organisation
        self.contact = contact
        self.from = from?.rawValue
        self.until = until?.rawValue
    }

    package var faults: [FieldFault] {
        var faults = RegisterText.faults("name", self.name, isRequired: true, most: 100)
        faults += RegisterText.faults("field", self.field, isRequired: true, most: 100)
        faults += RegisterText.faults("organisation", self.organisation, isRequired: false, most: 200)
        faults += RegisterText.faults("contact", self.contact, isRequired: false, most: 200)
        if let from, let until, until < from {
            faults.append(FieldFault(field: "valid_until", rule: .other(code: "not_after", "不得早于开始日期")))
        }
        return faults
    }
}

package struct SupplyDraft: Sendable, Hashable, Encodable {
    package var item: String
    package var quantity: Int
    package var measure: String?
    package var place: String
    /// Days since 1970-01-01.
    package var nextInspection: Int?

    package init(
        item: String, quantity: Int, measure: String? = nil, place: String, nextInspection: CivilDay? = nil
    ) {
        self.item = item
        self.quantity = quantity
        self.measure = measure
        self.place = place
        self.nextInspection = nextInspection?.rawValue
    }

    package var faults: [FieldFault] {
        var faults = RegisterText.faults("item", self.item, isRequired: true, most: 100)
        faults += RegisterText.faults("measure", self.measure, isRequired: false, most: 20)
        faults += RegisterText.faults("place", self.place, isRequired: true, most: 200)
        if !(0...1_000_000_000).contains(self.quantity) {
            faults.append(FieldFault(field: "quantity", rule: .other(code: "out_of_range", "须为 0 至 1000000000 的整数")))
        }
        return faults
    }
}

enum RegisterText {
    static func faults(_ field: String, _ value: String?, isRequired: Bool, most: Int) -> [FieldFault] {
        guard let value, !value.allSatisfy(\.isWhitespace) else {
            return isRequired ? [FieldFault(field: field, rule: .required)] : []
        }
        if value.unicodeScalars.count > most { return [FieldFault(field: field, rule: .tooLong(most))] }
        if value.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            return [FieldFault(field: field, rule: .controlCharacter)]
        }
        return []
    }
}

/// The commands about registers, as an idempotency key knows them apart.
private enum RegisterCommand: Encodable {
    case liaisons(unit: String, LiaisonChange)
    case expert(ExpertDraft)
    case supply(unit: String, SupplyDraft)
    case inspect(UUID, next: Int?)
}

/// Contacts, experts, supplies.
extension Desk {
    /// Longest list of contacts of one unit.
    package static let mostLiaisons = 100

    /// Changes whom to call in a unit. Who was in office before stays on record.
    package func setLiaisons(
        of label: String, _ change: LiaisonChange, by token: String, via door: Door, key: String? = nil
    ) async throws(DeskError) -> Outcome {
        let drafts: [LiaisonDraft] =
            switch change {
            case .replace(let drafts): drafts
            case .add(let draft): [draft]
            case .end: []
            }
        var faults: [FieldFault] = []
        if drafts.count > Self.mostLiaisons {
            faults.append(FieldFault(field: "liaisons", rule: .tooMany(Self.mostLiaisons)))
        }
        for (index, draft) in drafts.enumerated() {
            if case .add = change {
                faults += draft.faults(at: "")
            } else {
                faults += draft.faults(at: "liaisons.\(index)")
            }
        }
        guard faults.isEmpty else { throw .refused(.badFields(faults)) }
        let principal = Principal.session(token)
        return try await self.transaction(
            by: principal, keeping: try IdempotencyKey(key, of: RegisterCommand.liaisons(unit: label, change)),
            reading: [
                "select bihuan.now() as now",
                """
                select l.liaison_id, l.kind, l.name, o.login, l.phone, l.email, l.valid_until
                  from bihuan.liaisons l
                  join bihuan.units u on u.city_id = l.city_id and u.unit_id = l.unit_id
                  left join bihuan.officers o on o.city_id = l.city_id and o.officer_id = l.officer_id
                 where l.city_id = \(principal.city) and u.label = \(label)
                   and coalesce(l.valid_until, 'infinity') > (select bihuan.now())
                """,
                """
                select o.officer_id, o.login, o.name
                  from bihuan.officers o
                 where o.city_id = \(principal.city) and o.login = any (\(drafts.compactMap(\.officer))::text[])
                """,
            ]
        ) { answers, authority, book throws(DeskError) in
            try Self.change(label, change, drafts, answers, authority, book)
        }
    }

    private static func change(
        _ label: String, _ change: LiaisonChange, _ drafts: [LiaisonDraft], _ answers: [QueryResult],
        _ authority: Authority, _ book: CityBook
    ) throws(DeskError) -> Decision {
        let (_, unit) = try Self.keeper(of: .liaisons, label, authority, book)
        let now = try Self.now(answers[0])
        var standing: [(id: UUID, draft: LiaisonDraft)] = []
        var officers: [String: (id: UUID, name: String)] = [:]
        do throws(PostgresError) {
            for row in answers[1].rows {
                standing.append(
                    (
                        try row.get("liaison_id"),
                        LiaisonDraft(
                            kind: try row.word("kind"), name: try row.get("name"), officer: try row.get("login"),
                            phone: try row.get("phone"), email: try row.get("email"), until: try row.get("valid_until"))
                    ))
            }
            for row in answers[2].rows {
                officers[try row.get("login")] = (try row.get("officer_id"), try row.get("name"))
            }
        } catch {
            throw DeskError(error)
        }
        let unknown = drafts.enumerated().filter { $0.element.officer.map { officers[$0] == nil } ?? false }
        guard unknown.isEmpty else {
            throw .refused(
                .badFields(
                    unknown.map { index, _ in
                        if case .add = change { return FieldFault(field: "officer", rule: .notFound) }
                        return FieldFault(field: "liaisons.\(index).officer", rule: .notFound)
                    }))
        }
        var wanted = drafts
        for index in wanted.indices where wanted[index].name.allSatisfy(\.isWhitespace) {
            wanted[index].name = wanted[index].officer.flatMap { officers[$0]?.name } ?? ""
        }
        func isSame(_ a: LiaisonDraft, _ b: LiaisonDraft) -> Bool {
            a.kind == b.kind && a.name == b.name && a.officer == b.officer && a.phone == b.phone && a.email == b.email
                && a.until == b.until
        }
        let ended: [UUID]
        switch change {
        case .replace:
            ended = standing.filter { old in !wanted.contains { isSame($0, old.draft) } }.map(\.id)
        case .add(let draft):
            let isAlone = draft.kind == .informationOfficer || draft.kind == .responsible
            ended = standing.filter { old in
                old.draft.kind == draft.kind && !wanted.contains { isSame($0, old.draft) }
                    && (isAlone || wanted.contains { $0.name == old.draft.name })
            }.map(\.id)
        case .end(let kind, let name):
            ended = standing.filter { $0.draft.kind == kind && $0.draft.name == name }.map(\.id)
            if ended.isEmpty { throw .notFound }
        }
        let fresh = wanted.filter { draft in !standing.contains { isSame($0.draft, draft) } }
        var outcome = Outcome(register: .liaison, UUID.none, "set", unit: label)
        outcome.version = standing.count - ended.count + fresh.count
        outcome.changed = !ended.isEmpty || !fresh.isEmpty
        var decision = Decision(outcome: outcome)
        let city = book.city.rawValue
        if !ended.isEmpty {
            decision.writes.append(
                """
                update bihuan.liaisons set valid_until = greatest(\(now)::timestamptz, valid_from)
                 where city_id = \(city) and liaison_id = any (\(ended)::uuid[])
                """)
        }
        var mint = UUIDv7Mint(now: now)
        for draft in fresh {
            let id: LiaisonID = mint.next()
            decision.outcome.id = id.rawValue
            decision.writes.append(
                """
                insert into bihuan.liaisons
                       (city_id, liaison_id, unit_id, kind, officer_id, name, phone, email, valid_from, valid_until,
                        set_at)
                values (\(city), \(id.rawValue), \(unit.id.rawValue), \(draft.kind.rawValue),
                        \(draft.officer.flatMap { officers[$0]?.id }), \(draft.name), \(draft.phone), \(draft.email),
                        \(draft.from ?? now), \(draft.until), \(now))
                """)
        }
        return decision
    }

    /// Puts an expert into the register, or changes the one of this name and field.
    package func setExpert(
        _ draft: ExpertDraft, by token: String, via door: Door, key: String? = nil
    ) async throws(DeskError) -> Outcome {
        guard draft.faults.isEmpty else { throw .refused(.badFields(draft.faults)) }
        let principal = Principal.session(token)
        return try await self.transaction(
            by: principal, keeping: try IdempotencyKey(key, of: RegisterCommand.expert(draft)),
            reading: [
                "select bihuan.now() as now",
                """
                select x.expert_id from bihuan.experts x
                 where x.city_id = \(principal.city) and x.name = \(draft.name) and x.field = \(draft.field)
                """,
            ]
        ) { answers, authority, book throws(DeskError) in
            guard let identity = authority.identity else { throw .unauthenticated }
            guard Register.experts.isKept(by: identity, for: nil, in: book.tree) else {
                throw .refused(.notKeeper(.experts))
            }
            let now = try Self.now(answers[0])
            let known: UUID?
            do throws(PostgresError) { known = try answers[1].rows.first?.get("expert_id") } catch {
                throw DeskError(error)
            }
            var mint = UUIDv7Mint(now: now)
            let id = known ?? (mint.next() as ExpertID).rawValue
            let from = draft.from ?? CivilDay(now, offset: book.offset).rawValue
            if let until = draft.until, until < from {
                throw .refused(
                    .badFields([FieldFault(field: "valid_until", rule: .other(code: "not_after", "不得早于开始日期"))]))
            }
            return Decision(
                [
                    """
                    insert into bihuan.experts
                           (city_id, expert_id, name, field, organisation, contact, valid_from, valid_until, set_at)
                    values (\(book.city.rawValue), \(id), \(draft.name), \(draft.field), \(draft.organisation),
                            \(draft.contact), date '1970-01-01' + \(from)::integer,
                            date '1970-01-01' + \(draft.until)::integer, \(now))
                        on conflict (city_id, name, field) do update
                       set organisation = excluded.organisation, contact = excluded.contact,
                           valid_from = excluded.valid_from, valid_until = excluded.valid_until,
                           set_at = excluded.set_at
                    """
                ], outcome: Outcome(register: .expert, id, known == nil ? "added" : "changed", unit: nil))
        }
    }

    /// Puts an expert of the register on a case.
    package func engage(
        _ expert: ExpertID, on record: ObjectKey, reason: String, by token: String, via door: Door, key: String? = nil,
        expecting: Int? = nil, queries: Queries
    ) async throws(DeskError) -> Outcome {
        let view: ExpertView
        do throws(DeskError) {
            view = try await queries.expert(token, id: expert)
        } catch {
            guard case .notFound = error else { throw error }
            throw .refused(.badFields([FieldFault(field: "expert", rule: .notFound)]))
        }
        guard view.isValid else {
            throw .refused(
                .badFields([FieldFault(field: "expert", rule: .other(code: "not_valid", "该专家不在聘期内"))]))
        }
        let name = view.name
        return try await self.perform(
            on: .record(record), by: .session(token), via: door, key: key, expecting: expecting
        ) {
            _ in .engageExpert(expert, name: name, reason: reason)
        }
    }

    /// Puts supplies into the register, or changes those of this item and place.
    package func setSupply(
        of label: String, _ draft: SupplyDraft, by token: String, via door: Door, key: String? = nil
    ) async throws(DeskError) -> Outcome {
        guard draft.faults.isEmpty else { throw .refused(.badFields(draft.faults)) }
        let principal = Principal.session(token)
        return try await self.transaction(
            by: principal, keeping: try IdempotencyKey(key, of: RegisterCommand.supply(unit: label, draft)),
            reading: [
                "select bihuan.now() as now",
                """
                select s.supply_id
                  from bihuan.supplies s
                  join bihuan.units u on u.city_id = s.city_id and u.unit_id = s.unit_id
                 where s.city_id = \(principal.city) and u.label = \(label) and s.item = \(draft.item)
                   and s.place = \(draft.place)
                """,
            ]
        ) { answers, authority, book throws(DeskError) in
            let (_, unit) = try Self.keeper(of: .supplies, label, authority, book)
            let now = try Self.now(answers[0])
            let known: UUID?
            do throws(PostgresError) { known = try answers[1].rows.first?.get("supply_id") } catch {
                throw DeskError(error)
            }
            var mint = UUIDv7Mint(now: now)
            let id = known ?? (mint.next() as SupplyID).rawValue
            return Decision(
                [
                    """
                    insert into bihuan.supplies
                           (city_id, supply_id, unit_id, item, quantity, measure, place, next_inspection_on, set_at)
                    values (\(book.city.rawValue), \(id), \(unit.id.rawValue), \(draft.item), \(draft.quantity),
                            \(draft.measure), \(draft.place), date '1970-01-01' + \(draft.nextInspection)::integer,
                            \(now))
                        on conflict (city_id, unit_id, item, place) do update
                       set quantity = excluded.quantity, measure = excluded.measure,
                           next_inspection_on = excluded.next_inspection_on, set_at = excluded.set_at
                    """
                ], outcome: Outcome(register: .supply, id, known == nil ? "added" : "changed", unit: label))
        }
    }

    /// Notes that supplies were looked over.
    ///
    /// - Parameter next: when they are to be looked over again; nil: no more.
    package func inspectSupply(
        _ supply: SupplyID, next: CivilDay?, by token: String, via door: Door, key: String? = nil
    ) async throws(DeskError) -> Outcome {
        let principal = Principal.session(token)
        return try await self.transaction(
            by: principal,
            keeping: try IdempotencyKey(key, of: RegisterCommand.inspect(supply.rawValue, next: next?.rawValue)),
            reading: [
                "select bihuan.now() as now",
                """
                select s.unit_id from bihuan.supplies s
                 where s.city_id = \(principal.city) and s.supply_id = \(supply.rawValue)
                """,
            ]
        ) { answers, authority, book throws(DeskError) in
            let now = try Self.now(answers[0])
            let unit: UnitID
            do throws(PostgresError) {
                guard let row = answers[1].rows.first else { throw PostgresError(.misuse, "no supply") }
                unit = try row.unit("unit_id")
            } catch {
                if error.code == .misuse { throw .notFound }
                throw DeskError(error)
            }
            let label = book.tree[unit]?.label ?? ""
            let (identity, _) = try Self.keeper(of: .supplies, label, authority, book)
            if let next, next <= CivilDay(now, offset: book.offset) {
                throw .refused(
                    .badFields([
                        FieldFault(field: "next_inspection_on", rule: .other(code: "not_in_the_future", "须晚于今天"))
                    ]))
            }
            return Decision(
                [
                    SQL.mustAffect(
                        """
                        update bihuan.supplies
                           set inspected_at = \(now), inspected_by = \(identity.officer.rawValue),
                               next_inspection_on = date '1970-01-01' + \(next?.rawValue)::integer
                         where city_id = \(book.city.rawValue) and supply_id = \(supply.rawValue)
                        """)
                ], outcome: Outcome(register: .supply, supply.rawValue, "inspected", unit: label))
        }
    }
}
