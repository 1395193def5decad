package import BihuanDomain
import Crypto
import Foundation
import Postgres

/// A case to be registered: what came in, and which leads taken in before belong to it.
package struct CaseDraft: Sendable, Encodable {
    package var lead: LeadDraft
    /// Leads that belong to no case yet.
    package var leads: [LeadID]
    package var discoveredAt: LeadDraft.Time?
    /// The kind of matter, by key of the plan.
    package var matter: String?
    /// Why it is registered, for the log.
    package var reason: String?
    /// Registered as a drill (演练). Its lead is a part of it: what comes in earnest never meets it.
    package var isDrill: Bool
    /// Labels of units that it is about, which are recused from it; nil: none.
    package var about: [String]?
    /// How to reach whoever asked to be answered. What a key remembers of it is ``contactsFingerprint``.
    package var contacts: [ContactDraft]
    /// Set by the desk.
    var contactsFingerprint: [UInt8]?

    package init(
        lead: LeadDraft, leads: [LeadID] = [], discoveredAt: LeadDraft.Time? = nil, matter: String? = nil,
        reason: String? = nil, isDrill: Bool = false, about: [String]? = nil, contacts: [ContactDraft] = []
    ) {
        self.lead = lead
        self.leads = leads
        self.discoveredAt = discoveredAt
        self.matter = matter
        self.reason = reason
        self.isDrill = isDrill
        self.about = about
        self.contacts = contacts
    }

    // Whether it is a drill tells `Intake`: what keys kept for other cases stays as it was.
    private enum CodingKeys: String, CodingKey {
        case lead, leads, discoveredAt, matter, reason, about, contactsFingerprint
    }
}

/// The commands that make something new, as an idempotency key knows them apart.
private enum Intake: Encodable {
    case lead(LeadDraft)
    case leadWithContacts(LeadDraft, [UInt8])
    case record(CaseDraft)
    case drill(CaseDraft)
    /// Of a case that is there.
    case attachment(LeadDraft, reason: String, contacts: [UInt8]?)
}

extension Desk {
    /// Takes in a lead (线索) for the asker's unit. The same source and reference again is the lead that is there.
    package func take(
        _ draft: LeadDraft, contacts: [ContactDraft] = [], by token: String, via door: Door, key: String? = nil
    ) async throws(DeskError) -> Outcome {
        let badContacts = self.faults(of: contacts, with: draft)
        guard badContacts.isEmpty else { throw .refused(.badFields(badContacts)) }
        let vault = self.vault
        let keeping = try IdempotencyKey(
            key,
            of: contacts.isEmpty
                ? Intake.lead(draft) : Intake.leadWithContacts(draft, vault.fingerprint(of: contacts)))
        let reading: [SQL] = [
            Self.existing(draft, isDrill: false), "select bihuan.now() as now",
            Self.contacts(ofExisting: draft, isDrill: false),
        ]
        return try await self.again {
            () async throws(DeskError) in
            try await self.transaction(
                by: .session(token), keeping: keeping, reading: reading
            ) { answers, authority, book throws(DeskError) in
                guard let identity = authority.identity else { throw .unauthenticated }
                guard identity.role != .operator else {
                    throw .refused(.notPermitted(.register, role: identity.role))
                }
                let now = try Self.now(answers[1])
                if let known = try Self.known(answers[0]) {
                    return try Self.decision(known, adding: contacts, to: answers[2], in: identity.city, vault, now)
                }
                let lead = try Self.lead(draft, now)
                var mint = UUIDv7Mint(now: now)
                let id: LeadID = mint.next()
                let sealed = try Self.insert(contacts, of: id, in: identity.city, vault, now, &mint)
                return Decision(
                    [Self.insert(lead, id, of: identity, in: nil, isDrill: false, now)] + sealed,
                    outcome: Outcome(lead: id, isNew: true))
            }
        }
    }

