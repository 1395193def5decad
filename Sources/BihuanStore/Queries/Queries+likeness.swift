package import BihuanDomain
import Foundation
import Postgres

/// A case that a case or a lead is like.
package struct SuggestionView: Sendable {
    package let caseID: CaseID
    package let caseRef: String
    package let title: String
    package let state: CaseState
    /// 0…1.
    package let score: Double
    package let why: [LikenessFinding.Why]
    package let proposes: LikenessFinding.Proposal
}

extension Queries {
    /// What cases a case is like, the most like first; only those the asker sees.
    package func similar(
        toCase key: ObjectKey, limit: Int = 10, _ token: String
    ) async throws(DeskError) -> [SuggestionView] {
        let id = Target.record(key).caseID(in: Self.city)
        let source: SQL = """
            select c.title, c.content, c.place, c.received_at, c.is_drill, c.case_id,
                   (select min(l.link) from bihuan.leads l where l.city_id = c.city_id and l.case_id = c.case_id) as link
              from bihuan.cases c
             where c.city_id = \(Self.city) and c.case_id = \(id)
            """
        return try await self.similar(to: source, noting: id, isLead: false, limit, token)
    }

    /// The same for a lead, leaving out the case it belongs to.
    package func similar(
        toLead id: LeadID, limit: Int = 10, _ token: String
    ) async throws(DeskError) -> [SuggestionView] {
        let source: SQL = """
            select l.title, l.content, l.place, l.received_at, l.is_drill, l.case_id, l.link
              from bihuan.leads l
             where l.city_id = \(Self.city) and l.lead_id = \(id.rawValue)
            """
        return try await self.similar(to: source, noting: Self.caseID(ofLead: id), isLead: true, limit, token)
    }

    private func similar(
        to source: SQL, noting record: SQL, isLead: Bool, _ limit: Int, _ token: String
    ) async throws(DeskError) -> [SuggestionView] {
        let asked = try await self.ask(token, [source, Self.note("similar", ofCase: record)]) {
            answers, asker throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in
                try LikenessQuestion(row, asker.identity.city)
            }
        }.orNotFound()
        return try await self.ask(token, [asked.candidates]) { answers, asker throws(PostgresError) in
            // A case has as many chances as it has leads; the best counts.
            var best: [CaseID: SuggestionView] = [:]
            for row in answers[0].rows {
                guard let view = try asked.suggestion(row, isLead: isLead) else { continue }
                if best[view.caseID].map({ $0.score < view.score }) ?? true { best[view.caseID] = view }
            }
            let sorted = best.values.sorted { ($1.score, $0.caseRef) < ($0.score, $1.caseRef) }
            return Array(sorted.prefix(limit))
        }
    }
}

/// What is looked for.
private struct LikenessQuestion: Sendable {
    let likeness: Likeness
    let grams: [Int]
    let link: String?
    let place: String?
    let receivedAt: Date
    let isDrill: Bool
    let record: UUID?

    init(_ row: Row, _ city: CityID) throws(PostgresError) {
        let title: String = try row.get("title")
        let content: String = try row.get("content")
        self.likeness = Likeness(title: title, content: content)
        self.grams = Likeness.grams(title: title, content: content, in: city)
        self.link = Likeness.key(ofLink: try row.get("link"))
        self.place = Likeness.key(ofPlace: try row.get("place"))
        self.receivedAt = try row.get("received_at")
        self.isDrill = try row.get("is_drill")
        self.record = try row.get("case_id")
    }

    /// What the function found is read under the asker's own policies once more.
    var candidates: SQL {
        """
        select l.title, l.content, l.link_key, l.place_key, l.received_at, c.case_id, c.ref, c.title as case_title, c.state
          from bihuan.similar_leads(
                 \(self.grams)::integer[], \(self.link), \(self.place), \(self.receivedAt)::timestamptz, \(self.isDrill),
                 \(self.record)::uuid) s
          join bihuan.leads l on l.city_id = \(Queries.city) and l.lead_id = s.lead_id
          join bihuan.cases c on c.city_id = l.city_id and c.case_id = l.case_id
         where c.state not in ('merged', 'archived')
        """
    }

    func suggestion(_ row: Row, isLead: Bool) throws(PostgresError) -> SuggestionView? {
        let link: String? = try row.get("link_key")
        let place: String? = try row.get("place_key")
        let receivedAt: Date = try row.get("received_at")
        let state: CaseState = try row.word("state")
        let text = self.likeness.score(Likeness(title: try row.get("title"), content: try row.get("content")))
        guard
            let finding = LikenessFinding(
                text: text, sameLink: link != nil && link == self.link, samePlace: place != nil && place == self.place,
                apart: receivedAt.timeIntervalSince(self.receivedAt))
        else { return nil }
        return SuggestionView(
            caseID: try row.identifier("case_id"), caseRef: try row.get("ref"), title: try row.get("case_title"),
            state: state, score: finding.score, why: finding.why,
            proposes: !state.isOpen ? .reopen : isLead ? .attach : .merge)
    }
}

extension ClockClaims {
    /// Computes of leads that nobody has read what they are like, some at a time.
    ///
    /// - Returns: leads read; 0: there are no more.
    package func readLeads(_ limit: Int = 500) async throws(DeskError) -> Int {
        try await self.pools.asWorker { connection throws(PostgresError) in
            let rows = try connection.query("select * from bihuan.unread_leads(\(limit)::integer)").rows
            guard !rows.isEmpty else { return 0 }
            _ = try connection.flight(
                rows.map { row throws(PostgresError) -> SQL in
                    let city: Int = try row.get("city_id")
                    let lead: UUID = try row.get("lead_id")
                    let grams = Likeness.grams(
                        title: try row.get("title"), content: try row.get("content"), in: CityID(rawValue: city))
                    return """
                        select bihuan.note_likeness(
                          \(city)::integer, \(lead), \(grams)::integer[], \(Likeness.key(ofLink: try row.get("link"))),
                          \(Likeness.key(ofPlace: try row.get("place"))))
                        """
                })
            return rows.count
        }
    }
}
