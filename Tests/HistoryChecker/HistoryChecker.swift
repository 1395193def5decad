import Foundation
import Postgres

/// Holds what clients were told against what the database holds, and the database against its own promises.
///
/// - Each acknowledged command is there exactly once: its key with an outcome, its event, its object.
/// - What was told is what was done: of this object, in this case.
/// - A command that nobody answered is there once or not at all, and never in part; a refused one is not there.
/// - No officer's event is there that no client asked for.
/// - Everything that ``Invariant`` says of cases, assignments, feedback, orders, clocks, messages and keys.
/// - Visibility, overdue rows, counters and the closure of units are what a recount makes them.
///
/// It may run while clients work: answers are taken before the database's snapshot and commands after it.
package actor HistoryChecker {
    private let conninfo: String
    /// Entries of the history before this one have been found right.
    private var checked = 0
    /// Those before ``checked`` that had no answer then.
    private var open: Set<Int> = []

    /// - Parameter conninfo: of a role that row-level security does not bind.
    package init(conninfo: String) {
        self.conninfo = conninfo
    }

    /// Checks what happened since the last check.
    ///
    /// - Parameter everything: goes over the whole history and the whole database again.
    package func check(_ history: History, everything: Bool = true) async throws -> HistoryReport {
        let before = history.entries
        let numbers = everything ? Array(before.indices) : self.open.sorted() + Array(self.checked..<before.count)
        // What was written before the oldest of them was said is none of theirs; events carry the database's own clock.
        let since = everything ? Date.distantPast : numbers.map { before[$0].invokedAt }.min() ?? .now
        let settings = SessionSettings(
            applicationName: "history-checker", statementTimeout: .seconds(300), deadline: .seconds(300))
        let connection = try await Connection.open(self.conninfo, settings: settings)
        var report = HistoryReport()
        do {
            try await self.prepare(connection, since, everything: everything)
            report.cases = try await connection.query("select count(*) as n from pg_temp.touched").rows[0].get("n")
            for chunk in stride(from: 0, to: numbers.count, by: 2_000) {
                let part = numbers[chunk..<min(chunk + 2_000, numbers.count)]
                try await Self.compare(part.map { before[$0] }, connection, &report)
            }
            try await Self.explain(history.entries, connection, &report)
            for invariant in Invariant.all {
                let rows = try await connection.query("\(invariant.question) limit 25").rows
                for row in rows {
                    report.findings.append(Finding(invariant.kind, try row.get("subject"), try row.get("detail")))
                }
            }
            try await Self.recount(connection, &report)
            try await connection.query("rollback")
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
        self.open = Set(numbers.filter { before[$0].answer == nil })
        self.checked = before.count
        return report
    }

    /// Opens the snapshot and says in it which cases and keys are to be looked at.
    private func prepare(_ connection: Connection, _ since: Date, everything: Bool) async throws {
        // A margin for the time between a client's note and the database's clock.
        let from = since == .distantPast ? Date(timeIntervalSince1970: 0) : since.addingTimeInterval(-5)
        _ = try await connection.query("begin isolation level repeatable read")
        _ = try await connection.flight([
            """
            create temporary table written on commit drop as
            select e.city_id, e.case_id, e.seq, e.kind, e.via, e.officer_id,
                   substring(e.reason from '\\[k:([a-z]+)\\]') as tag
              from bihuan.events e
             where e.recorded_at >= \(from)
            """,
            """
            create temporary table touched on commit drop as
            select distinct city_id, case_id from pg_temp.written
            """,
            """
            create temporary table settled on commit drop as
            select city_id, officer_id, key from bihuan.idempotency_keys where created_at >= \(from)
            """,
        ])
        if everything {
            // A case that lost all its events is one too.
            _ = try await connection.query(
                """
                insert into pg_temp.touched
                select city_id, case_id from bihuan.cases except select city_id, case_id from pg_temp.touched
                """)
        }
        _ = try await connection.query("create index on pg_temp.written (tag)")
        _ = try await connection.query("analyze pg_temp.written, pg_temp.touched, pg_temp.settled")
    }

    /// Each command against its key, its events and, where it registers, its case.
    private static func compare(
        _ entries: [History.Entry], _ connection: Connection, _ report: inout HistoryReport
    ) async throws {
        let rows = try await connection.query(
            """
            select k.key is not null as kept, k.outcome is not null as has_outcome,
                   coalesce((k.outcome ->> 'changed')::boolean, false) as changed,
                   k.outcome ->> 'id' as id, k.outcome ->> 'ref' as ref,
                   (select count(*) from pg_temp.written w where w.tag = q.tag) as events,
                   (select count(*) from pg_temp.written w
                     where w.tag = q.tag and w.case_id <> (k.outcome ->> 'caseID')::uuid) as elsewhere,
                   case when q.registers then (select count(*) from pg_temp.written w
                                                join bihuan.cases c using (city_id, case_id)
                                               where w.tag = q.tag and strpos(c.content, '[k:' || q.tag || ']') > 0)
                        else 0 end as cases
              from unnest(\(entries.map(\.command.tag))::text[], \(entries.map(\.command.key))::text[],
                          \(entries.map(\.command.login))::text[],
                          \(entries.map { $0.command.verb == "register" ? "y" : "n" })::boolean[])
                     with ordinality as q (tag, key, login, registers, number)
              left join (bihuan.idempotency_keys k
                         join bihuan.officers o on o.city_id = k.city_id and o.officer_id = k.officer_id)
                on k.key = q.key and o.login = q.login
             order by q.number
            """
        ).rows
        for (entry, row) in zip(entries, rows) {
            let found = Found(
                isKept: try row.get("kept"), hasOutcome: try row.get("has_outcome"), changed: try row.get("changed"),
                id: try row.get("id"), ref: try row.get("ref"), events: try row.get("events"),
                elsewhere: try row.get("elsewhere"), cases: try row.get("cases"))
            if let finding = Self.judge(entry, found, &report) { report.findings.append(finding) }
        }
    }

    /// What there is of one command.
    private struct Found {
        var isKept: Bool
        var hasOutcome: Bool
        var changed: Bool
        /// Of the object, by the key's outcome.
        var id: String?
        var ref: String?
        var events: Int
        /// Events in another case than the outcome's.
        var elsewhere: Int
        var cases: Int

        /// Whether an answer may have been about this object. Feedback has no ref that the outcome knows.
        func isAbout(_ told: String) -> Bool {
            UUID(uuidString: told) == nil
                ? self.ref == nil || self.ref == told : self.id?.lowercased() == told.lowercased()
        }
    }

    private static func judge(
        _ entry: History.Entry, _ found: Found, _ report: inout HistoryReport
    ) -> Finding? {
        let command = entry.command
        let subject = "\(command.verb) \(command.target) by \(command.login) [\(command.key)]"
        let isThere = found.isKept || found.events > 0
        if found.events > command.events || found.cases > 1 {
            return Finding(.doubled, subject, "\(found.events) events, \(found.cases) cases")
        }
        switch entry.answer {
        case .acknowledged(let changed, let about):
            report.acknowledged += 1
            if !isThere { return Finding(.lost, subject, "acknowledged; neither its key nor its event is there") }
            if let about, found.hasOutcome, !found.isAbout(about) {
                let kept = found.ref ?? found.id ?? "-"
                return Finding(.misanswered, subject, "told of \(about); its key keeps \(kept)")
            }
            if changed == false, found.changed {
                return Finding(.misanswered, subject, "told that nothing changed; its outcome says that it did")
            }
            if changed == true, !found.changed {
                return Finding(.halfDone, subject, "acknowledged as a change; its outcome says nothing changed")
            }
        case .refused(let code):
            report.refused += 1
            return isThere ? Finding(.refusedButDone, subject, "refused with \(code); \(found.events) events") : nil
        case .unknown, nil:
            if isThere { report.unknownDone += 1 } else { report.unknownNotDone += 1 }
            if !isThere { return nil }
        }
        if !found.isKept { return Finding(.halfDone, subject, "its events are there; its key is not") }
        if !found.hasOutcome { return Finding(.halfDone, subject, "its key has no outcome") }
        if found.elsewhere > 0 {
            return Finding(.misanswered, subject, "its outcome names a case; \(found.elsewhere) events are in another")
        }
        let expected = found.changed ? command.events : 0
        if found.events < expected {
            return Finding(.halfDone, subject, "its key is there; \(found.events) of \(expected) events are")
        }
        if found.events > expected {
            return Finding(.doubled, subject, "it changed nothing, but has \(found.events) events")
        }
        if command.verb == "register", found.changed, found.cases != 1 {
            return Finding(.halfDone, subject, "its event is there; its case is not")
        }
        return nil
    }

    /// Every officer's event that came by a door belongs to a command of the history.
    private static func explain(
        _ entries: [History.Entry], _ connection: Connection, _ report: inout HistoryReport
    ) async throws {
        let rows = try await connection.query(
            """
            select format('%s #%s', w.case_id, w.seq) as subject, format('%s by %s, tag %s', w.kind, w.via, w.tag) as detail
              from pg_temp.written w
              left join unnest(\(entries.map(\.command.tag))::text[]) as q (tag) on q.tag = w.tag
             where w.officer_id is not null and w.via in ('json', 'line') and q.tag is null
             limit 25
            """
        ).rows
        for row in rows {
            report.findings.append(Finding(.unexplained, try row.get("subject"), try row.get("detail")))
        }
    }

    private static func recount(_ connection: Connection, _ report: inout HistoryReport) async throws {
        let rows = try await connection.query(
            """
            select c.code as subject, bihuan.find_drift(c.city_id) as detail from bihuan.cities c
             order by c.city_id
            """
        ).rows
        for row in rows {
            guard let table: String? = try row.get("detail"), let table else { continue }
            report.findings.append(Finding(.drift, try row.get("subject"), "\(table) differs from its recount"))
        }
    }
}