    /// Registers a case (登记) with the lead it comes from, and attaches leads taken in before.
    ///
    /// The same source and reference again is the case that is there: `changed` is false then. Drills and cases in
    /// earnest never find each other so.
    package func register(
        _ draft: CaseDraft, by token: String, via door: Door, key: String? = nil
    ) async throws(DeskError) -> Outcome {
        var badContacts = self.faults(of: draft.contacts, with: draft.lead)
        if !draft.contacts.isEmpty, draft.lead.content == nil {
            let rule = FieldFault.Rule.other(code: "needs_content", "联系方式须随正文一起登记")
            badContacts.append(FieldFault(field: "contact", rule: rule))
        }
        guard badContacts.isEmpty else { throw .refused(.badFields(badContacts)) }
        let vault = self.vault
        var draft = draft
        if draft.about?.isEmpty == true { draft.about = nil }
        if !draft.contacts.isEmpty { draft.contactsFingerprint = vault.fingerprint(of: draft.contacts) }
        let registered = draft
        let keeping = try IdempotencyKey(key, of: draft.isDrill ? Intake.drill(draft) : Intake.record(draft))
        if draft.isDrill, !draft.leads.isEmpty {
            let rule = FieldFault.Rule.other(code: "not_of_a_drill", "演练不能并入真实线索")
            throw .refused(.badFields([FieldFault(field: "leads", rule: rule)]))
        }
        let principal = Principal.session(token)
        let attached = draft.leads.map(\.rawValue)
        let existing = Self.existing(draft.lead, isDrill: draft.isDrill)
        // A drill takes no number from the cases, which must have no holes.
        let number: SQL =
            draft.isDrill
            ? "bihuan.next_drill_number(t.year::integer)" : "bihuan.next_case_number(t.year::integer, 1)"
        let reading: [SQL] = [
            // Leads before the series, as an import locks them: neither ever waits for the other in a ring.
            "\(existing) for update of l",
            """
            select l.lead_id, l.title, l.content, l.category, l.place, l.channel, l.source, l.received_at,
                   l.occurred_at
              from bihuan.leads l
             where l.city_id = \(principal.city) and l.lead_id = any (\(attached)::uuid[]) and l.case_id is null
             order by l.received_at, l.lead_id
               for update
            """,
            """
            select t.now, t.year,
                   case when exists (\(existing) and l.case_id is not null) then 0 else \(number) end::bigint as number
              from (select n.now, extract(year from n.now at time zone 'UTC'
                                                    + make_interval(mins => c.utc_offset_minutes))::bigint as year
                      from (select bihuan.now() as now) as n, bihuan.cities c
                     where c.city_id = \(principal.city)) as t
            """,
            Self.contacts(ofExisting: draft.lead, isDrill: draft.isDrill),
        ]
        return try await self.again {
            () async throws(DeskError) in
            try await self.transaction(
                by: principal, keeping: keeping, reading: reading
            ) { answers, authority, book throws(DeskError) in
                guard let identity = authority.identity else { throw .unauthenticated }
                guard Verb.register.roles.contains(identity.role) else {
                    throw .refused(.notPermitted(.register, role: identity.role))
                }
                guard Permission.mayRegister(identity, in: book.tree) else {
                    throw .refused(.outsideJurisdiction(.register))
                }
                var draft = registered
                if let known = try Self.known(answers[0]) {
                    let added = try Self.decision(
                        known, adding: draft.contacts, to: answers[3], in: identity.city, vault,
                        try Self.now(answers[2]))
                    guard known.outcome.kind == .lead else { return added }
                    // Taken in before under this reference, and in no case yet: now it is.
                    draft.leads.append(known.lead)
                    var opened = try Self.open(
                        draft, answers, identity, authority, book, door, vault, isOwnLead: false)
                    opened.writes += added.writes
                    return opened
                }
                guard answers[1].rows.count == Set(attached).count else {
                    throw .refused(.badFields([FieldFault(field: "leads", rule: .notFound)]))
                }
                if draft.lead.content == nil, !draft.leads.isEmpty, draft.lead.reference != nil {
                    let rule = FieldFault.Rule.other(code: "needs_content", "有编号时须同时给出正文")
                    throw .refused(.badFields([FieldFault(field: "reference", rule: rule)]))
                }
                let isOwnLead = draft.lead.content != nil || draft.leads.isEmpty
                return try Self.open(draft, answers, identity, authority, book, door, vault, isOwnLead: isOwnLead)
            }
        }
    }

