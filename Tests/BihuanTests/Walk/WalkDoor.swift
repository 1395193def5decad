import BihuanDomain
import BihuanStore
import BihuanWorkers
import Foundation
import Logging
import Postgres
import StoreTestSupport
import Testing

/// The doors that officers come in by.
enum WalkDoor: CaseIterable, Sendable { case json, line }

extension BothDoors {
    /// Runs `body` with a hand that is each officer's at one of the doors, and whose sessions are kept.
    static func walk(
        _ door: WalkDoor, _ body: @Sendable (BothDoors, any OfficeHand) async throws -> Void
    ) async throws {
        try await Self.with { doors in
            let conversations = KeptConversations(socket: doors.socket)
            let hand: any OfficeHand =
                switch door {
                case .json: JSONHand(port: doors.http, kept: KeptTokens())
                case .line: LineHand(socket: doors.socket, kept: conversations)
                }
            do {
                try await body(doors, hand)
            } catch {
                await conversations.close()
                throw error
            }
            await conversations.close()
        }
    }
}

/// Refused, in words that name these.
func expectRefusal(
    _ words: String..., at location: SourceLocation = #_sourceLocation, step: () async throws -> Void
) async {
    await #expect(sourceLocation: location) {
        try await step()
    } throws: { error in
        guard let answer = (error as? DoorSaidNo)?.answer else { return false }
        return words.allSatisfy { answer.contains($0) }
    }
}

/// Not there, or not to be seen: the two look the same.
func expectAbsence(at location: SourceLocation = #_sourceLocation, step: () async throws -> Void) async {
    await #expect(sourceLocation: location) {
        try await step()
    } throws: { error in
        guard let answer = (error as? DoorSaidNo)?.answer else { return false }
        return answer.hasPrefix("490") || answer.contains(#""status":404"#)
    }
}

extension TestCity {
    /// The sweeper of a server beside the doors.
    func sweeper(batchSize: Int = 100) -> SupervisionSweeper<ContinuousClock> {
        SupervisionSweeper(
            store: self.store, configuration: SweeperConfiguration(batchSize: batchSize, concurrency: 2),
            clock: ContinuousClock(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Fires all that is due, rung after rung.
    func sweep() async {
        let sweeper = self.sweeper()
        var idle = 0
        while idle < 3 { idle = await sweeper.pass() == 0 ? idle + 1 : 0 }
    }

    /// Ref of the assignment made last.
    func lastAssignment() async throws -> String {
        try await self.texts("select ref as text from bihuan.assignments order by ref desc limit 1")[0]
    }

    /// The column `text` of a statement's rows.
    func texts(_ statement: SQL) async throws -> [String] {
        try await self.owner { connection throws(PostgresError) in
            try connection.query(statement).rows.map { row throws(PostgresError) in try row.get("text") }
        }
    }
}
