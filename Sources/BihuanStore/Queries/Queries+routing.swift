package import BihuanDomain
import Foundation
import Postgres

/// Where a case would go, with the names that people know units by.
package struct RoutingView: Sendable {
    package struct Pick: Sendable {
        package let unit: UnitTag
        package let role: AssignmentRole
        /// Name of the plan's role.
        package let roleName: String?
        /// `city`, `plan`, `matter` or `doubt`.
        package let source: String
        /// Of the rule.
        package let number: Int?
        package let requirements: [String]
        /// In words, for people.
        package let why: String
    }

    /// Nil for a text that is no case yet.
    package let caseRef: String?
    package let lead: Pick?
    /// The unit it is assigned to, so that it reaches the lead.
    package let firstHop: UnitTag?
    package let assists: [Pick]
    package let guides: [Pick]
    package let informs: [Pick]
    package let alternatives: [Pick]
    package let areaConfidence: RoutingProposal.Confidence
    package let areaUnits: [UnitTag]
    package let areaMatches: [RoutingProposal.Match]
    package let lineConfidence: RoutingProposal.Confidence
    package let lines: [String]
    package let lineMatches: [RoutingProposal.Match]
    package let gaps: [RoutingProposal.Gap]
}

/// A month routed again (派单预演).
package struct RoutingPreview: Sendable {
    /// `2026-10`.
    package let month: String
    package let tally: RoutingTally
    /// Units in the order of how often they would be proposed.
    package let units: [(unit: UnitTag, count: RoutingTally.Unit)]
    /// False: only the newest so many were looked at.
    package let isWhole: Bool
}

extension Queries {
    /// Where a case would go.
    package func routing(ofCase key: ObjectKey, _ token: String) async throws(DeskError) -> RoutingView {
        try await self.ask(
            token,
            [
                """
                select c.ref, c.owner_unit, c.plan_id, c.plan_version, c.title, c.content, c.place, c.category,
                       c.level, c.matter, case when c.is_sealed then bihuan.recused_units(c.case_id) end as recused
                  from bihuan.cases c
                 where c.city_id = \(Self.city) and c.case_id = \(Target.record(key).caseID(in: Self.city))
                """,
                Self.note("routing", of: .record(key)),
            ]
        ) { answers, asker throws(PostgresError) -> RoutingView? in
            guard let row = answers[0].rows.first else { return nil }
            let plan = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
            let router = asker.book.routing.router
            let owner = try row.unit("owner_unit")
            let proposal = router.proposal(
                for: try RoutingText(row), under: asker.book.plans[plan], recusing: try row.units("recused"))
            // The owner and those above it know of recusals.
            let told = asker.book.tree.contains(asker.identity.unit, owner) ? proposal : proposal.withoutRecusals
            return RoutingView(told, of: try row.get("ref"), from: owner, router, asker)
        }.orNotFound()
    }

    /// Where something would go that is no case yet, by the plan in force.
    ///
    /// - Throws: `.refused(.badFields)` for a level or a matter that the plan does not know.
    package func routing(of text: RoutingText, _ token: String) async throws(DeskError) -> RoutingView {
        let answer = try await self.ask(token, ["select bihuan.now() as now"]) {
            answers, asker throws(PostgresError) -> Result<RoutingView, Refusal> in
            let book = asker.book
            let plan = book.adopted(at: try answers[0].rows[0].get("now")).flatMap { book.plans[$0] }
            var faults: [FieldFault] = []
            if let plan {
                if let level = text.level, plan.level(level) == nil {
                    faults.append(FieldFault(field: "level", rule: .unknownValue(plan.levels.map(\.key))))
                }
                if let matter = text.matter, !plan.matters.contains(where: { $0.key == matter }) {
                    faults.append(FieldFault(field: "matter", rule: .unknownValue(plan.matters.map(\.key))))
                }
            }
            guard faults.isEmpty else { return .failure(.badFields(faults)) }
            let router = book.routing.router
            let proposal = router.proposal(for: text, under: plan)
            return .success(RoutingView(proposal, of: nil, from: book.tree.root?.id, router, asker))
        }
        do throws(Refusal) { return try answer.get() } catch { throw .refused(error) }
    }