    private static func open(
        _ draft: CaseDraft, _ answers: [QueryResult], _ identity: Identity, _ authority: Authority, _ book: CityBook,
        _ door: Door, _ vault: ContactVault, isOwnLead: Bool
    ) throws(DeskError) -> Decision {
        let now: Date
        let year: Int
        let number: Int
        var base = draft.lead
        do throws(PostgresError) {
            let row = answers[2].rows[0]
            now = try row.get("now")
            year = try row.get("year")
            number = try row.get("number")
            // A case made of leads alone is told by the first of them.
            if base.content == nil, let first = answers[1].rows.first {
                base.content = try first.get("content")
                if base.title == nil { base.title = try first.get("title") }
                if base.category == nil { base.category = try first.get("category") }
                if base.place == nil { base.place = try first.get("place") }
                if base.channel == nil { base.channel = try first.get("channel") }
                if base.source == nil { base.source = try first.get("source") }
                let received: Date = try first.get("received_at")
                base.receivedAt = base.receivedAt ?? .instant(received)
                let occurred: Date? = try first.get("occurred_at")
                base.occurredAt = base.occurredAt ?? occurred.map { .instant($0) }
            }
        } catch {
            throw DeskError(error)
        }
        guard let planKey = book.adopted(at: now) else { throw .noPlan }
        let plan = try book.plan(planKey)
        // Somebody attached it between the statements of one flight.
        guard number > 0 else { throw .stale(current: nil) }
        let lead = try Self.lead(base, now)
        var discoveredAt: Date?
        switch draft.discoveredAt {
        case .text(let text)?:
            discoveredAt = TimeForm.rfc3339.date(from: text, utcOffset: book.offset.seconds)
            if discoveredAt == nil {
                throw .refused(.badFields([FieldFault(field: "discovered_at", rule: .badTime)]))
            }
        case .instant(let date)?: discoveredAt = date
        case nil: break
        }

        var mint = UUIDv7Mint(now: now)
        // A plan without drills has no series, and the rules refuse the drill.
        let series = draft.isDrill ? plan.drills?.series ?? "" : book.refPrefix
        let ref = CaseRef.text(prefix: series, year: year, number: number)
        let record = CaseRecord(
            id: mint.next(), ref: ref, isDrill: draft.isDrill, title: lead.title, owner: identity.unit,
            state: .registered, matter: draft.matter, planVersion: planKey.version, occurredAt: lead.occurredAt,
            discoveredAt: discoveredAt, receivedAt: lead.receivedAt, openedAt: now, version: 0)
        var docket: Docket
        var changes: Changes
        do throws(Refusal) {
            (docket, changes) = try Docket.register(
                record, tree: book.tree, plan: plan, periods: book.sensitivePeriods, calendar: book.calendar,
                by: authority, reason: draft.reason, about: draft.about ?? [], at: now, mint: &mint)
        } catch {
            throw .refused(error)
        }
        var writes: [SQL] = [
            """
            insert into bihuan.cases
                   (city_id, case_id, ref, is_drill, owner_unit, state, title, content, category, matter, place,
                    channel, plan_id, plan_version, occurred_at, discovered_at, received_at, opened_at, version)
            values (\(book.city.rawValue), \(record.id.rawValue), \(ref), \(record.isDrill), \(record.owner.rawValue),
                    \(record.state.rawValue), \(lead.title), \(lead.content), \(lead.category), \(draft.matter), \(lead.place),
                    \(lead.channel), \(planKey.id), \(planKey.version), \(lead.occurredAt), \(discoveredAt),
                    \(lead.receivedAt), \(now), \(docket.record.version))
            """
        ]
        if isOwnLead {
            let id: LeadID = mint.next()
            writes.append(Self.insert(lead, id, of: identity, in: record.id, isDrill: record.isDrill, now))
            writes += try Self.insert(draft.contacts, of: id, in: identity.city, vault, now, &mint)
        }
        if !draft.leads.isEmpty {
            writes.append(
                SQL.mustAffectAtLeastOne(
                    """
                    update bihuan.leads
                       set case_id = \(record.id.rawValue)
                     where city_id = \(book.city.rawValue) and case_id is null
                       and lead_id = any (\(draft.leads.map(\.rawValue))::uuid[])
                    """))
        }
        writes +=
            ChangesWriting(
                city: book.city.rawValue, before: nil, changes: changes, plan: plan,
                actor: Actor(authority, via: door), now: now
            ).statements
        return Decision(writes, outcome: Outcome(changes, docket, authority, at: now))
    }

