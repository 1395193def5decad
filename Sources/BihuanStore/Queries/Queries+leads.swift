package import BihuanDomain
package import Foundation
import Postgres

/// A lead. It does not say who wrote it, because nobody asked.
package struct LeadView: Sendable {
    package let id: LeadID
    package let unit: UnitTag
    package let source: String
    package let reference: String?
    package let channel: String
    package let title: String
    package let content: String
    package let category: String?
    package let place: String?
    package let outlet: String?
    package let link: String?
    package let reply: String?
    package let repliedAt: Date?
    package let occurredAt: Date?
    package let receivedAt: Date
    package let recordedAt: Date
    package let revision: Int
    package let caseRef: String?
    /// Part of a drill; a lead that came in earnest never is.
    package let isDrill: Bool
    package let offset: UTCOffset
}

extension Queries {
    static func leads(_ condition: SQL, _ order: SQL = "l.received_at, l.lead_id") -> SQL {
        """
        select l.lead_id, l.unit_id, l.source, l.reference, l.channel, l.title, l.content, l.category, l.place,
               l.outlet, l.link, l.reply, l.replied_at, l.occurred_at, l.received_at, l.recorded_at, l.revision,
               l.is_drill, c.ref as case_ref
          from bihuan.leads l
          left join bihuan.cases c on c.city_id = l.city_id and c.case_id = l.case_id
         where l.city_id = \(Self.city) and \(condition)
         order by \(order)
        """
    }

    /// Leads of the asker's unit and those below it that belong to no case yet, newest first.
    package func looseLeads(
        _ token: String, after: PageKey? = nil, limit: Int = 50
    ) async throws(DeskError) -> Page<LeadView> {
        let condition: SQL = """
            l.case_id is null
            and (l.received_at, l.lead_id) <
                (coalesce(\(after?.at)::timestamptz, 'infinity'),
                 coalesce(\(after?.id)::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
            """
        let sql: SQL = "\(Self.leads(condition, "l.received_at desc, l.lead_id desc")) limit \(limit + 1)"
        return try await self.ask(token, [sql]) { answers, asker throws(PostgresError) in
            let items = try answers[0].rows.map { row throws(PostgresError) in try LeadView(row, asker) }
            return Page(items, limit: limit) { PageKey(at: $0.receivedAt, id: $0.id.rawValue) }
        }
    }

    package func lead(_ token: String, id: LeadID) async throws(DeskError) -> LeadView {
        try await self.ask(
            token,
            [Self.leads("l.lead_id = \(id.rawValue)"), Self.note("lead", ofCase: Self.caseID(ofLead: id))]
        ) { answers, asker throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in try LeadView(row, asker) }
        }.orNotFound()
    }
}

extension LeadView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.id = try row.identifier("lead_id")
        self.unit = asker.tag(try row.unit("unit_id"))
        self.source = try row.get("source")
        self.reference = try row.get("reference")
        self.channel = try row.get("channel")
        self.title = try row.get("title")
        self.content = try row.get("content")
        self.category = try row.get("category")
        self.place = try row.get("place")
        self.outlet = try row.get("outlet")
        self.link = try row.get("link")
        self.reply = try row.get("reply")
        self.repliedAt = try row.get("replied_at")
        self.occurredAt = try row.get("occurred_at")
        self.receivedAt = try row.get("received_at")
        self.recordedAt = try row.get("recorded_at")
        self.revision = try row.get("revision")
        self.caseRef = try row.get("case_ref")
        self.isDrill = try row.get("is_drill")
        self.offset = asker.book.offset
    }
}

extension Page {
    /// Cuts a list that was read one row too long.
    /// - Parameter items: one more than the page holds, if there is more.
    init(_ items: consuming [Item], limit: Int, key: (Item) -> PageKey) {
        var items = items
        if items.count > limit {
            // Cut in place: a copy would retain everything in every item.
            items.removeLast(items.count - limit)
            self.next = items.last.map(key)
        } else {
            self.next = nil
        }
        self.items = items
    }
}
