import BihuanDomain
import DomainTestSupport
import Foundation
import SeededRandom
import Testing

/// What must hold of clocks whatever is done in whatever order.
struct ClockPropertyTests {
    /// A case on which officers do what comes to their minds; refusals are as good as steps.
    private struct Walk {
        var fixture: DocketFixture
        var dice: SeededGenerator
        var stopped: Set<ClockID> = []
        /// Steps that were not refused.
        var taken = 0

        init(seed: UInt64) throws {
            self.fixture = try NamedClockTests.fixture()
            self.dice = SeededGenerator(seed: seed)
        }

        mutating func step() throws {
            self.fixture.now = self.fixture.now.addingTimeInterval(Double.random(in: 60...5_400, using: &self.dice))
            try self.fireWhatIsDue()
            // Most of what comes to mind is refused.
            for _ in 0..<40 where try self.attempt() { return }
        }

        private mutating func attempt() throws -> Bool {
            let hops = self.fixture.docket.assignments
            let clocks = self.fixture.docket.clocks
            let hop = hops.randomElement(using: &self.dice)
            let clock = clocks.randomElement(using: &self.dice)
            let feedback = self.fixture.docket.feedback.randomElement(using: &self.dice)
            let unit = [DocketFixture.city, DocketFixture.east, DocketFixture.eastOne].randomElement(using: &self.dice)!
            let role = [PostRole.dispatcher, .leader, .handler, .reviewer].randomElement(using: &self.dice)!
            let limit = ["PT2H", "P1WD", "PT4WH"].randomElement(using: &self.dice)!
            let none = AssignmentID(rawValue: UUID())
            let commands: [CaseCommand?] = [
                .grade(level: ["general", "major"].randomElement(using: &self.dice)!, reason: "x"),
                .assign(unit: "east", instruction: "", reason: "x"),
                .receive(hop?.id ?? none, reason: nil),
                .forward(hop?.id ?? none, unit: "east-1", instruction: "", reason: "x"),
                .feedBack(hop?.id ?? none, DocketFixture.final),
                .feedBack(hop?.id ?? none, FeedbackDraft(kind: .interim, findings: "x")),
                feedback.map { .accept($0.id, reason: nil) }, feedback.map { .sendBack($0.id, reason: "x") },
                clock.map { .pause($0.id, reason: "x") }, clock.map { .resume($0.id, reason: "x") },
                clock.map { .resume($0.id, reason: "x") },
                clock.map { .askExtension($0.id, by: limit, reason: "x") },
                clock.map { .grantExtension($0.id, reason: "x") }, clock.map { .refuseExtension($0.id, reason: "x") },
                .file(FilingDraft(form: "first", fields: ["text": "x"])),
                .file(FilingDraft(form: "release", fields: ["text": "x"])),
                .file(FilingDraft(form: "answer", fields: ["text": "x"])),
            ]
            guard let command = commands.randomElement(using: &self.dice)! else { return false }
            do throws(Refusal) {
                let changes = try self.fixture.take(command, role, unit)
                self.stopped.formUnion(changes.stoppedClocks.map(\.clock.id))
                self.taken += 1
                return true
            } catch {
                return false
            }
        }

        /// As the sweeper does.
        private mutating func fireWhatIsDue() throws {
            let now = self.fixture.now
            while let clock = self.fixture.docket.clocks.filter({ ($0.nextAt ?? .distantFuture) <= now }).min(by: {
                ($0.nextAt ?? .distantFuture, $0.id.text) < ($1.nextAt ?? .distantFuture, $1.id.text)
            }), let rung = clock.nextRung {
                let changes = try self.fixture.fire(clock.id, rung, at: now)
                #expect(changes.firing?.clock == clock.id, "what is due fires")
                self.stopped.formUnion(changes.stoppedClocks.map(\.clock.id))
            }
        }
    }

    @Test(arguments: 1...40) func `what is stored of a clock is what its rule, start, pauses and extensions say`(
        seed: Int
    ) throws {
        var walk = try Walk(seed: UInt64(seed))
        for _ in 0..<150 {
            try walk.step()
            for clock in walk.fixture.docket.clocks {
                // A clock that was breached keeps the deadline it broke, whatever moves after.
                if clock.breachedAt == nil {
                    #expect(try walk.fixture.docket.recomputedDue(of: clock) == clock.dueAt, "\(clock.rule)")
                }
                #expect(clock.isPaused ? clock.nextAt == nil : (clock.nextAt == nil) == (clock.nextRung == nil))
                #expect(!walk.stopped.contains(clock.id), "what was stopped does not run again")
                #expect(clock.breachedAt == nil || clock.breachedAt! <= walk.fixture.now)
            }
            let running = walk.fixture.docket.clocks.filter { $0.kind == .filing }.map(\.rule)
            #expect(running.count == Set(running).count, "no filing is waited for twice")
        }
        #expect(walk.taken > 60)
    }

    @Test(arguments: 1...20) func `a clock that was stopped never fires`(seed: Int) throws {
        var walk = try Walk(seed: UInt64(1000 + seed))
        for _ in 0..<100 { try walk.step() }
        for id in walk.stopped {
            for rung in Rung.allCases {
                #expect(try walk.fixture.fire(id, rung, at: .distantFuture).isEmpty)
            }
        }
    }

    @Test func `filings that have nothing to do with each other may come in either order`() throws {
        func end(_ forms: [String]) throws -> [String: Date] {
            var fixture = try NamedClockTests.fixture()
            try fixture.take(.grade(level: "major", reason: "x"))
            fixture.now = fixture.now.addingTimeInterval(600)
            for form in forms { try fixture.take(.file(FilingDraft(form: form, fields: ["text": "x"]))) }
            return Dictionary(uniqueKeysWithValues: fixture.docket.clocks.map { ($0.rule, $0.dueAt) })
        }

        #expect(try end(["first", "answer"]) == end(["answer", "first"]))
        #expect(try end(["first", "release"]) == end(["release", "first"]))
    }
}