    // MARK: Parts

    /// Takes in a lead and attaches it to a case, in one step. The same source and reference again is the lead that is
    /// there; it is attached if it belongs to no case.
    ///
    /// - Parameter expecting: the version the asker has seen of the case (`If-Match`); another one is `.stale`.
    package func attach(
        _ draft: LeadDraft, contacts: [ContactDraft] = [], to record: ObjectKey, reason: String, by token: String,
        via door: Door, key: String? = nil, expecting: Int? = nil
    ) async throws(DeskError) -> Outcome {
        let command: @Sendable (LeadID) -> CaseCommand = { .attachLead($0, reason: reason) }
        do throws(Refusal) { try command(LeadID(rawValue: .none)).check() } catch { throw .refused(error) }
        let badContacts = self.faults(of: contacts, with: draft)
        guard badContacts.isEmpty else { throw .refused(.badFields(badContacts)) }
        let vault = self.vault
        let principal = Principal.session(token)
        let target = Target.record(record)
        let keeping = try IdempotencyKey(
            key,
            of: Intake.attachment(
                draft, reason: reason, contacts: contacts.isEmpty ? nil : vault.fingerprint(of: contacts)),
            on: target)
        let reading = StepReading(of: target, for: [.attachLead], in: principal.city)
        let count = reading.statements.count
        let statements =
            reading.statements + [
                // After the case: so does an import.
                "\(Self.existing(draft, isDrill: false)) for update of l",
                Self.contacts(ofExisting: draft, isDrill: false),
            ]
        return try await self.again {
            () async throws(DeskError) in
            try await self.transaction(
                by: principal, keeping: keeping, reading: statements
            ) { answers, authority, book throws(DeskError) in
                guard let identity = authority.identity else { throw .unauthenticated }
                let (read, facts) = try reading.read(Array(answers[..<count]), book)
                var docket = read
                if let expecting, expecting != facts.target.version { throw .stale(current: facts.target.version) }
                let known = try Self.known(answers[count])
                if let other = known?.record, other != docket.record.id {
                    let whose = known?.outcome.caseRef.map { "案件 \($0)" } ?? "另一案件"
                    throw .refused(
                        .badFields([
                            FieldFault(
                                field: "reference", rule: .other(code: "attached_elsewhere", "该线索已属于\(whose)"))
                        ]))
                }
                var mint = UUIDv7Mint(now: facts.now)
                let id: LeadID = known?.lead ?? mint.next()
                docket.takeUp(LeadStanding(id: id, record: known?.record, isDrill: false, count: 0))
                var decision = try Self.decide(docket, facts, authority, book, door) { docket, mint throws(Refusal) in
                    try docket.perform(
                        command(id), by: authority, at: facts.now, numbers: facts.numbers, mint: &mint)
                }
                if let known {
                    let added = try Self.decision(
                        known, adding: contacts, to: answers[count + 1], in: identity.city, vault, facts.now)
                    decision.writes += added.writes
                    if added.outcome.changed { decision.outcome.changed = true }
                } else {
                    let lead = try Self.lead(draft, facts.now)
                    decision.writes =
                        [Self.insert(lead, id, of: identity, in: nil, isDrill: false, facts.now)] + decision.writes
                    decision.writes += try Self.insert(contacts, of: id, in: identity.city, vault, facts.now, &mint)
                }
                return decision
            }
        }
    }

