import Foundation
import Postgres
import TestSupport
import Testing

struct TenancyLintTests {
    @Test func `each lint finds the fault planted for it`() async throws {
        let lints = try String(
            contentsOf: TenancyDatabase.folder.appendingPathComponent("tests/lints.sql"),
            encoding: .utf8
        )
        try await TenancyDatabase.withEmptyCity { database in
            let superuser = try await Connection.open(TestServer.shared().conninfo(database: database))
            for fault in TenancyFault.all {
                try await superuser.script("begin; \(fault.plant)")
                let error = await #expect(throws: PostgresError.self, "\(fault.testDescription)") {
                    try await superuser.script(lints)
                }
                try await superuser.script("rollback")

                let message = error?.message ?? "nothing"
                #expect(message.hasPrefix("\(fault.lint) "), "\(fault.testDescription) was found as: \(message)")
            }
            try await superuser.script(lints)
            await superuser.close()
        }
    }
}
