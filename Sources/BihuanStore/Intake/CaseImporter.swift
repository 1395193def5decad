import BihuanDomain
import Crypto
import FoundationEssentials
package import Postgres

/// Reads a file of hotline tickets, messages or complaints in: `bihuan cases import`.
///
/// Each row becomes a lead with its registered case, once for each (source, reference): read in again, a row that says
/// what its lead says or has said before is unchanged, so an old file takes nothing newer back and the same file twice
/// changes nothing; one that says something else becomes a revision of its lead. A lead taken in before without a case
/// gets one. Rows that cannot be taken are rejected; the report lists every row with what became of it
/// (``ImportReport``).
///
/// Batches are committed one by one, with how far the file has been read; the next import of the same file through
/// the same map goes on there. While one batch is being written the next is read, so memory holds two.
///
/// It acts on the owner's connection, as the local operator: nobody else registers cases for a city without holding a
/// post in it.
package struct CaseImporter: Sendable {
    private let connection: Connection
    private let city: String
    private let actor: String
    private let clocks: RegistrationClocks
    private let size: ImportBatchSize

    /// - Parameters:
    ///   - connection: Of a member of `bihuan_owner`; used by nobody else meanwhile.
    ///   - city: The city's code.
    ///   - actor: `local:<account of the machine>`, for the events.
    ///   - clocks: What runs from a case's registration on.
    package init(
        connection: Connection,
        city: String,
        actor: String,
        size: ImportBatchSize = ImportBatchSize(),
        clocks: RegistrationClocks
    ) {
        self.connection = connection
        self.city = city
        self.actor = actor
        self.size = size
        self.clocks = clocks
    }

    /// Imports a file.
    ///
    /// - Parameters:
    ///   - file: Path of the CSV file.
    ///   - map: Path of the mapping file.
    ///   - report: Path of the report; replaced, or continued with an interrupted import.
    ///   - progress: Called after every committed batch, from no particular thread.
    /// - Returns: What became of all rows, those before an interruption included.
    package func run(
        file: String,
        map mapPath: String,
        report reportPath: String,
        progress: @Sendable (ImportProgress) -> Void = { _ in }
    ) async throws(ImportError) -> ImportSummary {
        let map = try ImportMap(path: mapPath)
        var source = try FileSource(path: file)
        let survey = try FileSurvey(&source)
        let reader = try ImportReader(
            path: file,
            map: map,
            encoding: map.encoding ?? survey.encoding,
            size: self.size
        )
        let site = try await self.site()
        guard try await self.lock(site, map.source) else { throw .busy(source: map.source) }
        let outcome: Result<ImportSummary, ImportError>
        do throws(ImportError) {
            var hasher = SHA256()
            hasher.update(data: survey.hash)
            hasher.update(data: Array(map.text.utf8))
            let run = try await self.open(site, map.source, Array(hasher.finalize()))
            try reader.skip(run.records)
            let job = ImportJob(
                site: site,
                source: map.source,
                run: run.id,
                who: ImportActor(name: self.actor, reason: "导入 \(Self.name(file))，映射 \(Self.name(mapPath))"),
                report: try ImportReport(path: reportPath, continuingAfter: run.records)
            )
            outcome = .success(try await self.readIn(reader, job, from: run, size: survey.size, progress))
        } catch {
            outcome = .failure(error)
        }
        // A broken connection has let go of the lock by itself.
        _ = try? await self.connection.query(ImportSQL.unlock(site, map.source))
        return try outcome.get()
    }

    private func readIn(
        _ reader: ImportReader,
        _ job: ImportJob,
        from run: ImportRun,
        size: Int,
        _ progress: @Sendable (ImportProgress) -> Void
    ) async throws(ImportError) -> ImportSummary {
        var summary = run.summary
        var next = try reader.nextBatch(now: job.site.now)
        while let batch = next {
            async let written = self.result(of: batch, job)
            // Read ahead while the batch is being written; a fault of the file must not hide what became of it.
            let ahead: Result<ImportBatch?, ImportError>
            do throws(ImportError) {
                ahead = .success(try reader.nextBatch(now: job.site.now))
            } catch {
                ahead = .failure(error)
            }
            summary = summary + (try await written.get())
            progress(ImportProgress(bytes: batch.position, size: size, summary: summary))
            next = try ahead.get()
            if next != nil, Task.isCancelled {
                try job.report.synchronize()
                throw .interrupted(summary)
            }
        }
        try job.report.synchronize()
        do throws(PostgresError) {
            _ = try await self.connection.query(ImportSQL.finishRun(job.site, run.id))
        } catch {
            throw .database(error)
        }
        return summary
    }

    // MARK: Before the first row

    private func site() async throws(ImportError) -> ImportSite {
        guard let row = try await self.rows(ImportSQL.site(self.city)).first else { throw .unknownCity(self.city) }
        let rootUnit: Int? = try Self.cell(row, "root_unit")
        guard let rootUnit else { throw .noUnits(city: self.city) }
        let planID: String? = try Self.cell(row, "plan_id")
        let planVersion: Int? = try Self.cell(row, "plan_version")
        guard let planID, let planVersion else { throw .noPlan(city: self.city) }
        return ImportSite(
            cityID: try Self.cell(row, "city_id"),
            refPrefix: try Self.cell(row, "ref_prefix"),
            rootUnit: rootUnit,
            planID: planID,
            planVersion: planVersion,
            now: try Self.cell(row, "now")
        )
    }

    private func lock(_ site: ImportSite, _ source: String) async throws(ImportError) -> Bool {
        guard let row = try await self.rows(ImportSQL.tryLock(site, source)).first else { return false }
        return try Self.cell(row, "held")
    }

    /// Goes on with an unfinished run of the same file and map, or opens a new one.
    private func open(_ site: ImportSite, _ source: String, _ hash: [UInt8]) async throws(ImportError) -> ImportRun {
        if let row = try await self.rows(ImportSQL.unfinishedRun(site, source, hash)).first {
            return ImportRun(
                id: try Self.cell(row, "run_id"),
                records: try Self.cell(row, "records"),
                summary: ImportSummary(
                    imported: try Self.cell(row, "imported"),
                    unchanged: try Self.cell(row, "unchanged"),
                    changed: try Self.cell(row, "changed"),
                    rejected: try Self.cell(row, "rejected")
                )
            )
        }
        var mint = UUIDv7Mint(now: site.now)
        let id: UUID = mint.next()
        _ = try await self.rows(ImportSQL.openRun(site, id, source, hash))
        return ImportRun(id: id, records: 0, summary: ImportSummary())
    }

    private func rows(_ sql: SQL) async throws(ImportError) -> [Row] {
        do throws(PostgresError) {
            return try await self.connection.query(sql).rows
        } catch {
            throw .database(error)
        }
    }

    static func cell<Value: PostgresDecodable>(_ row: Row, _ column: String) throws(ImportError) -> Value {
        do throws(PostgresError) {
            return try row.get(column)
        } catch {
            throw .database(error)
        }
    }

    private static func name(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    // MARK: A batch

    /// Writes a batch, and once more where somebody else registered one of its references at the same moment.
    private func result(of batch: ImportBatch, _ job: ImportJob) async -> Result<ImportSummary, ImportError> {
        do throws(ImportError) {
            let mark = try job.report.mark()
            var attempt = 1
            while true {
                do throws(ImportError) {
                    return .success(try await self.write(batch, job))
                } catch {
                    // After other faults the lines stay: if the commit came through after all, they belong there, and
                    // if not, the run that goes on cuts them off.
                    guard attempt < 3, case .database(let fault) = error, fault.isWorthAnotherTry else { throw error }
                    try job.report.cut(to: mark)
                    attempt += 1
                }
            }
        } catch {
            return .failure(error)
        }
    }

    private func write(_ batch: ImportBatch, _ job: ImportJob) async throws(ImportError) -> ImportSummary {
        let clocks = self.clocks
        return try await self.connection.transaction(deadline: .seconds(120)) {
            (connection, transaction) throws(ImportError) -> ImportSummary in
            try job.write(batch, in: transaction, clocks)
        } orFail: {
            ImportError.database($0)
        }
    }
}

extension PostgresError {
    /// A race with another writer, settled by reading again.
    fileprivate var isWorthAnotherTry: Bool {
        switch self.sqlState?.rawValue {
        case "23505", "40001", "40P01": true
        default: false
        }
    }
}
