import BihuanDomain
import DomainTestSupport
import Foundation
import Testing

/// Orders (督办): what the plan says of them, what comes of one that is ignored, and who is called at night.
struct OrderTests {
    /// An order to reply in eight hours; not answered it goes up two hours later, and five working days later a circular
    /// comes.
    private static let plan = try! Plan(
        DocketFixture.node.with([
            "clocks": DocketFixture.clocks.with([
                "feedback": [
                    "name": "最终反馈", "starts_on": "assigned", "stops_on": "feed_back", "limit": "P3WD",
                    "ladder": [
                        "supervision": [
                            "after": "0.25", "at_least": "PT30M", "grade": "serious", "copy_to": ["city"],
                        ]
                    ],
                ],
                "reply": [
                    "name": "督办回复", "starts_on": "ordered", "stops_on": "reply", "limit": "PT8H",
                    "ladder": [
                        "supervision": [
                            "after": "0.25", "at_least": "PT30M", "grade": "serious", "copy_to": ["city"],
                        ],
                        "circular": "P5WD",
                    ],
                ],
            ])
        ]))

    /// Forwarded to the station, which the district has ordered.
    private static func ordered() throws -> (DocketFixture, order: SupervisionRecord) {
        var fixture = try DocketFixture(plan: Self.plan)
        let hop = try fixture.assigned()
        try fixture.take(.receive(hop, reason: nil), .dispatcher, DocketFixture.east)
        try fixture.take(.forward(hop, unit: "east-1", instruction: "", reason: "x"), .dispatcher, DocketFixture.east)
        let child = fixture.docket.assignments[1].id
        try fixture.take(.receive(child, reason: nil), .handler, DocketFixture.eastOne)
        try fixture.take(
            .supervise(child, cause: .overdue, requirement: "说明", reason: "x"), .leader, DocketFixture.east)
        return (fixture, fixture.docket.supervisions[0])
    }

    private static func replyClock(of order: SupervisionID, in fixture: DocketFixture) -> ClockRecord? {
        fixture.docket.clocks.first { $0.supervision == order && $0.kind == .reply }
    }

    /// Past its deadline, up to the rung that takes it a tier up.
    private static func ignored() throws -> (DocketFixture, order: SupervisionRecord, clock: ClockID, due: Date) {
        var (fixture, order) = try Self.ordered()
        let clock = try #require(Self.replyClock(of: order.id, in: fixture))
        _ = try fixture.fire(clock.id, .reminder, at: clock.dueAt + 1)
        let climbed = try fixture.fire(clock.id, .supervision, at: clock.dueAt + 2 * 3600)
        #expect(climbed.events.map(\.kind) == [.raised, .supervised])
        #expect(climbed.messages.contains { $0.unit == DocketFixture.eastOne && $0.topic == "supervision.raised" })
        order = fixture.docket.supervisions[0]
        return (fixture, order, clock.id, clock.dueAt)
    }

    @Test func `an order that is ignored leads to its circular, though it went a tier up`() throws {
        var (fixture, order, clock, due) = try Self.ignored()
        #expect(order.state == .raised)
        let running = try #require(Self.replyClock(of: order.id, in: fixture))
        #expect(running.nextRung == .circular && running.breachedAt == due)

        let fired = try fixture.fire(clock, .circular, at: try #require(running.nextAt))
        #expect(fired.events.map(\.kind) == [.circulated])
        #expect(fired.messages.contains { $0.unit == DocketFixture.eastOne && $0.topic == "clock.circular" })
    }

    @Test func `what went a tier up is still to be answered, once, and then nothing more comes of it`() throws {
        var (fixture, order, _, _) = try Self.ignored()
        let identity = DocketFixture.officer(.handler, DocketFixture.eastOne).identity
        let facts = fixture.docket.facts(of: order)
        #expect(Permission.allowed(on: facts, to: try #require(identity), in: DocketFixture.tree) == [.reply])
        let changes = try fixture.take(.reply(order.id, text: "已办"), .handler, DocketFixture.eastOne)

        #expect(changes.stoppedClocks.map(\.outcome) == [.late])
        #expect(changes.newClocks.isEmpty, "the tier above judges its own order")
        #expect(fixture.docket.supervision(order.id)?.state == .raised)
        #expect(Self.replyClock(of: order.id, in: fixture) == nil)
        #expect(throws: Refusal.self) {
            try fixture.take(.reply(order.id, text: "x"), .handler, DocketFixture.eastOne)
        }
    }

    @Test func `with the order above it ends what was raised into it`() throws {
        var (fixture, order, _, _) = try Self.ignored()
        let above = fixture.docket.supervisions[1]
        try fixture.take(.reply(above.id, text: "已督促"), .handler, DocketFixture.east)
        #expect(Self.replyClock(of: order.id, in: fixture) != nil)
        try fixture.take(.lift(above.id, reason: "x"), .leader)
        #expect(Self.replyClock(of: order.id, in: fixture) == nil)
    }

    @Test func `an order that is raised in time was not ignored`() throws {
        var (fixture, order) = try Self.ordered()
        try fixture.take(.raise(order.id, reason: "x"), .leader, DocketFixture.east)
        #expect(Self.replyClock(of: order.id, in: fixture) == nil)
    }

    @Test func `an order by hand is as grave, and copied to whom, as the plan has it`() throws {
        var (fixture, order) = try Self.ordered()
        #expect(order.grade == .serious && order.copies == [DocketFixture.city])
        let changes = try fixture.take(.raise(order.id, reason: "x"), .leader, DocketFixture.east)
        // The city issues it itself.
        #expect(changes.newSupervisions.map(\.copies) == [[]])
        try fixture.take(.lift(try self.replied(&fixture), reason: "x"), .leader)
        let child = fixture.docket.assignments[1].id
        let mild = try fixture.take(
            .supervise(
                child, cause: .inadequate, requirement: "x", reason: "x", terms: SupervisionTerms(grade: .general)),
            .leader, DocketFixture.east)
        #expect(mild.newSupervisions.map(\.grade) == [.general])
    }

    private func replied(_ fixture: inout DocketFixture) throws -> SupervisionID {
        let order = fixture.docket.supervisions[1].id
        try fixture.take(.reply(order, text: "x"), .handler, DocketFixture.east)
        return order
    }

    @Test func `whoever is urged by hand at night is called as by the ladder`() throws {
        var fixture = try DocketFixture()
        let hop = try fixture.assigned()
        #expect(try fixture.take(.urge(hop, reason: "x"), .duty).messages.map(\.duty) == [.atNight])
        // Nobody stands above the bureau: whoever is on duty, at any hour.
        #expect(try fixture.take(.urgeOwner(reason: "x"), .leader).messages.map(\.duty) == [.always])
    }
}
