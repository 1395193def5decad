import BihuanDomain
import FoundationEssentials
import Postgres

/// Rows of a batch whose leads were taken in before and belong to no case yet: each opens a case, which takes its text
/// from the lead as it stands by then. The lead stays with the unit that took it in.
struct ImportAdoptions {
    private var caseIDs: [UUID] = []
    private var refs: [String] = []
    private var leadIDs: [UUID] = []
    private var clocks = ImportedClocks()
    private var references: [String] = []

    var isEmpty: Bool { self.caseIDs.isEmpty }

    /// - Parameters:
    ///   - leadID: A locked lead without a case.
    ///   - reference: The lead's number at its source.
    ///   - ref: Number of the case.
    ///   - clocks: What runs from its registration on.
    mutating func append(
        _ leadID: UUID, reference: String, ref: String, clocks: [ClockRecord], ids mint: inout UUIDv7Mint
    ) {
        let record: UUID = mint.next()
        self.caseIDs.append(record)
        self.clocks.append(clocks, of: record, ids: &mint)
        self.leadIDs.append(leadID)
        self.references.append(reference)
        self.refs.append(ref)
    }

    /// The writes, in the order that references and visibility ask for; revisions of the leads come before them.
    func statements(_ site: ImportSite, source: String, who: ImportActor, now: Date) -> [SQL] {
        [self.cases(site, now: now), self.leads(site)]
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
        select l.city_id, u.case_id, u.ref, \(site.rootUnit), 'registered', l.title, l.content, l.category,
               l.place, l.channel, \(site.planID), \(site.planVersion), l.occurred_at, l.received_at, \(now), 1
          from unnest(\(self.caseIDs)::uuid[], \(self.refs)::text[], \(self.leadIDs)::uuid[])
               as u (case_id, ref, lead_id)
          join bihuan.leads l on l.city_id = \(site.cityID) and l.lead_id = u.lead_id
        """
    }

    private func leads(_ site: ImportSite) -> SQL {
        """
        update bihuan.leads l
           set case_id = u.case_id
          from unnest(\(self.caseIDs)::uuid[], \(self.leadIDs)::uuid[]) as u (case_id, lead_id)
         where l.city_id = \(site.cityID) and l.lead_id = u.lead_id
        """
    }
}
