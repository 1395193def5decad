import Postgres
import TestSupport

/// Asks the database as the personas do, over connections of the real roles. Nothing it does stays.
struct TenancyProber: Sendable {
    private let connections: [String: Connection]

    /// - Parameter plans: `force_generic_plan` or `force_custom_plan`.
    static func open(_ database: String, plans: String) async throws -> TenancyProber {
        let server = try await TestServer.shared()
        let settings = SessionSettings(parameters: ["plan_cache_mode": plans], statementCapacity: 512)
        var connections: [String: Connection] = [:]
        for login in ["bihuan_server", "bihuan_worker"] {
            connections[login] = try await Connection.open(
                server.conninfo(database: database, user: login),
                settings: settings
            )
        }
        return TenancyProber(connections: connections)
    }

    func close() async {
        for connection in self.connections.values { await connection.close() }
    }

    /// The complaints about all probes that answer otherwise than expected, `limit` at most.
    func complaints(about probes: [TenancyProbe], limit: Int) async throws -> [String] {
        var complaints: [String] = []
        for login in Set(probes.map(\.persona.login)).sorted() {
            guard let connection = self.connections[login] else { continue }
            let own = probes.filter { $0.persona.login == login }
            complaints += await connection.complaints(about: own, limit: limit - complaints.count)
        }
        return complaints
    }
}

extension Connection {
    fileprivate func complaints(about probes: [TenancyProbe], limit: Int) -> [String] {
        var complaints: [String] = []
        for probe in probes where complaints.count < limit {
            let answer = self.answer(to: probe)
            if answer != probe.expected { complaints.append(probe.complaint(about: answer)) }
        }
        return complaints
    }

    private func answer(to probe: TenancyProbe) -> TenancyAnswer {
        do throws(Undone) {
            try self.transaction { _, transaction throws(Undone) in
                throw Undone(answer: Self.answer(to: probe, in: transaction))
            } orFail: {
                Undone(answer: .failed("\($0)"))
            }
        } catch {
            return error.answer
        }
        return .failed("committed")
    }

    private static func answer(to probe: TenancyProbe, in transaction: borrowing Transaction) -> TenancyAnswer {
        do throws(PostgresError) {
            let result = try transaction.flight([probe.persona.presenting, probe.statement])[1]
            guard !result.columnNames.isEmpty else { return .count(result.affected) }
            var keys: Set<String> = []
            for row in result.rows { keys.insert(try row.get(0)) }
            return .keys(keys)
        } catch {
            return error.sqlState == .insufficientPrivilege ? .refused : .failed("\(error)")
        }
    }
}

/// Ends a probe's transaction without leaving a trace of it.
private struct Undone: Error {
    var answer: TenancyAnswer
}
