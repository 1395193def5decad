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

    // MARK: The order of what has nothing to do with each other

    /// Two units that work on one case side by side, and a case that waits for filings.
    private struct SideBySide {
        /// Something that is done to one of them. What is done to the same comes in its order.
        enum Act {
            case receive, interim, final, accept, sendBack, giveBack
            case pause(ClockKind)
            case resume(ClockKind)
            case ask(ClockKind, String)
            case grant(ClockKind)
            case refuse(ClockKind)
            case file(String)
        }

        /// The two hops, and each form that is filed.
        enum Subject: Hashable {
            case hop(AssignmentID)
            case form(String)
        }

        var fixture: DocketFixture
        /// Whether each act was taken, subject by subject.
        var taken: [Subject: [Bool]] = [:]
        /// How clocks ended.
        var ended: [String] = []

        mutating func perform(_ act: Act, on subject: Subject) throws {
            let docket = self.fixture.docket
            let isTaken: Bool
            do throws(Refusal) {
                let changes: Changes
                switch (act, subject) {
                case (.file(let form), _):
                    changes = try self.fixture.take(.file(FilingDraft(form: form, fields: ["text": "x"])))
                case (_, .form): return
                case (_, .hop(let id)):
                    let unit = docket.assignment(id)!.to
                    func clock(_ kind: ClockKind) -> ClockID {
                        docket.clocks.first { $0.kind == kind && $0.assignment == id }?.id ?? ClockID(rawValue: UUID())
                    }
                    let pending =
                        docket.feedback.last { $0.assignment == id && $0.state == .pending }?.id
                        ?? FeedbackID(rawValue: UUID())
                    switch act {
                    case .receive: changes = try self.fixture.take(.receive(id, reason: nil), .handler, unit)
                    case .interim:
                        changes = try self.fixture.take(
                            .feedBack(id, FeedbackDraft(kind: .interim, findings: "x")), .handler, unit)
                    case .final: changes = try self.fixture.take(.feedBack(id, DocketFixture.final), .handler, unit)
                    case .accept: changes = try self.fixture.take(.accept(pending, reason: nil))
                    case .sendBack: changes = try self.fixture.take(.sendBack(pending, reason: "x"))
                    case .giveBack: changes = try self.fixture.take(.return(id, reason: "x"), .handler, unit)
                    case .pause(let kind): changes = try self.fixture.take(.pause(clock(kind), reason: "x"), .leader)
                    case .resume(let kind): changes = try self.fixture.take(.resume(clock(kind), reason: "x"), .leader)
                    case .ask(let kind, let limit):
                        changes = try self.fixture.take(
                            .askExtension(clock(kind), by: limit, reason: "x"), .leader, unit)
                    case .grant(let kind):
                        changes = try self.fixture.take(.grantExtension(clock(kind), reason: "x"), .leader)
                    case .refuse(let kind):
                        changes = try self.fixture.take(.refuseExtension(clock(kind), reason: "x"), .leader)
                    case .file: return
                    }
                }
                self.note(changes)
                isTaken = true
            } catch {
                isTaken = false
            }
            self.taken[subject, default: []].append(isTaken)
        }

        mutating func note(_ changes: Changes) {
            self.ended += changes.stoppedClocks.map { clock, outcome in
                "\(self.words(clock)) \(outcome.rawValue)"
            }
        }

        /// As the sweeper does.
        mutating func fireWhatIsDue() throws {
            let now = self.fixture.now
            while let clock = self.fixture.docket.clocks.filter({ ($0.nextAt ?? .distantFuture) <= now }).min(by: {
                (self.words($0), $0.nextRung!) < (self.words($1), $1.nextRung!)
            }), let rung = clock.nextRung {
                self.note(try self.fixture.fire(clock.id, rung, at: now))
            }
        }

        private func words(_ clock: ClockRecord) -> String {
            let hop = clock.assignment.flatMap { self.fixture.docket.assignment($0)?.to.rawValue } ?? 0
            let pauses = clock.pauses.map { "\($0.begin.timeIntervalSince1970)-\($0.end?.timeIntervalSince1970 ?? 0)" }
            return "\(clock.rule) of \(clock.unit.rawValue) on \(hop) \(clock.limit.text) "
                + "\(clock.startedAt.timeIntervalSince1970) \(clock.dueAt.timeIntervalSince1970) "
                + "\(clock.breachedAt?.timeIntervalSince1970 ?? 0) \(pauses) \(clock.extensions.map(\.text)) "
                + "\(clock.asked?.text ?? "-") \(clock.nextRung?.rawValue ?? "-") "
                + "\(clock.nextAt?.timeIntervalSince1970 ?? 0)"
        }

        /// Everything that the rules go by, without identities.
        var standing: [String] {
            let docket = self.fixture.docket
            let hops = docket.assignments.map { "\($0.to.rawValue) \($0.state.rawValue) \($0.version)" }
            let orders = docket.supervisions.map { "\($0.to.rawValue) \($0.cause) \($0.grade) \($0.state.rawValue)" }
            let filed = docket.filed.map { "\($0.form) \($0.count) \($0.lastAt.timeIntervalSince1970)" }
            return [docket.record.state.rawValue, docket.record.level ?? "-"] + docket.clocks.map(self.words).sorted()
                + hops.sorted() + orders.sorted() + filed.sorted() + self.ended.sorted()
        }
    }

    @Test(arguments: 1...40)
    func `what has nothing to do with each other may come in any order`(seed: Int) throws {
        var dice = SeededGenerator(seed: UInt64(5000 + seed))
        var fixture = try NamedClockTests.fixture()
        try fixture.take(.grade(level: ["general", "major"].randomElement(using: &dice)!, reason: "x"))
        for unit in ["east", "west"] { try fixture.take(.assign(unit: unit, instruction: "", reason: "x")) }
        let hops = fixture.docket.assignments.map { SideBySide.Subject.hop($0.id) }
        var one = SideBySide(fixture: fixture)
        var other = SideBySide(fixture: fixture)
        let kinds: [ClockKind] = [.receipt, .feedback, .interim, .review]
        var count = 0
        for _ in 0..<40 {
            // What comes to mind for each subject, in its own order.
            var lists: [(subject: SideBySide.Subject, acts: [SideBySide.Act])] = hops.map { hop in
                (
                    hop,
                    (0..<Int.random(in: 0...3, using: &dice)).map { _ in
                        let kind = kinds.randomElement(using: &dice)!
                        let acts: [SideBySide.Act] = [
                            .receive, .interim, .final, .accept, .sendBack, .pause(kind), .resume(kind), .resume(kind),
                            .ask(kind, ["PT2H", "P1WD", "PT4WH"].randomElement(using: &dice)!), .grant(kind),
                            .refuse(kind),
                        ]
                        // Work that goes away is rare, or nothing is left to do.
                        return Int.random(in: 0..<60, using: &dice) == 0 ? .giveBack : acts.randomElement(using: &dice)!
                    }
                )
            }
            for form in ["first", "release", "answer"] where Int.random(in: 0..<4, using: &dice) == 0 {
                lists.append((.form(form), [.file(form)]))
            }
            for run in [true, false] {
                var left = lists.map { $0.acts[...] }
                while let place = left.indices.filter({ !left[$0].isEmpty }).randomElement(using: &dice) {
                    let act = left[place].removeFirst()
                    if run {
                        try one.perform(act, on: lists[place].subject)
                        count += 1
                    } else {
                        try other.perform(act, on: lists[place].subject)
                    }
                }
            }
            #expect(one.taken == other.taken)
            #expect(one.standing == other.standing)
            guard one.standing == other.standing else { return }
            // What has to do with all of them comes between.
            let later = one.fixture.now.addingTimeInterval(Double.random(in: 60...7_200, using: &dice))
            let level =
                Int.random(in: 0..<5, using: &dice) == 0 ? ["general", "major"].randomElement(using: &dice) : nil
            func turn(_ side: inout SideBySide) throws {
                side.fixture.now = later
                try side.fireWhatIsDue()
                if let level, let changes = try? side.fixture.take(.grade(level: level, reason: "x")) {
                    side.note(changes)
                }
            }
            try turn(&one)
            try turn(&other)
            #expect(one.standing == other.standing)
        }
        #expect(count > 60)
        #expect(one.taken.values.joined().count { $0 } > 15)
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