    /// A lead that came in before under the same source and reference.
    private struct Known {
        var lead: LeadID
        /// The case it belongs to, whether or not the asker sees that.
        var record: CaseID?
        /// That lead, or its case.
        var outcome: Outcome
    }

    /// What came in under the same source and reference, among drills or in earnest.
    private static func existing(_ draft: LeadDraft, isDrill: Bool) -> SQL {
        """
        select l.lead_id, l.case_id as own_case, l.revision, l.is_drill, c.case_id, c.ref, c.state, c.level, c.version
          from bihuan.leads l
          left join bihuan.cases c on c.city_id = l.city_id and c.case_id = l.case_id
         where l.city_id = \(Principal.session("").city) and l.source = \(draft.source)
           and l.reference = \(draft.reference) and l.is_drill = \(isDrill)
        """
    }

    /// How to reach whoever asked to be answered there, as far as the asker may see it.
    private static func contacts(ofExisting draft: LeadDraft, isDrill: Bool) -> SQL {
        """
        select t.contact_id, t.kind, t.ciphertext, t.nonce, t.key_id
          from bihuan.leads l
          join bihuan.contacts t on t.city_id = l.city_id and t.lead_id = l.lead_id and t.purged_at is null
         where l.city_id = \(Principal.session("").city) and l.source = \(draft.source)
           and l.reference = \(draft.reference) and l.is_drill = \(isDrill)
        """
    }

    private static func known(_ answer: QueryResult) throws(DeskError) -> Known? {
        guard let outcome = try Self.outcome(ofExisting: answer), let row = answer.rows.first else { return nil }
        do throws(PostgresError) {
            return Known(
                lead: try row.identifier("lead_id"), record: try row.identifierIfAny("own_case"), outcome: outcome)
        } catch {
            throw DeskError(error)
        }
    }

    /// A lead that is there keeps what it says; but who gives a telephone number with it the second time wants to be
    /// answered as well, so what it does not have yet is added.
    private static func decision(
        _ known: Known, adding contacts: [ContactDraft], to present: QueryResult, in city: CityID,
        _ vault: ContactVault, _ now: Date
    ) throws(DeskError) -> Decision {
        var decision = Decision(outcome: known.outcome)
        guard !contacts.isEmpty else { return decision }
        var has: [ContactDraft] = []
        do throws(PostgresError) {
            for row in present.rows {
                let place = ContactVault.Place(
                    city: city, lead: known.lead, contact: try row.identifier("contact_id"), kind: try row.word("kind"))
                let sealed = ContactVault.Sealed(
                    key: try row.get("key_id"), nonce: try row.get("nonce"), ciphertext: try row.get("ciphertext"))
                if let value = vault.open(sealed, of: place) {
                    has.append(ContactDraft(kind: place.kind, value: value))
                }
            }
        } catch {
            throw DeskError(error)
        }
        let new = contacts.filter { !has.contains($0) }
        guard !new.isEmpty else { return decision }
        var mint = UUIDv7Mint(now: now)
        decision.writes = try Self.insert(new, of: known.lead, in: city, vault, now, &mint)
        decision.outcome.changed = true
        return decision
    }

