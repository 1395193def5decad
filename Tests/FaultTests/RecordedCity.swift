import BihuanDomain
import BihuanStore
import Foundation
import HistoryChecker
import Postgres
import StoreTestSupport
import Testing

/// A small city in which everything has happened once, with the history of it.
///
/// Case 1 went the whole loop and is concluded; case 2 was late, supervised and is in the hands of `west`; case 3 is just
/// registered. One command was refused, one was never answered.
struct RecordedCity {
    let city: TestCity
    let history: History
    private var tokens: [String: String] = [:]
    private var last = 0

    init(_ city: TestCity) throws {
        self.city = city
        self.history = try History()
    }

    static func make(_ city: TestCity) async throws -> RecordedCity {
        var made = try RecordedCity(city)
        try await made.live()
        return made
    }

    /// The tag of the nth command, as ``next(_:_:_:)`` gave them out: from 1.
    static func tag(_ number: Int) -> String {
        String(repeating: "q", count: number / 20) + String(UnicodeScalar(UInt8(97 + number % 20)))
    }

    private mutating func next(_ verb: String, _ target: String, _ login: String) -> (HistoryCommand, number: Int) {
        self.last += 1
        let tag = Self.tag(self.last)
        let command = HistoryCommand(
            key: "test-\(tag)", tag: tag, login: login, verb: verb, target: target, door: "json")
        return (command, self.history.invoke(command))
    }

    private mutating func session(_ login: String) async throws -> String {
        if let token = self.tokens[login] { return token }
        let token = try await self.city.token(login)
        self.tokens[login] = token
        return token
    }

    private mutating func register(_ reference: String) async throws -> Outcome {
        let (command, number) = self.next("register", "case", "dispatcher.city")
        let lead = TestCity.lead(reference, content: "市民反映某超市销售过期食品 \(command.mark)")
        let outcome = try await self.city.store.desk.register(
            CaseDraft(lead: lead, reason: "来电 \(command.mark)"), by: try await self.session("dispatcher.city"),
            via: .json,
            key: command.key)
        self.history.settle(
            number, .acknowledged(changed: outcome.changed, about: outcome.ref ?? outcome.id.uuidString))
        return outcome
    }

    @discardableResult
    private mutating func take(
        _ verb: String, _ target: Target, _ login: String,
        _ make: @escaping @Sendable (UUID, _ mark: String) -> CaseCommand
    ) async throws -> Outcome {
        let (command, number) = self.next(verb, "\(target)", login)
        let mark = command.mark
        let outcome = try await self.city.store.desk.perform(
            on: target, by: .session(try await self.session(login)), via: .json, key: command.key
        ) { make($0, mark) }
        self.history.settle(
            number, .acknowledged(changed: outcome.changed, about: outcome.ref ?? outcome.id.uuidString))
        return outcome
    }

    private mutating func live() async throws {
        let final = FeedbackDraft(
            kind: .final, verdict: .substantiated, findings: "现场发现过期食品", measures: "下架封存", result: "立案处理")
        let one = Target.record(.id(try await self.register("S-1").id))
        try await self.take("grade", one, "dispatcher.city") { .grade(level: "general", reason: "关注 \($1)") }
        let first = Target.assignment(
            .id(
                try await self.take("assign", one, "dispatcher.city") {
                    .assign(unit: "east", instruction: "请核查", reason: "属地 \($1)")
                }.id))
        try await self.take("receive", first, "dispatcher.east") {
            .receive(AssignmentID(rawValue: $0), reason: "签收 \($1)")
        }
        try await self.take("urge", first, "dispatcher.city") {
            .urge(AssignmentID(rawValue: $0), reason: "请抓紧 \($1)")
        }
        let second = Target.assignment(
            .id(
                try await self.take("forward", first, "dispatcher.east") {
                    .forward(AssignmentID(rawValue: $0), unit: "east-1", instruction: "到现场", reason: "辖区 \($1)")
                }.id))
        try await self.take("receive", second, "handler.east-1") {
            .receive(AssignmentID(rawValue: $0), reason: "签收 \($1)")
        }
        let below = try await self.take("feed_back", second, "handler.east-1") {
            .feedBack(AssignmentID(rawValue: $0), final, reason: "反馈 \($1)")
        }
        try await self.take("accept", .feedback(below.id), "reviewer.east") {
            .accept(FeedbackID(rawValue: $0), reason: "核验 \($1)")
        }
        let above = try await self.take("feed_back", first, "dispatcher.east") {
            .feedBack(AssignmentID(rawValue: $0), final, reason: "反馈 \($1)")
        }
        try await self.take("accept", .feedback(above.id), "reviewer.city") {
            .accept(FeedbackID(rawValue: $0), reason: "核验 \($1)")
        }
        try await self.take("conclude", one, "dispatcher.city") { .conclude(reason: "已整改 \($1)") }

        let two = Target.record(.id(try await self.register("S-2").id))
        try await self.take("grade", two, "dispatcher.city") { .grade(level: "sensitive", reason: "关注 \($1)") }
        let late = try await self.take("assign", two, "dispatcher.city") {
            .assign(unit: "west", instruction: "请核查", reason: "属地 \($1)")
        }
        // 敏感: receipt within an hour; notice at 80 %, reminder when due, an order half an hour later.
        try await self.city.advance(by: .seconds(95 * 60))
        for _ in 0..<3 { try await self.fire() }
        try await self.take("receive", .assignment(.id(late.id)), "handler.west") {
            .receive(AssignmentID(rawValue: $0), reason: "签收 \($1)")
        }

        _ = try await self.register("S-3")
        let (refused, number) = self.next("conclude", "\(two)", "dispatcher.city")
        do {
            _ = try await self.city.store.desk.perform(
                on: two, by: .session(try await self.session("dispatcher.city")), via: .json, key: refused.key
            ) { _ in .conclude(reason: "已整改 \(refused.mark)") }
            Issue.record("a case with open work was concluded")
        } catch {
            self.history.settle(number, .refused("state"))
        }
        let (_, unanswered) = self.next("grade", "\(two)", "dispatcher.city")
        self.history.settle(unanswered, .unknown)
    }

    /// Fires what is due.
    private func fire() async throws {
        let due = try await self.city.owner { connection throws(PostgresError) in
            try connection.query(
                "select clock_id, next_rung from bihuan.clocks where next_at <= bihuan.now() order by next_at"
            ).rows.map { row throws(PostgresError) in
                (ClockID(rawValue: try row.get("clock_id")), Rung(rawValue: try row.get("next_rung")))
            }
        }
        for (clock, rung) in due {
            _ = try await self.city.store.desk.fire(clock, try #require(rung), of: self.city.city)
        }
    }
}
