package import BihuanDomain
package import Foundation
import Postgres

/// One entry of a case's log (流转轨迹).
package struct EventView: Sendable {
    package let seq: Int
    package let at: Date
    package let kind: EventKind
    package let assignment: String?
    /// Name and unit of the officer, or the system.
    package let actor: String
    package let unit: UnitTag?
    package let via: String
    package let reason: String?
    package let detail: [String: String]
    /// SHA-256 chain value, in hexadecimal.
    package let hash: String
}

/// A case's log as far as the asker sees it.
package struct Timeline: Sendable {
    package let caseRef: String
    package let isDrill: Bool
    package let events: [EventView]
    package let offset: UTCOffset
}

extension Queries {
    /// What happened to a case, first to last. Entries about hops the asker does not see are left out.
    package func timeline(_ token: String, _ key: ObjectKey) async throws(DeskError) -> Timeline {
        let id = Target.record(key).caseID(in: Self.city)
        return try await self.ask(
            token,
            [
                "select c.ref, c.is_drill from bihuan.cases c where c.city_id = \(Self.city) and c.case_id = \(id)",
                """
                select e.seq, e.at, e.kind, a.ref as assignment_ref, e.actor, o.name as officer_name, h.name as acting_for, e.unit_id, e.via,
                       e.reason, x.ref as other_ref, e.detail, encode(e.hash, 'hex') as hash
                  from bihuan.events e
                  left join bihuan.assignments a on a.city_id = e.city_id and a.assignment_id = e.assignment_id
                  left join bihuan.officers o on o.city_id = e.city_id and o.officer_id = e.officer_id
                  -- Another case is named by its id, and told by its ref to whoever sees it.
                  left join bihuan.cases x
                    on x.city_id = e.city_id and e.kind in ('merged', 'absorbed', 'unmerged', 'parted')
                   and x.case_id = (e.detail ->> 'case_id')::uuid
                  left join bihuan.posts p
                    on p.city_id = e.city_id and p.post_id = nullif(split_part(e.actor, ' for:', 2), '')::uuid
                  left join bihuan.officers h on h.city_id = p.city_id and h.officer_id = p.officer_id
                 where e.city_id = \(Self.city) and e.case_id = \(id)
                 order by e.seq
                """,
                Self.note("timeline", of: .record(key)),
            ]
        ) { answers, asker throws(PostgresError) -> Timeline? in
            guard let row = answers[0].rows.first else { return nil }
            let events = try answers[1].rows.map { row throws(PostgresError) in try EventView(row, asker) }
            return Timeline(
                caseRef: try row.get("ref"), isDrill: try row.get("is_drill"), events: events,
                offset: asker.book.offset)
        }.orNotFound()
    }
}

extension EventView {
    private static let kindsOfMerging: Set<EventKind> = [.merged, .absorbed, .unmerged, .parted]

    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.seq = try row.get("seq")
        self.at = try row.get("at")
        self.kind = try row.word("kind")
        self.assignment = try row.get("assignment_ref")
        let name: String? = try row.get("officer_name")
        let actingFor: String? = try row.get("acting_for")
        if let name {
            self.actor = name + (actingFor.map { "（代理\($0)）" } ?? "")
        } else {
            self.actor = try row.get("actor")
        }
        let unit: Int? = try row.get("unit_id")
        self.unit = unit.map { asker.tag(UnitID(rawValue: $0)) }
        self.via = try row.get("via")
        self.reason = try row.get("reason")
        let detail: JSON = try row.get("detail")
        let other: String? = try row.get("other_ref")
        do {
            var members = try JSONDecoder().decode([String: String].self, from: Data(detail.text.utf8))
            if let other { members["case"] = other }
            // That another case was merged is told to whoever is on this one; which it is, and how grave, to whoever sees it.
            if Self.kindsOfMerging.contains(self.kind), other == nil {
                for hidden in ["case_id", "level", "level_unknown"] { members[hidden] = nil }
            }
            self.detail = members
        } catch {
            throw PostgresError(.decoding, "an event's detail is no object of texts: \(error)", column: "detail")
        }
        self.hash = try row.get("hash")
    }
}
