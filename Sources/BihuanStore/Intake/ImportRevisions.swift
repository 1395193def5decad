import BihuanDomain
import FoundationEssentials
import Postgres

/// Changed rows of a batch: the former text is kept as a revision, the lead takes the new one, and its case gets an
/// event. The case's own text stays as it was registered; who works on it decides what the change means.
struct ImportRevisions {
    /// A lead as the database has it, locked.
    struct Former {
        var leadID: UUID
        var caseID: UUID?
        var revision: Int
        var channel: String
        var title: String
        var content: String
        var category: String?
        var place: String?
        var outlet: String?
        var link: String?
        var reply: String?
        var repliedAt: Date?
        var occurredAt: Date?
        var receivedAt: Date

        /// The fields that another reading tells differently, in the order of ``LeadField``.
        func differences(from lead: Lead) -> [LeadField] {
            func same(_ left: Date?, _ right: Date?) -> Bool {
                // PostgreSQL keeps microseconds.
                switch (left, right) {
                case (nil, nil): true
                case (let left?, let right?): abs(left.timeIntervalSince(right)) < 0.000_001
                default: false
                }
            }
            var fields: [LeadField] = []
            if self.channel != lead.channel { fields.append(.channel) }
            if self.title != lead.title { fields.append(.title) }
            if self.content != lead.content { fields.append(.content) }
            if self.category != lead.category { fields.append(.category) }
            if self.place != lead.place { fields.append(.place) }
            if self.outlet != lead.outlet { fields.append(.outlet) }
            if self.link != lead.link { fields.append(.link) }
            if self.reply != lead.reply { fields.append(.reply) }
            if !same(self.repliedAt, lead.repliedAt) { fields.append(.repliedAt) }
            if !same(self.occurredAt, lead.occurredAt) { fields.append(.occurredAt) }
            if lead.isReceiptStated, !same(self.receivedAt, lead.receivedAt) { fields.append(.receivedAt) }
            return fields
        }
    }

    private var leadIDs: [UUID] = []
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

    // One for each event; a case may have several leads that changed.
    private var eventCases: [UUID] = []
    private var eventSeqs: [Int] = []
    private var eventLeads: [UUID] = []
    private var eventReferences: [String] = []
    private var eventRevisions: [Int] = []
    private var eventFields: [String] = []
    /// Version of each case after the batch.
    private var versions: [UUID: Int] = [:]

    var isEmpty: Bool { self.leadIDs.isEmpty }

    /// - Parameter lockedCase: The lead's case and its version when it was locked; nil for a lead without a case.
    mutating func append(_ row: ImportBatch.Row, over former: Former, lockedCase: (id: UUID, version: Int)?) {
        let lead = row.lead
        self.leadIDs.append(former.leadID)
        self.hashes.append(row.hash)
        self.channels.append(lead.channel)
        self.titles.append(lead.title)
        self.contents.append(lead.content)
        self.categories.append(lead.category)
        self.places.append(lead.place)
        self.outlets.append(lead.outlet)
        self.links.append(lead.link)
        self.replies.append(lead.reply)
        self.repliedAts.append(lead.repliedAt)
        self.occurredAts.append(lead.occurredAt)
        self.receivedAts.append(lead.isReceiptStated ? lead.receivedAt : former.receivedAt)

        guard let lockedCase else { return }
        let version = (self.versions[lockedCase.id] ?? lockedCase.version) + 1
        self.versions[lockedCase.id] = version
        self.eventCases.append(lockedCase.id)
        self.eventSeqs.append(version)
        self.eventLeads.append(former.leadID)
        self.eventReferences.append(row.reference)
        self.eventRevisions.append(former.revision + 1)
        self.eventFields.append(former.differences(from: lead).map(\.rawValue).joined(separator: ","))
    }

    func statements(_ site: ImportSite, source: String, who: ImportActor, now: Date) -> [SQL] {
        var statements = [self.revisions(site, now: now), self.leads(site)]
        if !self.eventCases.isEmpty {
            statements.append(self.cases(site))
            statements.append(self.events(site, source: source, who: who, now: now))
        }
        return statements
    }

    private func revisions(_ site: ImportSite, now: Date) -> SQL {
        """
        insert into bihuan.lead_revisions (city_id, lead_id, revision, content_hash, fields, replaced_at)
        select l.city_id, l.lead_id, l.revision, l.content_hash,
               jsonb_build_object(
                 'channel', l.channel, 'title', l.title, 'content', l.content, 'category', l.category,
                 'place', l.place, 'outlet', l.outlet, 'link', l.link, 'reply', l.reply,
                 'replied_at', l.replied_at, 'occurred_at', l.occurred_at, 'received_at', l.received_at),
               \(now)
          from bihuan.leads l
         where l.city_id = \(site.cityID) and l.lead_id = any(\(self.leadIDs)::uuid[])
        """
    }

    private func leads(_ site: ImportSite) -> SQL {
        """
        update bihuan.leads l
           set channel = u.channel, title = u.title, content = u.content, category = u.category, place = u.place,
               outlet = u.outlet, link = u.link, reply = u.reply, replied_at = u.replied_at,
               occurred_at = u.occurred_at, received_at = u.received_at, content_hash = u.content_hash,
               revision = l.revision + 1, grams = null
          from unnest(\(self.leadIDs)::uuid[], \(self.hashes)::bytea[], \(self.channels)::text[],
                      \(self.titles)::text[], \(self.contents)::text[], \(self.categories)::text[],
                      \(self.places)::text[], \(self.outlets)::text[], \(self.links)::text[],
                      \(self.replies)::text[], \(self.repliedAts)::timestamptz[],
                      \(self.occurredAts)::timestamptz[], \(self.receivedAts)::timestamptz[])
               as u (lead_id, content_hash, channel, title, content, category, place, outlet, link, reply,
                     replied_at, occurred_at, received_at)
         where l.city_id = \(site.cityID) and l.lead_id = u.lead_id
        """
    }

    private func cases(_ site: ImportSite) -> SQL {
        let versions = self.versions.sorted { $0.key.uuidString < $1.key.uuidString }
        return """
            update bihuan.cases c
               set version = u.version
              from unnest(\(versions.map(\.key))::uuid[], \(versions.map(\.value))::bigint[]) as u (case_id, version)
             where c.city_id = \(site.cityID) and c.case_id = u.case_id
            """
    }

    /// Every value of the detail is a text: readers of the log take it for an object of texts.
    private func events(_ site: ImportSite, source: String, who: ImportActor, now: Date) -> SQL {
        """
        insert into bihuan.events (city_id, case_id, seq, at, kind, actor, via, reason, detail)
        select \(site.cityID), u.case_id, u.seq, \(now), 'revised', \(who.name), 'local', \(who.reason),
               jsonb_build_object('lead', u.lead_id, 'source', \(source)::text, 'reference', u.reference,
                                  'revision', u.revision::text, 'fields', u.fields)
          from unnest(\(self.eventCases)::uuid[], \(self.eventSeqs)::bigint[], \(self.eventLeads)::uuid[],
                      \(self.eventReferences)::text[], \(self.eventRevisions)::bigint[],
                      \(self.eventFields)::text[])
               as u (case_id, seq, lead_id, reference, revision, fields)
         order by u.case_id, u.seq
        """
    }
}
