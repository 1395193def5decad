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
        var caseID: UUID?
        var caseRef: String?
        /// Whether the lead says what the row says, or said so in an earlier revision.
        var isCurrent: Bool
        var isEarlier: Bool
    }

    /// What is to become of a row.
    private enum Fate {
        case rejected(reference: String, [ImportBatch.Fault])
        case new(ImportBatch.Row)
        /// Its lead was taken in before and belongs to no case yet.
        case loose(ImportBatch.Row, Known)
        case changed(ImportBatch.Row, Known)
        /// - Parameter caseRef: Nil where an earlier row of the batch opens the case.
        case unchanged(ImportBatch.Row, caseRef: String?, isEarlier: Bool)
    }

    /// What the writing of a batch needs and nobody else may move meanwhile.
    private struct Held {
        /// Version by case.
        var versions: [UUID: Int] = [:]
        var formers: [UUID: ImportRevisions.Former] = [:]
        /// The first of the new cases' numbers.
        var firstNumber = 0

        /// The lead as it was locked.
        ///
        /// - Throws: A fault worth another try if the lead has come to a case since it was looked up.
        func former(of known: Known) throws(ImportError) -> ImportRevisions.Former {
            guard let former = self.formers[known.leadID], former.caseID == known.caseID else {
                let state = SQLState.serializationFailure
                throw .database(PostgresError(.server(state), "a lead came to a case meanwhile", sqlState: state))
            }
            return former
        }
    }

    /// Finds out what each row of a batch is, writes what follows, the report's lines and how far the file is read.
    func write(
        _ batch: ImportBatch,
        in transaction: borrowing Transaction,
        _ clocks: RegistrationClocks
    ) throws(ImportError) -> ImportSummary {
        let heads = try Self.database { () throws(PostgresError) in
            try transaction.flight([
                ImportSQL.patience, ImportSQL.moment(self.site),
                ImportSQL.known(self.site, self.source, batch.hashes),
            ])
        }
        guard let moment = heads[1].rows.first else { throw .unknownCity("\(self.site.cityID)") }
        let now: Date = try CaseImporter.cell(moment, "now")
        let year: Int = try CaseImporter.cell(moment, "year")
        let fates = Self.fates(of: batch, try Self.known(heads[2].rows), clocks)
        let held = try self.hold(fates, year: year, in: transaction)

        var number = held.firstNumber
        var summary = ImportSummary()
        var registrations = ImportRegistrations()
        var revisions = ImportRevisions()
        var adoptions = ImportAdoptions()
        var mint = UUIDv7Mint(now: now)
        var caseRefs: [String: String] = [:]
        var lines: [UInt8] = []
        for (entry, fate) in zip(batch.entries, fates) {
            var line = ImportReportLine(line: entry.line, record: entry.record)
            switch fate {
            case .rejected(let reference, let faults):
                summary.rejected += 1
                line.reference = reference
                line.outcome = "rejected"
                for fault in faults {
                    (line.field, line.code, line.detail) = (fault.field, fault.code, fault.detail)
                    lines.append(contentsOf: line.bytes)
                }
                continue
            case .new(let row):
                summary.imported += 1
                line.reference = row.reference
                line.outcome = "imported"
                let ref = self.caseRef(year: year, number)
                number += 1
                caseRefs[row.reference] = ref
                let running = try clocks.starting(
                    .init(
                        registeredAt: now, receivedAt: row.receivedAt(ifUnstated: now), occurredAt: row.lead.occurredAt)
                )
                registrations.append(row, ref: ref, clocks: running, ids: &mint, now: now)
            case .loose(let row, let known):
                let former = try held.former(of: known)
                summary.imported += 1
                line.reference = row.reference
                line.outcome = "imported"
                line.code = "existing_lead"
                line.detail = "线索先前已收，据此立案"
                if known.isEarlier {
                    line.detail += "；本行内容同其先前版本"
                } else if !known.isCurrent {
                    line.detail += "；内容有变 " + former.differences(from: row.lead).map(\.rawValue).joined(separator: " ")
                    revisions.append(row, over: former, lockedCase: nil)
                }
                let ref = self.caseRef(year: year, number)
                number += 1
                caseRefs[row.reference] = ref
                let running = try clocks.starting(
                    .init(
                        registeredAt: now, receivedAt: row.receivedAt(ifUnstated: former.receivedAt),
                        occurredAt: row.lead.occurredAt ?? former.occurredAt))
                adoptions.append(known.leadID, reference: row.reference, ref: ref, clocks: running, ids: &mint)
            case .changed(let row, let known):
                let former = try held.former(of: known)
                summary.changed += 1
                line.reference = row.reference
                line.outcome = "changed"
                line.detail = former.differences(from: row.lead).map(\.rawValue).joined(separator: " ")
                let lockedCase = known.caseID.flatMap { id in held.versions[id].map { (id: id, version: $0) } }
                revisions.append(row, over: former, lockedCase: lockedCase)
                caseRefs[row.reference] = known.caseRef
            case .unchanged(let row, let caseRef, let isEarlier):
                summary.unchanged += 1
                line.reference = row.reference
                line.outcome = "unchanged"
                if isEarlier {
                    line.code = "earlier_content"
                    line.detail = "内容同该线索的先前版本，保留较新的内容"
                }
                if let caseRef { caseRefs[row.reference] = caseRef }
            }
            line.caseRef = caseRefs[line.reference] ?? ""
            lines.append(contentsOf: line.bytes)
        }

        var writes: [SQL] = []
        if !registrations.isEmpty {
            writes += registrations.statements(self.site, source: self.source, who: self.who, now: now)
        }
        if !revisions.isEmpty {
            writes += revisions.statements(self.site, source: self.source, who: self.who, now: now)
        }
        // After the revisions: these cases say what their leads say by now.
        if !adoptions.isEmpty {
            writes += adoptions.statements(self.site, source: self.source, who: self.who, now: now)
        }
        let records = batch.entries.last?.record ?? 0
        writes.append(ImportSQL.advanceRun(self.site, self.run, records: records, summary))
        try self.report.write(lines)
        _ = try Self.database { () throws(PostgresError) in try transaction.finish(writes) }
        return summary
    }

    /// Locks what the rows change and draws the new cases' numbers: cases, then leads, then the series, whoever writes.
    private func hold(
        _ fates: [Fate],
        year: Int,
        in transaction: borrowing Transaction
    ) throws(ImportError) -> Held {
        var (leads, cases, opened) = ([UUID](), Set<UUID>(), 0)
        for fate in fates {
            switch fate {
            case .new: opened += 1
            case .loose(_, let known):
                opened += 1
                leads.append(known.leadID)
            case .changed(_, let known):
                leads.append(known.leadID)
                if let caseID = known.caseID { cases.insert(caseID) }
            case .rejected, .unchanged: break
            }
        }
        var locks: [SQL] = []
        if !leads.isEmpty {
            locks = [ImportSQL.lockCases(self.site, Array(cases)), ImportSQL.lockLeads(self.site, leads)]
        }
        if opened > 0 { locks.append(ImportSQL.caseNumbers(self.site, year: year, count: opened)) }
        var held = Held()
        if locks.isEmpty { return held }

        let locked = try Self.database { () throws(PostgresError) in try transaction.flight(locks) }
        if !leads.isEmpty {
            for row in locked[0].rows {
                held.versions[try CaseImporter.cell(row, "case_id")] = try CaseImporter.cell(row, "version")
            }
            for row in locked[1].rows {
                let former = try Self.former(row)
                held.formers[former.leadID] = former
            }
        }
        if opened > 0, let row = locked.last?.rows.first { held.firstNumber = try CaseImporter.cell(row, "first") }
        return held
    }

    /// One fate for each entry. All rows of a batch under one reference say the same (``ImportBatch/canTake(_:)``).
    private static func fates(
        of batch: ImportBatch, _ known: [String: Known], _ clocks: RegistrationClocks
    ) -> [Fate] {
        var seen: Set<String> = []
        return batch.entries.map { entry in
            switch entry.content {
            case .rejected(let reference, let faults):
                return .rejected(reference: reference, faults)
            case .row(let row):
                let isFirst = seen.insert(row.reference).inserted
                let here = known[row.reference]
                if clocks.needsOccurrence, row.lead.occurredAt == nil, here?.caseID == nil {
                    let detail = "必填：本市预案有时限从事发之时起算"
                    return .rejected(
                        reference: row.reference,
                        [.init(field: "occurred_at", code: "plan_counts_from_it", detail: detail)])
                }
                guard let here else {
                    return isFirst ? .new(row) : .unchanged(row, caseRef: nil, isEarlier: false)
                }
                guard isFirst else { return .unchanged(row, caseRef: here.caseRef, isEarlier: here.isEarlier) }
                if here.caseID == nil { return .loose(row, here) }
                if here.isCurrent || here.isEarlier {
                    return .unchanged(row, caseRef: here.caseRef, isEarlier: here.isEarlier)
                }
                return .changed(row, here)
            }
        }
    }

    private func caseRef(year: Int, _ number: Int) -> String {
        let digits = String(number)
        return "\(self.site.refPrefix)-\(year)-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    private static func known(_ rows: [Row]) throws(ImportError) -> [String: Known] {
        var known: [String: Known] = [:]
        for row in rows {
            known[try CaseImporter.cell(row, "reference")] = Known(
                leadID: try CaseImporter.cell(row, "lead_id"),
                caseID: try CaseImporter.cell(row, "case_id"),
                caseRef: try CaseImporter.cell(row, "ref"),
                isCurrent: try CaseImporter.cell(row, "is_current"),
                isEarlier: try CaseImporter.cell(row, "is_earlier")
            )
        }
        return known
    }

    private static func former(_ row: Row) throws(ImportError) -> ImportRevisions.Former {
        ImportRevisions.Former(
            leadID: try CaseImporter.cell(row, "lead_id"),
            caseID: try CaseImporter.cell(row, "case_id"),
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