    private static func outcome(ofExisting answer: QueryResult) throws(DeskError) -> Outcome? {
        do throws(PostgresError) {
            guard let row = answer.rows.first else { return nil }
            var outcome = Outcome(lead: try row.identifier("lead_id"), isNew: false)
            outcome.version = try row.get("revision")
            if let id: UUID = try row.get("case_id") {
                outcome.kind = .record
                outcome.id = id
                outcome.ref = try row.get("ref")
                outcome.state = try row.get("state")
                outcome.version = try row.get("version")
                outcome.caseID = id
                outcome.caseRef = outcome.ref
                outcome.caseIsDrill = try row.get("is_drill") ? true : nil
                outcome.caseState = outcome.state
                outcome.caseLevel = try row.get("level")
                outcome.caseVersion = outcome.version
            }
            return outcome
        } catch {
            throw DeskError(error)
        }
    }

    static func now(_ answer: QueryResult) throws(DeskError) -> Date {
        do throws(PostgresError) { return try answer.rows[0].get("now") } catch { throw DeskError(error) }
    }

    private static func lead(_ draft: LeadDraft, _ now: Date) throws(DeskError) -> Lead {
        do throws(LeadFaults) {
            return try Lead(draft, now: now)
        } catch {
            throw .refused(
                .badFields(
                    error.faults.map {
                        FieldFault(field: $0.field.rawValue, rule: .other(code: $0.code.rawValue, $0.detail))
                    }))
        }
    }

    private static func insert(
        _ lead: Lead, _ id: LeadID, of identity: Identity, in record: CaseID?, isDrill: Bool, _ now: Date
    ) -> SQL {
        """
        insert into bihuan.leads
               (city_id, lead_id, unit_id, case_id, is_drill, source, reference, channel, title, content, category,
                place, outlet, link, reply, replied_at, occurred_at, received_at, recorded_at, content_hash, grams,
                link_key, place_key)
        values (\(identity.city.rawValue), \(id.rawValue), \(identity.unit.rawValue), \(record?.rawValue), \(isDrill),
                \(lead.source), \(lead.reference), \(lead.channel), \(lead.title), \(lead.content), \(lead.category),
                \(lead.place), \(lead.outlet), \(lead.link), \(lead.reply), \(lead.repliedAt), \(lead.occurredAt),
                \(lead.receivedAt), \(now), \(Array(SHA256.hash(data: Data(lead.canonicalForm)))),
                \(Likeness.grams(title: lead.title, content: lead.content, in: identity.city))::integer[],
                \(Likeness.key(ofLink: lead.link)), \(Likeness.key(ofPlace: lead.place)))
        """
    }

    /// Once more when somebody registered the same reference in between: then it is found.
    private func again(
        _ body: () async throws(DeskError) -> Outcome
    ) async throws(DeskError) -> Outcome {
        do throws(DeskError) {
            return try await body()
        } catch {
            guard case .stale(nil) = error else { throw error }
        }
        do throws(DeskError) {
            return try await body()
        } catch {
            guard case .stale(nil) = error else { throw error }
            // The reference is taken, and by a lead that the asker does not see.
            let rule = FieldFault.Rule.other(code: "taken", "该来源的编号已登记")
            throw .refused(.badFields([FieldFault(field: "reference", rule: rule)]))
        }
    }
}

extension Outcome {
    /// A lead that belongs to no case.
    init(lead: LeadID, isNew: Bool) {
        self.kind = .lead
        self.id = lead.rawValue
        self.state = "loose"
        self.version = 1
        self.allowed = []
        self.changed = isNew
    }
}

/// A case number (案号): `HRB-2026-000123`, without holes in the city and year.
package enum CaseRef {
    package static func text(prefix: String, year: Int, number: Int) -> String {
        FreshNumbers.ref("\(prefix)-\(year)", number)
    }
}

extension SQL {
    /// Like ``mustAffect(_:)`` for a write of one row or more.
    static func mustAffectAtLeastOne(_ write: SQL) -> SQL {
        """
        with touched as (\(write) returning true)
        select 1 / (count(*) >= 1)::integer from touched
        """
    }
}
