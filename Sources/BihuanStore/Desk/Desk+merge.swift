import BihuanDomain
import Foundation
import Postgres

/// Steps about two cases, and about leads of a case.
extension Desk {
    /// Takes a step that is about two cases: both are locked at once, in the order of their ids, so that two such steps
    /// never wait for each other in a ring.
    func perform(
        on target: Target, with counterpart: CaseCommand.Counterpart, by principal: Principal, via door: Door,
        keeping: IdempotencyKey?, expecting: Int?, _ command: @escaping @Sendable (UUID) -> CaseCommand
    ) async throws(DeskError) -> Outcome {
        let city = principal.city
        let own = target.caseID(in: city)
        let second: Target =
            switch counterpart {
            case .named(let name): .record(ObjectKey(name))
            case .survivor: .survivor(target)
            }
        let verb = command(UUID.none).verb
        let reading = StepReading(of: target, for: [verb], in: city)
        let other = StepReading(of: second, for: [verb], in: city)
        let locks: SQL = """
            select c.case_id from bihuan.cases c
             where c.city_id = \(city) and c.case_id in (\(own), \(second.caseID(in: city)))
             order by c.case_id
               for update
            """
        return try await self.transaction(
            by: principal, keeping: keeping, reading: [locks] + reading.statements + other.statements
        ) { answers, authority, book throws(DeskError) in
            let count = 1 + reading.statements.count
            let (docket, facts) = try reading.read(Array(answers[1..<count]), book)
            if let expecting, expecting != facts.target.version { throw .stale(current: facts.target.version) }
            var (own, survivor) = (docket, try other.docketIfAny(Array(answers[count...]), book))
            let before = survivor?.record
            var mint = UUIDv7Mint(now: facts.now)
            let changes: (own: Changes, other: Changes?)
            do throws(Refusal) {
                changes = try own.perform(
                    command(facts.target.id), with: &survivor, by: authority, at: facts.now, mint: &mint)
            } catch {
                // Merged elsewhere between the reading of where to and the lock: what was seen no longer stands.
                if case .notFound = error { throw .stale(current: facts.target.version) }
                throw .refused(error)
            }
            var decision = Decision(outcome: Outcome(changes.own, own, authority, at: facts.now))
            decision.target = (facts.target.id, facts.target.ref)
            let actor = Actor(authority, via: door)
            func write(_ changes: Changes, _ before: CaseRecord?, _ docket: Docket) -> [SQL] {
                ChangesWriting(
                    city: book.city.rawValue, before: before, changes: changes, plan: docket.plan, actor: actor,
                    now: facts.now
                ).statements
            }
            decision.writes = write(changes.own, docket.record, own)
            if let survivor, let change = changes.other {
                decision.writes += write(change, before, survivor)
            }
            return decision
        }
    }
}

extension CaseCommand {
    /// The lead a step is about.
    var lead: LeadID? {
        switch self {
        case .attachLead(let id, _), .detachLead(let id, _): id
        default: nil
        }
    }
}

extension DocketReading {
    /// The lead a step is about, locked, and how many its case has. After the case: so does an import.
    static func lead(_ id: LeadID, of target: Target, in city: SQL) -> SQL {
        """
        select l.lead_id, l.case_id, l.is_drill,
               (select count(*) from bihuan.leads o
                 where o.city_id = \(city) and o.case_id = \(target.caseID(in: city))
                   and o.merged_from = l.merged_from) as count
          from bihuan.leads l
         where l.city_id = \(city) and l.lead_id = \(id.rawValue)
           for update
        """
    }
}

extension DocketReading {
    /// The cases that were merged into the target, and into those: what shuts it shuts them.
    static func merged(into target: Target, in city: SQL) -> SQL {
        """
        select c.case_id, c.ref, c.secrecy, c.version,
               case when c.is_sealed then bihuan.recused_units(c.case_id) end as recused
          from bihuan.cases c
         where c.city_id = \(city) and c.case_id in (\(Self.matter(of: target, in: city)))
           and c.case_id <> \(target.caseID(in: city))
         order by c.case_id
           for update
        """
    }

    /// Locks the target and what was merged into it.
    static func locks(mergedInto target: Target, in city: SQL) -> SQL {
        """
        select c.case_id from bihuan.cases c
         where c.city_id = \(city) and c.case_id in (\(Self.matter(of: target, in: city)))
         order by c.case_id
           for update
        """
    }

    private static func matter(of target: Target, in city: SQL) -> SQL {
        """
        with recursive m (case_id) as (
          select \(target.caseID(in: city))::uuid
           union
          select o.case_id from m
            join bihuan.cases o on o.city_id = \(city) and o.merged_into = m.case_id
        )
        select m.case_id from m
        """
    }
}

extension MergedCase {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row.identifier("case_id"), ref: try row.get("ref"), secrecy: try row.get("secrecy"),
            recused: try row.units("recused"), version: try row.get("version"))
    }
}

extension LeadStanding {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row.identifier("lead_id"), record: try row.identifierIfAny("case_id"),
            isDrill: try row.get("is_drill"), count: try row.get("count"))
    }
}

extension Merger {
    /// Nil where the case is not merged.
    init?(_ row: Row) throws(PostgresError) {
        let into: CaseID? = try row.identifierIfAny("merged_into")
        guard let into else { return nil }
        self.init(into: into, before: try row.word("merged_before"), at: try row.get("merged_at"))
    }
}

extension ChangesWriting {
    /// Leads that go from case to case. Those that came along with a case carry its id, the last one last.
    var leadMoves: [SQL] {
        self.changes.leadMoves.map { move -> SQL in
            switch move {
            case .attach(let id, let record, _):
                return SQL.mustAffect(
                    """
                    update bihuan.leads set case_id = \(record.rawValue), merged_from = '{}'
                     where city_id = \(self.city) and lead_id = \(id.rawValue) and case_id is null
                    """)
            case .detach(let id, let record, _):
                return SQL.mustAffect(
                    """
                    update bihuan.leads set case_id = null, merged_from = '{}'
                     where city_id = \(self.city) and lead_id = \(id.rawValue) and case_id = \(record.rawValue)
                    """)
            case .merge(let from, let into, _):
                return """
                    update bihuan.leads set case_id = \(into.rawValue), merged_from = merged_from || \(from.rawValue)::uuid
                     where city_id = \(self.city) and case_id = \(from.rawValue)
                    """
            case .unmerge(let from, let to, _, _):
                return """
                    update bihuan.leads
                       set case_id = \(to.rawValue), merged_from = trim_array(merged_from, 1)
                     where city_id = \(self.city) and case_id = \(from.rawValue)
                       and merged_from[cardinality(merged_from)] = \(to.rawValue)
                    """
            }
        }
    }
}
