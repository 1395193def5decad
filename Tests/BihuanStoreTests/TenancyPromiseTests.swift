import TestSupport
import Testing

@Suite(.serialized)
struct TenancyPromiseTests {
    @Test(arguments: try TenancyPromise.all())
    func `the schema keeps its promises`(promise: TenancyPromise) async throws {
        try await TenancyDatabase.withEmptyCity { database in
            try await TenancyDatabase.runFiles([promise.file], at: TestServer.shared().conninfo(database: database))
        }
    }
}
