import BihuanDomain
import FoundationEssentials
import Postgres

/// New rows of a batch, column by column as `unnest` takes them: each becomes a case, its lead, its first event and
/// the clocks that run from then on.
struct ImportRegistrations {
    private var caseIDs: [UUID] = []
    private var refs: [String] = []
    private var leadIDs: [UUID] = []
    private var clocks = ImportedClocks()
    private var references: [String] = []
    private var hashes: [[UInt8]] = []
    private var channels: [String] = []
    private var titles: [String] = []
    private var contents: [String] = []
    private var categories: [String?] = []
    private var places: [String?] = []
    private var outlets: [String?] = []
    private var links: [String?] = []
    private var replies: [String?] = []
    private var repliedAts: [Date?] = []
    private var occurredAts: [Date?] = []
    private var receivedAts: [Date] = []

    var isEmpty: Bool { self.caseIDs.isEmpty }

    mutating func append(
        _ row: ImportBatch.Row, ref: String, clocks: [ClockRecord], ids mint: inout UUIDv7Mint, now: Date
    ) {
        let record: UUID = mint.next()
        self.caseIDs.append(record)
        self.leadIDs.append(mint.next())
        self.clocks.append(clocks, of: record, ids: &mint)
        self.refs.append(ref)
        self.references.append(row.reference)
        self.hashes.append(row.hash)
        self.channels.append(row.lead.channel)
        self.titles.append(row.lead.title)
        self.contents.append(row.lead.content)
        self.categories.append(row.lead.category)
        self.places.append(row.lead.place)
        self.outlets.append(row.lead.outlet)
        self.links.append(row.lead.link)
        self.replies.append(row.lead.reply)
        self.repliedAts.append(row.lead.repliedAt)
        self.occurredAts.append(row.lead.occurredAt)
        self.receivedAts.append(row.receivedAt(ifUnstated: now))
    }

    /// The writes, in the order that references and visibility ask for.
    func statements(_ site: ImportSite, source: String, who: ImportActor, now: Date) -> [SQL] {
        [self.cases(site, now: now), self.leads(site, source: source, now: now)]
            + [
                ImportSQL.registered(
                    site, cases: self.caseIDs, leads: self.leadIDs, references: self.references, source: source,
                    who: who, now: now)
            ] + self.clocks.statements(site)
    }

    private func cases(_ site: ImportSite, now: Date) -> SQL {
        """
        insert into bihuan.cases
               (city_id, case_id, ref, owner_unit, state, title, content, category, place, channel,
                plan_id, plan_version, occurred_at, received_at, opened_at, version)
        select \(site.cityID), u.case_id, u.ref, \(site.rootUnit), 'registered', u.title, u.content, u.category,
               u.place, u.channel, \(site.planID), \(site.planVersion), u.occurred_at, u.received_at, \(now), 1
          from unnest(\(self.caseIDs)::uuid[], \(self.refs)::text[], \(self.titles)::text[],
                      \(self.contents)::text[], \(self.categories)::text[], \(self.places)::text[],
                      \(self.channels)::text[], \(self.occurredAts)::timestamptz[],
                      \(self.receivedAts)::timestamptz[])
               as u (case_id, ref, title, content, category, place, channel, occurred_at, received_at)
        """
    }

    /// What a lead shares with its case is taken from there: it need not travel twice.
    private func leads(_ site: ImportSite, source: String, now: Date) -> SQL {
        """
        insert into bihuan.leads
               (city_id, lead_id, unit_id, case_id, source, reference, channel, title, content, category, place,
                outlet, link, reply, replied_at, occurred_at, received_at, recorded_at, content_hash)
        select c.city_id, u.lead_id, c.owner_unit, c.case_id, \(source), u.reference, c.channel, c.title, c.content,
               c.category, c.place, u.outlet, u.link, u.reply, u.replied_at, c.occurred_at, c.received_at, \(now),
               u.content_hash
          from unnest(\(self.caseIDs)::uuid[], \(self.leadIDs)::uuid[], \(self.references)::text[],
                      \(self.hashes)::bytea[], \(self.outlets)::text[], \(self.links)::text[],
                      \(self.replies)::text[], \(self.repliedAts)::timestamptz[])
               as u (case_id, lead_id, reference, content_hash, outlet, link, reply, replied_at)
          join bihuan.cases c on c.city_id = \(site.cityID) and c.case_id = u.case_id
        """
    }
}
