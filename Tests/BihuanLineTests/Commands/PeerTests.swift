import BihuanDomain
import BihuanLine
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import TestSupport
import Testing

struct PeerTests {
    private static let secret = [UInt8](1...32)

    /// The account that runs these tests, as the kernel will name it.
    private static var osUser: String { NSUserName() }

    private static func map(_ city: TestCity) async throws {
        let owner = try await Connection.open(
            city.server.conninfo(database: city.database, user: "bihuan_migrate"))
        try await Registry(owner).setPeer(
            osUser: Self.osUser, login: "operator.city", secret: Self.secret, in: city.city)
        await owner.close()
    }

    @Test func `a mapped account of this machine is logged in before it says a word`() async throws {
        try await TestCity.with { city in
            try await Self.map(city)
            try await ServerFixture.run(city) {
                $0.peerSecret = Self.secret
            } _: { server in
                let answer = try await RawClient.exchange(
                    socket: server.socketPath, "WHOAMI format=json\nAUTHINFO SASL EXTERNAL =\nQUIT\n")
                #expect(RawClient.codes(answer) == [200, 215, 502, 205])
                #expect(answer.utf8.contains("\"user\":\"operator.city@test\"".utf8))
                // Not over TCP, whoever it is.
                #expect(RawClient.codes(try await RawClient.exchange(port: server.port, "WHOAMI\n")) == [200, 480])
            }
        }
    }

    @Test func `without the server's secret nobody is logged in by their account`() async throws {
        try await TestCity.with { city in
            try await Self.map(city)
            for secret in [nil, [UInt8](repeating: 0, count: 32)] {
                try await ServerFixture.run(city) {
                    $0.peerSecret = secret
                } _: { server in
                    let answer = try await RawClient.exchange(
                        socket: server.socketPath, "WHOAMI\nAUTHINFO SASL EXTERNAL =\nQUIT\n")
                    #expect(RawClient.codes(answer) == [200, 480, 481, 205])
                }
            }
        }
    }

    @Test func `leaving ends the session in the database`() async throws {
        try await TestCity.with { city in
            try await Self.map(city)
            try await ServerFixture.run(city) {
                $0.peerSecret = Self.secret
            } _: { server in
                _ = try await RawClient.exchange(socket: server.socketPath, "WHOAMI\nQUIT\n")
                _ = try await RawClient.exchange(socket: server.socketPath, "WHOAMI\n")
            }
            let open = try await city.owner { connection throws(PostgresError) -> Int in
                try connection.query(
                    "select count(*) as n from bihuan.sessions where via = 'line' and revoked_at is null"
                ).rows[0].get("n")
            }
            #expect(open == 0)
        }
    }
}
