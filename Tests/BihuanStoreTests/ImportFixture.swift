import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import TestSupport
import Testing

/// A migrated database with one city, and a folder for files, made for one test.
struct ImportFixture: Sendable {
    let connection: Connection
    let conninfo: String
    let folder: URL

    static func with<R: Sendable>(_ body: @Sendable (ImportFixture) async throws -> R) async throws -> R {
        let server = try await TestServer.shared()
        let template = try await server.template(named: "import") { conninfo in
            let sql = try Installation.find().sql
            let superuser = try await Connection.open(conninfo)
            try await superuser.script(String(contentsOf: sql.appendingPathComponent("roles.sql"), encoding: .utf8))
            await superuser.close()
            let owner = try await Connection.open(Self.asOwner(conninfo))
            _ = try await Migrator(sql: sql).migrate(owner)
            try await owner.script(
                """
                insert into bihuan.cities (code, name, ref_prefix) values ('demo', '示范市', 'DEM'), ('bare', '空市', 'BAR');
                insert into bihuan.plan_versions (city_id, plan_id, version, name, sha256, source)
                select city_id, 'plan', 1, '预案', '\\x00', '' from bihuan.cities;
                insert into bihuan.plan_adoptions (city_id, effective_on, plan_id, plan_version)
                select city_id, '2000-01-01', 'plan', 1 from bihuan.cities where code = 'demo';
                insert into bihuan.units (city_id, label, parent_id, tier, name)
                select city_id, 'city', null, 'city', '市局' from bihuan.cities;
                insert into bihuan.units (city_id, label, parent_id, tier, name)
                select city_id, 'district', unit_id, 'district', '区局' from bihuan.units where tier = 'city';
                """)
            await owner.close()
        }
        return try await server.withDatabase(template: template) { name in
            let conninfo = Self.asOwner(server.conninfo(database: name))
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let connection = try await Connection.open(conninfo)
            return try await body(ImportFixture(connection: connection, conninfo: conninfo, folder: folder))
        }
    }

    private static func asOwner(_ conninfo: String) -> String {
        conninfo.replacing("user=\(TestServer.superuser)", with: "user=bihuan_migrate")
    }

    static let map = """
        source: hotline
        fields:
          reference: no
          title: [{column: title}]
          content: [{column: text}]
          place: where
          channel: [{column: by}, {default: phone}]
          received_at: [{column: at}, {date: [yyyy-MM-dd, "yyyy/M/d H:m:s"]}]
          reply: answer
          replied_at: [{column: answered}, {date: [yyyy-MM-dd]}]
        optional: [title, where, by, at, answer, answered]
        ignore: [phone]
        """

    func path(_ name: String) -> String { self.folder.appendingPathComponent(name).path }

    func write(_ text: String, to name: String) throws -> String {
        try self.write(Array(text.utf8), to: name)
    }

    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: self.path(name)))
        return self.path(name)
    }

    func importer(size: ImportBatchSize = ImportBatchSize(), city: String = "demo") -> CaseImporter {
        let clocks = RegistrationClocks(needsOccurrence: false) { moments throws(ImportError) in
            let start = moments.registeredAt
            return [
                ClockRecord(
                    id: ClockID(rawValue: UUID()), assignment: nil, supervision: nil, unit: UnitID(rawValue: 1),
                    kind: .grading, rule: "grading", level: nil, limit: .wall(7_200), startEvent: "registered",
                    startedAt: start, dueAt: start.addingTimeInterval(7_200), nextRung: .notice,
                    nextAt: start.addingTimeInterval(5_760))
            ]
        }
        return CaseImporter(
            connection: self.connection, city: city, actor: "local:tester", size: size, clocks: clocks)
    }

    /// Writes the text to a file and imports it.
    func run(
        _ text: String,
        size: ImportBatchSize = ImportBatchSize(),
        map: String = ImportFixture.map
    ) async throws -> ImportSummary {
        try await self.importer(size: size).run(
            file: self.write(text, to: "cases.csv"),
            map: self.write(map, to: "map.yaml"),
            report: self.path("report.csv")
        )
    }

    /// Takes in a lead that belongs to no case, as `POST /leads` of a district does, and gives its identity.
    func takeIn(_ reference: String, _ content: String) async throws -> UUID {
        let now = Date()
        let draft = LeadDraft(source: "hotline", reference: reference, channel: "phone", content: content)
        let lead = try Lead(draft, now: now)
        let id = UUID()
        _ = try await self.connection.query(
            """
            insert into bihuan.leads
                   (city_id, lead_id, unit_id, source, reference, channel, title, content, received_at, recorded_at,
                    content_hash)
            select u.city_id, \(id), u.unit_id, \(lead.source), \(lead.reference), \(lead.channel), \(lead.title),
                   \(lead.content), \(lead.receivedAt), \(now), sha256(\(lead.canonicalForm))
              from bihuan.units u
              join bihuan.cities c on c.city_id = u.city_id
             where c.code = 'demo' and u.label = 'district'
            """)
        return id
    }

    /// A digest of all that imports write, apart from the account of the runs themselves.
    func state() async throws -> String {
        try await self.value(
            """
            select md5(string_agg(t.x, '' order by t.x)) from (
              select c::text as x from bihuan.cases c union all select l::text from bihuan.leads l
              union all select e::text from bihuan.events e union all select k::text from bihuan.clocks k
              union all select s::text from bihuan.series s union all select r::text from bihuan.lead_revisions r) t
            """)
    }

    /// The report's lines without the header.
    func report() throws -> [String] {
        let text = try String(contentsOfFile: self.path("report.csv"), encoding: .utf8)
        return text.split(separator: "\n").dropFirst().map(String.init)
    }

    /// Reference, outcome and code of each of the report's lines.
    func outcomes() throws -> [String] {
        try self.report().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            return [2, 3, 6].map { String(cells[$0]) }.joined(separator: " ")
        }
    }

    /// The one value that a query gives.
    func value<Value: PostgresDecodable & Sendable>(_ sql: SQL, as type: Value.Type = Value.self) async throws -> Value
    {
        let row = try #require(try await self.connection.query(sql, intent: .read).rows.first)
        return try row.get(0)
    }
}
