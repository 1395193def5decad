import BihuanDomain
import FoundationEssentials
import Postgres

/// The statements of an import. All run as the owner, so each names the city itself.
enum ImportSQL {
    /// At most one row: the city with its dispatch office and the plan it has adopted.
    static func site(_ code: String) -> SQL {
        """
        select c.city_id, c.ref_prefix, p.plan_id, p.plan_version, u.unit_id as root_unit, t.now
          from bihuan.cities c
         cross join (select bihuan.now() as now) t
          left join bihuan.units u on u.city_id = c.city_id and u.parent_id is null
          left join lateral (
            select a.plan_id, a.plan_version
              from bihuan.plan_adoptions a
             where a.city_id = c.city_id
               and a.effective_on <= (t.now at time zone 'UTC' + make_interval(mins => c.utc_offset_minutes))::date
             order by a.effective_on desc
             limit 1
          ) p on true
         where c.code = \(code)
        """
    }

    /// Held by the connection until it is given back or broken: one import of a source at a time.
    static func tryLock(_ site: ImportSite, _ source: String) -> SQL {
        "select pg_try_advisory_lock(hashtextextended(\(Self.lockName(site, source)), 0)) as held"
    }

    static func unlock(_ site: ImportSite, _ source: String) -> SQL {
        "select pg_advisory_unlock(hashtextextended(\(Self.lockName(site, source)), 0)) as held"
    }

    private static func lockName(_ site: ImportSite, _ source: String) -> String {
        "bihuan.import:\(site.cityID):\(source)"
    }

    /// The last unfinished reading of the same file through the same map.
    static func unfinishedRun(_ site: ImportSite, _ source: String, _ fileHash: [UInt8]) -> SQL {
        """
        select run_id, records, imported, unchanged, changed, rejected
          from bihuan.import_runs
         where city_id = \(site.cityID) and file_hash = \(fileHash) and source = \(source) and finished_at is null
         order by started_at desc
         limit 1
        """
    }

    static func openRun(_ site: ImportSite, _ run: UUID, _ source: String, _ fileHash: [UInt8]) -> SQL {
        """
        insert into bihuan.import_runs (city_id, run_id, source, file_hash)
        values (\(site.cityID), \(run), \(source), \(fileHash))
        """
    }

    /// Counts a batch, in the batch's own transaction.
    static func advanceRun(_ site: ImportSite, _ run: UUID, records: Int, _ added: ImportSummary) -> SQL {
        """
        update bihuan.import_runs
           set records = \(records),
               imported = imported + \(added.imported),
               unchanged = unchanged + \(added.unchanged),
               changed = changed + \(added.changed),
               rejected = rejected + \(added.rejected)
         where city_id = \(site.cityID) and run_id = \(run)
        """
    }

    static func finishRun(_ site: ImportSite, _ run: UUID) -> SQL {
        """
        update bihuan.import_runs
           set finished_at = now()
         where city_id = \(site.cityID) and run_id = \(run)
        """
    }

    // MARK: Reading a batch

    /// A batch is much longer work than the statements that a session's limit is meant for.
    static let patience: SQL = "select set_config('statement_timeout', '110s', true)"

    /// One row: domain time, and the year it falls in by the city's clocks.
    static func moment(_ site: ImportSite) -> SQL {
        """
        select bihuan.now() as now,
               extract(year from bihuan.now() at time zone 'UTC'
                                 + make_interval(mins => c.utc_offset_minutes))::integer as year
          from bihuan.cities c
         where c.city_id = \(site.cityID)
        """
    }

    /// The leads that are here already under these references, and whether they say what the file says, or said so
    /// before they were revised.
    ///
    /// One look into the unique index for each, whatever the planner knows: on tables that grow while it has no
    /// statistics yet, `reference = any (…)` reads the city's leads again for every batch.
    ///
    /// - Parameter hashes: Hash of the content by reference.
    static func known(_ site: ImportSite, _ source: String, _ hashes: [String: [UInt8]]) -> SQL {
        """
        select u.reference, k.lead_id, k.case_id, k.ref, k.content_hash = u.content_hash as is_current,
               case when k.content_hash = u.content_hash then false
                    else coalesce((select true
                                     from bihuan.lead_revisions r
                                    where r.city_id = \(site.cityID) and r.lead_id = k.lead_id
                                      and r.content_hash = u.content_hash
                                    limit 1), false)
               end as is_earlier
          from unnest(\(Array(hashes.keys))::text[], \(Array(hashes.values))::bytea[]) as u (reference, content_hash)
         cross join lateral (
           select l.lead_id, l.content_hash, l.case_id, c.ref
             from bihuan.leads l
             left join bihuan.cases c on c.city_id = l.city_id and c.case_id = l.case_id
            where l.city_id = \(site.cityID) and l.source = \(source) and l.reference = u.reference
              -- A file is in earnest; a drill may play with the same number.
              and not l.is_drill
            limit 1
         ) k
        """
    }

    /// Locks cases, in the order of their ids so that two writers cannot wait for each other.
    static func lockCases(_ site: ImportSite, _ cases: [UUID]) -> SQL {
        """
        select case_id, version
          from bihuan.cases
         where city_id = \(site.cityID) and case_id = any(\(cases)::uuid[])
         order by case_id
           for update
        """
    }

    /// Locks leads and reads what they say.
    static func lockLeads(_ site: ImportSite, _ leads: [UUID]) -> SQL {
        """
        select lead_id, case_id, revision, channel, title, content, category, place, outlet, link, reply,
               replied_at, occurred_at, received_at
          from bihuan.leads
         where city_id = \(site.cityID) and lead_id = any(\(leads)::uuid[])
         order by lead_id
           for update
        """
    }

    /// One row: the first of a block of case numbers.
    static func caseNumbers(_ site: ImportSite, year: Int, count: Int) -> SQL {
        "select bihuan.next_case_number(\(year)::integer, \(count)::integer, \(site.cityID)::integer) as first"
    }

    // MARK: Opening cases

    /// The first event of each case. The arrays run side by side.
    static func registered(
        _ site: ImportSite,
        cases: [UUID],
        leads: [UUID],
        references: [String],
        source: String,
        who: ImportActor,
        now: Date
    ) -> SQL {
        """
        insert into bihuan.events (city_id, case_id, seq, at, kind, actor, via, reason, detail)
        select \(site.cityID), u.case_id, 1, \(now), 'registered', \(who.name), 'local', \(who.reason),
               jsonb_build_object('lead', u.lead_id, 'source', \(source)::text, 'reference', u.reference)
          from unnest(\(cases)::uuid[], \(leads)::uuid[], \(references)::text[]) as u (case_id, lead_id, reference)
        """
    }
}
