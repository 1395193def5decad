import BihuanDomain
import FoundationEssentials
import Postgres

/// What all batches of one import share, and how one of them is written.
struct ImportJob: Sendable {
    var site: ImportSite
    var source: String
    var run: UUID
    var who: ImportActor
    var report: ImportReport

    /// A lead that is here already.
    private struct Known {
        var leadID: UUID
        var hash: [UInt8]
        var caseID: UUID?
        var caseRef: String
    }

    /// What is to become of a row.
    private enum Fate {
        case new
        case same(Known)
        case changed(Known)
        /// Like an earlier row of the batch.
        case repeated
    }

    /// Finds out what each row of a batch is, writes what follows, the report's lines and how far the file is read.
    func write(
        _ batch: ImportBatch,
        in transaction: borrowing Transaction,
        _ gradingClock: (Date) -> GradingClock?
    ) throws(ImportError) -> ImportSummary {
        let references = Array(batch.hashes.keys)
        let heads = try Self.database { () throws(PostgresError) in
            try transaction.flight([
                ImportSQL.patience, ImportSQL.moment(self.site),
                ImportSQL.known(self.site, self.source, references),
            ])
        }
        guard let moment = heads[1].rows.first else { throw .unknownCity("\(self.site.cityID)") }
        let now: Date = try CaseImporter.cell(moment, "now")
        let year: Int = try CaseImporter.cell(moment, "year")
        let fates = self.fates(of: batch, try Self.known(heads[2].rows))

        // Locks and numbers: cases, then leads, then the series, whoever writes.
        var (changedLeads, changedCases, newCount) = ([UUID](), Set<UUID>(), 0)
        for case let fate? in fates {
            switch fate {
            case .new: newCount += 1
            case .changed(let known):
                changedLeads.append(known.leadID)
                if let caseID = known.caseID { changedCases.insert(caseID) }
            case .same, .repeated: break
            }
        }
        var locks: [SQL] = []
        if !changedLeads.isEmpty {
            locks = [
                ImportSQL.lockCases(self.site, Array(changedCases)), ImportSQL.lockLeads(self.site, changedLeads),
            ]
        }
        if newCount > 0 { locks.append(ImportSQL.caseNumbers(self.site, year: year, count: newCount)) }
        let locked =
            locks.isEmpty ? [] : try Self.database { () throws(PostgresError) in try transaction.flight(locks) }

        var versions: [UUID: Int] = [:]
        var formers: [UUID: ImportRevisions.Former] = [:]
        if !changedLeads.isEmpty {
            for row in locked[0].rows {
                versions[try CaseImporter.cell(row, "case_id")] = try CaseImporter.cell(row, "version")
            }
            for row in locked[1].rows {
                let former = try Self.former(row)
                formers[former.leadID] = former
            }
        }
        var number = 0
        if newCount > 0, let row = locked.last?.rows.first { number = try CaseImporter.cell(row, "first") }

        var summary = ImportSummary()
        var registrations = ImportRegistrations()
        var revisions = ImportRevisions()
        var mint = UUIDv7Mint(now: now)
        var caseRefs: [String: String] = [:]
        var lines: [UInt8] = []
        for (entry, fate) in zip(batch.entries, fates) {
            var line = ImportReportLine(line: entry.line, record: entry.record)
            switch (entry.content, fate) {
            case (.rejected(let reference, let faults), _):
                summary.rejected += 1
                line.reference = reference
                line.outcome = "rejected"
                for fault in faults {
                    (line.field, line.code, line.detail) = (fault.field, fault.code, fault.detail)
                    lines.append(contentsOf: line.bytes)
                }
                continue
            case (.row(let row), .new?):
                summary.imported += 1
                line.outcome = "imported"
                let digits = String(number)
                let ref =
                    "\(self.site.refPrefix)-\(year)-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
                number += 1
                caseRefs[row.reference] = ref
                registrations.append(row, ref: ref, ids: &mint, now: now)
                line.reference = row.reference
            case (.row(let row), .changed(let known)?):
                guard let former = formers[known.leadID] else { continue }
                summary.changed += 1
                line.outcome = "changed"
                line.detail = former.differences(from: row.lead).map(\.rawValue).joined(separator: " ")
                let lockedCase = known.caseID.flatMap { id in versions[id].map { (id: id, version: $0) } }
                revisions.append(row, over: former, lockedCase: lockedCase)
                caseRefs[row.reference] = known.caseRef
                line.reference = row.reference
            case (.row(let row), .same(let known)?):
                summary.unchanged += 1
                line.outcome = "unchanged"
                caseRefs[row.reference] = known.caseRef
                line.reference = row.reference
            case (.row(let row), _):
                summary.unchanged += 1
                line.outcome = "unchanged"
                line.reference = row.reference
            }
            line.caseRef = caseRefs[line.reference] ?? ""
            lines.append(contentsOf: line.bytes)
        }

        var writes: [SQL] = []
        if !registrations.isEmpty {
            let clock = gradingClock(now)
            writes += registrations.statements(self.site, source: self.source, who: self.who, clock: clock, now: now)
        }
        if !revisions.isEmpty {
            writes += revisions.statements(self.site, source: self.source, who: self.who, now: now)
        }
        let records = batch.entries.last?.record ?? 0
        writes.append(ImportSQL.advanceRun(self.site, self.run, records: records, summary))
        try self.report.write(lines)
        _ = try Self.database { () throws(PostgresError) in try transaction.finish(writes) }
        return summary
    }

    /// One fate for each entry; nil for the rejected.
    private func fates(of batch: ImportBatch, _ known: [String: Known]) -> [Fate?] {
        var seen: Set<String> = []
        return batch.entries.map { entry in
            guard case .row(let row) = entry.content else { return nil }
            guard seen.insert(row.reference).inserted else { return .repeated }
            guard let here = known[row.reference] else { return .new }
            return here.hash == row.hash ? .same(here) : .changed(here)
        }
    }

    private static func known(_ rows: [Row]) throws(ImportError) -> [String: Known] {
        var known: [String: Known] = [:]
        for row in rows {
            let ref: String? = try CaseImporter.cell(row, "ref")
            known[try CaseImporter.cell(row, "reference")] = Known(
                leadID: try CaseImporter.cell(row, "lead_id"),
                hash: try CaseImporter.cell(row, "content_hash"),
                caseID: try CaseImporter.cell(row, "case_id"),
                caseRef: ref ?? ""
            )
        }
        return known
    }

    private static func former(_ row: Row) throws(ImportError) -> ImportRevisions.Former {
        ImportRevisions.Former(
            leadID: try CaseImporter.cell(row, "lead_id"),
            revision: try CaseImporter.cell(row, "revision"),
            channel: try CaseImporter.cell(row, "channel"),
            title: try CaseImporter.cell(row, "title"),
            content: try CaseImporter.cell(row, "content"),
            category: try CaseImporter.cell(row, "category"),
            place: try CaseImporter.cell(row, "place"),
            outlet: try CaseImporter.cell(row, "outlet"),
            link: try CaseImporter.cell(row, "link"),
            reply: try CaseImporter.cell(row, "reply"),
            repliedAt: try CaseImporter.cell(row, "replied_at"),
            occurredAt: try CaseImporter.cell(row, "occurred_at"),
            receivedAt: try CaseImporter.cell(row, "received_at")
        )
    }

    private static func database<Value>(
        _ body: () throws(PostgresError) -> Value
    ) throws(ImportError) -> Value {
        do throws(PostgresError) {
            return try body()
        } catch {
            throw .database(error)
        }
    }
}