    /// The cases of a month that the asker sees, routed again; drills are never counted.
    ///
    /// The month is walked in slices, and nothing of the database is held while a slice is routed.
    ///
    /// - Parameters:
    ///   - first: the month's first day in the city.
    ///   - limit: cases that are looked at, the newest first.
    package func routingPreview(
        ofMonth first: CivilDay, _ token: String, limit: Int = Queries.previewMost
    ) async throws(DeskError) -> RoutingPreview {
        let asker = try await self.ask(token, []) { _, asker throws(PostgresError) in asker }
        let (year, month, _) = first.components
        guard let next = CivilDay(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
        else { throw .refused(.badFields([FieldFault(field: "month", rule: .badTime)])) }
        func start(of day: CivilDay) -> Date {
            Date(timeIntervalSince1970: Double(day.rawValue * 86_400 - asker.book.offset.seconds))
        }
        let (from, until) = (start(of: first), start(of: next))
        var tally = RoutingTally()
        var after: PageKey?
        var isWhole = true
        while true {
            let size = min(Self.previewSlice, limit - tally.cases)
            guard size > 0 else {
                isWhole = false
                break
            }
            let (rows, book) = try await self.ask(token, [Self.month(from, until, after: after, limit: size)]) {
                answers, asker throws(PostgresError) in
                (try answers[0].rows.map { row throws(PostgresError) in try PastCase(row) }, asker.book)
            }
            let router = book.routing.router
            for row in rows {
                let proposal = router.proposal(
                    for: row.text, under: book.plans[row.plan], recusing: row.recused)
                let told = book.tree.contains(asker.identity.unit, row.owner) ? proposal : proposal.withoutRecusals
                let unit = proposal.lead.flatMap { router.firstHop(to: $0.unit, from: row.owner) }
                tally.count(told, to: unit, handledBy: row.handler)
            }
            guard rows.count == size, let last = rows.last else { break }
            after = PageKey(at: last.openedAt, id: last.id)
            // Other requests of this server go on between the slices.
            await Task.yield()
        }
        let units = tally.units.map { (unit: asker.tag($0.key), count: $0.value) }.sorted {
            ($1.count.proposed, $0.unit.label) < ($0.count.proposed, $1.unit.label)
        }
        return RoutingPreview(month: String(first.text.prefix(7)), tally: tally, units: units, isWhole: isWhole)
    }

    /// Cases one preview looks at.
    package static let previewMost = 50_000
    private static let previewSlice = 1_000

    /// A slice of the cases opened between two moments, with the unit that got each of them first and still has it.
    static func month(_ from: Date, _ until: Date, after: PageKey?, limit: Int) -> SQL {
        let bound: SQL = after.map { "and (v.opened_at, v.case_id) < (\($0.at)::timestamptz, \($0.id)::uuid)" } ?? ""
        return """
            with me as materialized (select s.city_id, s.unit_id from bihuan.sessions s),
            page as materialized (
              select v.city_id, v.case_id, v.opened_at
                from bihuan.case_visibility v
               where v.city_id = (select city_id from me) and v.unit_id = (select unit_id from me)
                 and v.opened_at >= \(from)::timestamptz and v.opened_at < \(until)::timestamptz
                 and not v.is_drill \(bound)
               order by v.opened_at desc, v.case_id desc
               limit \(limit)
            )
            select c.case_id, c.opened_at, c.owner_unit, c.plan_id, c.plan_version, c.title, c.content, c.place,
                   c.category, c.level, c.matter, h.to_unit,
                   case when c.is_sealed then bihuan.recused_units(c.case_id) end as recused
              from page
              join bihuan.cases c on c.city_id = page.city_id and c.case_id = page.case_id
              left join lateral (
                select a.to_unit
                  from bihuan.assignments a
                 where a.city_id = c.city_id and a.case_id = c.case_id and a.parent_id is null and a.role = 'lead'
                 order by a.state in ('returned', 'recalled'), a.assigned_at, a.assignment_id
                 limit 1
              ) h on true
             order by c.opened_at desc, c.case_id desc
            """
    }
}

/// A case as a preview needs it.
private struct PastCase: Sendable {
    let id: UUID
    let openedAt: Date
    let owner: UnitID
    let plan: CityBook.PlanKey
    let text: RoutingText
    let recused: [UnitID]
    let handler: UnitID?

    init(_ row: Row) throws(PostgresError) {
        self.id = try row.get("case_id")
        self.openedAt = try row.get("opened_at")
        self.owner = try row.unit("owner_unit")
        self.plan = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
        self.text = try RoutingText(row)
        self.recused = try row.units("recused")
        let handler: Int? = try row.get("to_unit")
        self.handler = handler.map { UnitID(rawValue: $0) }
    }
}

extension RoutingView {
    init(
        _ proposal: RoutingProposal, of ref: String?, from owner: UnitID?, _ router: Router, _ asker: Queries.Asker
    ) {
        func picks(_ picks: [RoutingProposal.Pick]) -> [Pick] { picks.map { Pick($0, asker) } }
        self.caseRef = ref
        self.lead = proposal.lead.map { Pick($0, asker) }
        self.firstHop = proposal.lead.flatMap { lead in
            owner.flatMap { router.firstHop(to: lead.unit, from: $0) }.map { asker.tag($0) }
        }
        self.assists = picks(proposal.assists)
        self.guides = picks(proposal.guides)
        self.informs = picks(proposal.informs)
        self.alternatives = picks(proposal.alternatives)
        self.areaConfidence = proposal.area.confidence
        self.areaUnits = proposal.area.units.map { asker.tag($0) }
        self.areaMatches = proposal.area.matches
        self.lineConfidence = proposal.line.confidence
        self.lines = proposal.line.lines
        self.lineMatches = proposal.line.matches
        self.gaps = proposal.gaps
    }
}

extension RoutingView.Pick {
    fileprivate init(_ pick: RoutingProposal.Pick, _ asker: Queries.Asker) {
        self.unit = asker.tag(pick.unit)
        self.role = pick.role
        self.roleName = pick.roleName
        switch pick.because {
        case .city(let number, let reason):
            self.source = "city"
            self.number = number
            self.requirements = []
            self.why = "本市规则 \(number)：\(reason)"
        case .plan(let number, let requirements):
            self.source = "plan"
            self.number = number
            self.requirements = requirements
            self.why = "预案派单规则第 \(number) 条\(pick.roleName.map { "：\($0)" } ?? "")"
        case .matter(let matter, let requirements):
            self.source = "matter"
            self.number = nil
            self.requirements = requirements
            self.why = "预案事项 \(matter) 归\(pick.roleName ?? "")"
        case .mayBeMeant:
            self.source = "doubt"
            self.number = nil
            self.requirements = []
            self.why = "属地有歧义，也可能是该单位"
        }
    }
}

extension RoutingPreview {
    /// What is missing, the most frequent first.
    package var gapsInOrder: [(kind: RoutingProposal.Gap.Kind, cases: Int)] {
        RoutingProposal.Gap.Kind.allCases.compactMap { kind in self.tally.gaps[kind].map { (kind: kind, cases: $0) } }
            .sorted { $0.cases > $1.cases }
    }
}
