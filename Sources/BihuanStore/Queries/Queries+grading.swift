package import BihuanDomain
package import Foundation
import Postgres

/// One grading of a case (定级记录): what was judged, on what, what the plan proposed, and what became of it.
package struct GradingView: Sendable {
    /// 1 for the first of the case.
    package let number: Int
    package let gradedAt: Date
    package let unit: UnitTag
    /// Of the officer who graded.
    package let officer: String
    /// The level the case has from then on, and the one that was judged, before a sensitive period raised it.
    package let level: String
    package let judged: String
    /// What the plan proposed; nil: nothing spoke for any level.
    package let proposed: String?
    package let assessment: Assessment
    package let matches: [LevelProposal.Match]
    package let sensitivePeriod: String?
    package let reason: String
    package let offset: UTCOffset
}

/// One count of a case's spread (态势).
package struct SpreadView: Sendable {
    package let number: Int
    package let observedAt: Date
    package let recordedAt: Date
    package let counts: SpreadCounts
    package let source: String?
    package let unit: UnitTag
    package let offset: UTCOffset
}

/// What the plan proposes for a case, asked before it is graded.
package struct ProposalView: Sendable {
    package let caseRef: String
    package let proposal: LevelProposal
    /// As a sensitive period would raise the proposed level today.
    package let raise: SensitivePeriod.Raise?
    /// The plan's scheme, for who is to choose.
    package let scheme: LevelScheme
    package let spread: SpreadCounts?
}

extension Queries {
    /// How a case was graded, in order.
    package func gradings(ofCase key: ObjectKey, _ token: String) async throws(DeskError) -> [GradingView] {
        try await self.ofCase(
            key, token,
            """
            select g.number, g.graded_at, g.level, g.judged, g.proposed, g.scores, g.criteria, g.triggers, g.matches,
                   g.sensitive_period, g.unit_id, coalesce(o.name, '') as officer_name, g.reason
              from bihuan.gradings g
              left join bihuan.officers o on o.city_id = g.city_id and o.officer_id = g.officer_id
             where g.city_id = \(Self.city) and g.case_id = \(Target.record(key).caseID(in: Self.city))
             order by g.number
            """
        ) { row, asker throws(PostgresError) in try GradingView(row, asker) }
    }

    /// How a case spread, in the order of observation.
    package func spread(ofCase key: ObjectKey, _ token: String) async throws(DeskError) -> [SpreadView] {
        try await self.ofCase(
            key, token,
            """
            select number, observed_at, recorded_at, reads, comments, outlets, heat, source, unit_id
              from bihuan.spread_samples
             where city_id = \(Self.city) and case_id = \(Target.record(key).caseID(in: Self.city))
             order by observed_at, number
            """
        ) { row, asker throws(PostgresError) in try SpreadView(row, asker) }
    }

    /// What the plan proposes for a case upon an assessment.
    ///
    /// - Throws: `.refused(.badFields)` for what the plan does not know.
    package func proposal(
        ofCase key: ObjectKey, _ assessment: Assessment, _ token: String
    ) async throws(DeskError) -> ProposalView {
        let target = Target.record(key)
        let id = target.caseID(in: Self.city)
        let answer = try await self.ask(
            token,
            [
                """
                select c.ref, c.plan_id, c.plan_version, bihuan.now() as now
                  from bihuan.cases c
                 where c.city_id = \(Self.city) and c.case_id = \(id)
                """,
                DocketReading.spread(of: target, in: Self.city), Self.note("proposal", of: target),
            ]
        ) { answers, asker throws(PostgresError) -> Result<ProposalView, Refusal>? in
            guard let row = answers[0].rows.first else { return nil }
            let key = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
            guard let plan = asker.book.plans[key] else {
                throw PostgresError(.decoding, "plan \(key.id) version \(key.version) cannot be read")
            }
            let faults = assessment.faults(against: plan.cases)
            guard faults.isEmpty else { return .failure(.badFields(faults)) }
            let spread = try answers[1].rows.first.map { row throws(PostgresError) in try SpreadCounts(row) }
            let proposal = plan.cases.proposal(for: assessment, spread: spread)
            let today = CivilDay(try row.get("now"), offset: asker.book.offset)
            let raise = proposal.level.flatMap {
                plan.raise(of: $0, in: .record, on: today, during: asker.book.sensitivePeriods)
            }
            return .success(
                ProposalView(
                    caseRef: try row.get("ref"), proposal: proposal, raise: raise, scheme: plan.cases, spread: spread))
        }.orNotFound()
        do throws(Refusal) { return try answer.get() } catch { throw .refused(error) }
    }
}

extension GradingView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.number = try row.get("number")
        self.gradedAt = try row.get("graded_at")
        self.unit = asker.tag(try row.unit("unit_id"))
        self.officer = try row.get("officer_name")
        self.level = try row.get("level")
        self.judged = try row.get("judged")
        self.proposed = try row.get("proposed")
        let scores: JSON = try row.get("scores")
        self.assessment = Assessment(
            scores: try scores.value(of: "scores"), criteria: try row.get("criteria"), triggers: try row.get("triggers")
        )
        let matches: JSON = try row.get("matches")
        self.matches = try matches.value(of: "matches")
        self.sensitivePeriod = try row.get("sensitive_period")
        self.reason = try row.get("reason")
        self.offset = asker.book.offset
    }
}

extension SpreadView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.number = try row.get("number")
        self.observedAt = try row.get("observed_at")
        self.recordedAt = try row.get("recorded_at")
        self.counts = try SpreadCounts(row)
        self.source = try row.get("source")
        self.unit = asker.tag(try row.unit("unit_id"))
        self.offset = asker.book.offset
    }
}
