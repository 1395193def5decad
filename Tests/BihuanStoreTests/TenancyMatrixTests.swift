import Postgres
import TestSupport
import Testing

/// Tenancy is exact, not merely tight: what each persona reaches over SQL, as the role the server or the worker logs in
/// as, equals what the oracle says, no row more and none fewer.
///
/// The world and the oracle are SQL: `sql/tests/support`.
@Suite
struct TenancyMatrixTests {
    @Test(arguments: ["force_generic_plan", "force_custom_plan"])
    func `every persona reaches exactly what the oracle says`(plans: String) async throws {
        try await TenancyDatabase.withWorld { database in
            let superuser = try await Connection.open(
                TestServer.shared().conninfo(database: database),
                settings: TenancyDatabase.patient
            )
            let probes = try await TenancyProbe.all(superuser)
            await superuser.close()
            let prober = try await TenancyProber.open(database, plans: plans)

            let complaints = try await prober.complaints(about: probes, limit: 20)
            await prober.close()

            #expect(probes.count > 10_000)
            #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
        }
    }

    @Test func `every relation is probed with every verb by every persona`() async throws {
        try await TenancyDatabase.withWorld { database in
            let superuser = try await Connection.open(TestServer.shared().conninfo(database: database))
            let missing = try await superuser.query(
                """
                select t.relname || ' ' || v || ' ' || p.name as cell
                  from pg_class t
                 cross join unnest(array['select', 'insert', 'update', 'delete']) v
                 cross join world.personas p
                 where t.relnamespace = 'bihuan'::regnamespace and t.relkind = 'r'
                   and not exists (
                     select from oracle.expectations e
                      where (e.relation, e.verb, e.persona) = (t.relname, v, p.name)
                   )
                """
            ).rows.map { try $0.get("cell", as: String.self) }
            await superuser.close()

            #expect(missing.isEmpty)
        }
    }

    @Test func `the matrix fails when any one policy is loosened or tightened`() async throws {
        try await TenancyDatabase.withWorld { database in
            let superuser = try await Connection.open(
                TestServer.shared().conninfo(database: database),
                settings: TenancyDatabase.patient
            )
            let probes = Dictionary(grouping: try await TenancyProbe.all(superuser), by: \.relation)
            let mutations = try await TenancyMutation.all(superuser)
            let prober = try await TenancyProber.open(database, plans: "force_generic_plan")

            var unnoticed: [String] = []
            for mutation in mutations {
                let own = probes[mutation.relation, default: []].filter { mutation.logins.contains($0.persona.login) }
                let near = own.filter { $0.verb == mutation.verb } + own.filter { $0.verb != mutation.verb }
                try await superuser.script(mutation.statement)
                if try await prober.complaints(about: near, limit: 1).isEmpty { unnoticed.append(mutation.name) }
                try await superuser.script(mutation.undo)
            }
            // Undone, the matrix holds again: what was noticed was the mutation.
            let complaints = try await prober.complaints(about: probes.values.flatMap { $0 }, limit: 5)
            await prober.close()
            await superuser.close()

            #expect(mutations.count > 100)
            #expect(unnoticed.isEmpty)
            #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
        }
    }
}
