import BihuanDomain
import DomainTestSupport
import Foundation

/// A case in which the steps of a question are taken.
///
/// The answer tells, step by step, when the clock is due now (`-` where none runs; with that of the assignment above behind
/// a `^`), or `no` where the step is refused; and how clocks ended on it, as `outcome:due:breached`. `missing YEAR` where
/// the calendar does not reach that far ends it.
struct Play {
    private static let rule = "asked"

    private let question: Question
    private var fixture: DocketFixture
    /// Where the work lies whose clock is asked about.
    private var hop: AssignmentID?
    private var unit = DocketFixture.city

    static func answer(to question: Question, _ calendar: WorkingCalendar) throws -> String {
        var tokens: [String] = []
        do throws(Refusal) {
            guard let plan = try? Plan(Self.plan(question.version, for: question)), let first = question.steps.first
            else { fatalError("no plan for \(question)") }
            var fixture = try DocketFixture(
                plan: plan, calendar: calendar, at: first.at,
                occurredAt: question.kind == .report ? question.start : nil)
            if let successor = question.successor {
                guard let newer = try? Plan(Self.plan(successor, for: question)) else {
                    fatalError("no second plan for \(question)")
                }
                fixture.docket = Docket(
                    record: fixture.docket.record, clocks: fixture.docket.clocks, tree: fixture.docket.tree,
                    plan: plan, successor: (2, newer), calendar: calendar)
            }
            var play = Play(question: question, fixture: fixture)
            for step in question.steps { tokens.append(try play.take(step)) }
        } catch {
            guard case .missingCalendarYear(let year) = error else { fatalError("\(question): \(error)") }
            tokens.append("missing \(year)")
        }
        return tokens.joined(separator: " ")
    }

    private init(question: Question, fixture: DocketFixture) {
        self.question = question
        self.fixture = fixture
    }

    // MARK: The plan

    /// Nothing but the clock asked about hangs on the calendar or on the level.
    private static func plan(_ version: Question.Version, for question: Question) -> PlanNode {
        var clocks: [String: PlanNode] = [
            "grading": Self.clock("registered", "grade"), "dispatch": Self.clock("graded", "assign"),
            "receipt": Self.clock("assigned", "receive"), "feedback": Self.clock("assigned", "feed_back"),
            "review": Self.clock("fed_back", "review"), "reply": Self.clock("ordered", "reply"),
            "judgement": Self.clock("replied", "judge"), "conclusion": Self.clock("accepted", "conclude"),
        ]
        let act =
            switch question.kind {
            case .feedback, .below: "feed_back"
            case .interim: "interim"
            case .report: "report"
            }
        if act == "feed_back" { clocks["feedback"] = nil }
        clocks[Self.rule] = Self.clock(version.general, act, question)
        if let special = version.special {
            clocks[Self.rule + "_m"] = Self.clock(special, act, question).with(["name": "另计", "matters": ["m"]])
        }
        let start = PlanNode.Place.start
        let levels = question.levels.map { key in
            PlanNode.map(
                [("key", key), ("name", key), ("colour", "blue")].map {
                    PlanNode.Entry(key: $0.0, place: start, value: .text($0.1, start))
                }, start)
        }
        return [
            "plan": "asked", "name": "试验预案", "source": ["issuer": "市局"],
            "schemes": ["case": ["name": "等级", "levels": .list(levels, start)]],
            "matters": [["key": "m", "name": "甲"], ["key": "n", "name": "乙"]],
            "forms": ["first": ["act": "report", "name": "首报", "fields": [["key": "text", "name": "内容"]]]],
            "clocks": PlanNode.map([], start).with(clocks),
        ]
    }

    private static func clock(_ event: String, _ act: String) -> PlanNode {
        let start = PlanNode.Place.start
        return [
            "name": .text(act, start), "starts_on": .text(event, start), "stops_on": .text(act, start),
            "limit": "PT4H", "ladder": ["notice": "0.8"],
        ]
    }

    /// The clock asked about.
    private static func clock(_ rule: Question.Rule, _ act: String, _ question: Question) -> PlanNode {
        let start = PlanNode.Place.start
        let clock = Self.clock(rule.event, act)
        let limits = zip(question.levels, rule.limits).compactMap { level, limit in
            limit.map { PlanNode.Entry(key: level, place: start, value: .text($0, start)) }
        }
        var members: [String: PlanNode] = [
            "levels": .list(limits.map { .text($0.key, start) }, start), "limit": .map(limits, start),
        ]
        if question.kind == .interim { members["repeats"] = "true" }
        // There is no time before what is due at once.
        if rule.limits.allSatisfy({ $0 == nil || $0 == "NOW" }) { members["ladder"] = PlanNode.map([], start) }
        return clock.with(members)
    }

    // MARK: Steps

    private mutating func take(_ step: Question.Step) throws(Refusal) -> String {
        try self.sweep(before: step.at)
        self.fixture.now = step.at
        let ended: [String]
        do throws(Refusal) {
            ended = try self.perform(step).flatMap(\.stoppedClocks).filter { Self.isAsked($0.clock) }.map {
                "\($0.outcome.rawValue):\(Self.text($0.clock.dueAt)):\($0.clock.breachedAt.map(Self.text) ?? "-")"
            }
        } catch .clockStands(_, _) {
            return "no"
        } catch .badFields(let faults) where faults.map(\.code) == ["assignment_above_is_due"] {
            return "no"
        }
        if step.act == .end { return self.standing }
        var token = self.clock.map { Self.text($0.dueAt) } ?? "-"
        if let above = self.above { token += "^\(Self.text(above.dueAt))" }
        return ([token] + ended).joined(separator: ",")
    }

    /// - Returns: what changed, one act of an officer after the other.
    private mutating func perform(_ step: Question.Step) throws(Refusal) -> [Changes] {
        switch step.act {
        case .register, .end: return []
        case .assign:
            let all = [
                try self.fixture.take(.grade(level: step.value, reason: "x")),
                try self.fixture.take(.assign(unit: "east", instruction: "", reason: "x")),
            ]
            self.turn(to: DocketFixture.east)
            return all
        case .receive:
            guard let hop = self.hop else { fatalError("nothing to sign for") }
            return [try self.fixture.take(.receive(hop, reason: nil), .handler, self.unit)]
        case .forward:
            guard let hop = self.hop else { fatalError("nothing to pass on") }
            let forwarded = try self.fixture.take(
                .forward(hop, unit: "east-1", instruction: "", reason: "x"), .dispatcher, self.unit)
            self.turn(to: DocketFixture.eastOne)
            return [forwarded]
        case .grade: return [try self.fixture.take(.grade(level: step.value, reason: "x"))]
        case .change:
            // A case that nobody has graded yet is of no matter.
            guard let level = self.fixture.docket.record.level else { return [] }
            return [try self.fixture.take(.grade(level: level, matter: step.value, reason: "x"))]
        case .replan: return [try self.fixture.take(.replan(version: 2, reason: "x"), .leader)]
        case .sendBack:
            guard let hop = self.hop.flatMap({ self.fixture.docket.assignment($0) }),
                let given = self.fixture.docket.feedback.last(where: { $0.assignment == hop.id })
            else { fatalError("nothing to send back") }
            return [try self.fixture.take(.sendBack(given.id, reason: "x"), .dispatcher, hop.reviewer)]
        case .stop:
            guard let hop = self.hop else {
                return [try self.fixture.take(.file(FilingDraft(form: "first", fields: ["text": "x"])))]
            }
            return [try self.fixture.take(.feedBack(hop, DocketFixture.final), .handler, self.unit)]
        case .void:
            guard let hop = self.hop else { return [try self.fixture.take(.dismiss(reason: "x"))] }
            return [try self.fixture.take(.return(hop, reason: "x"), .handler, self.unit)]
        case .pause, .resume, .ask, .grant, .refuse:
            // Where none runs there is none to be paused.
            guard let clock = step.isAbove ? self.above : self.clock else { return [] }
            return [try self.adjust(clock, step)]
        }
    }

    /// The work lies there now.
    private mutating func turn(to unit: UnitID) {
        self.hop = self.fixture.docket.assignments.last?.id
        self.unit = unit
    }

    /// The unit asks, whoever set its time decides; the time of the case is its owner's leader's.
    private mutating func adjust(_ clock: ClockRecord, _ step: Question.Step) throws(Refusal) -> Changes {
        let setter = clock.assignment.flatMap { self.fixture.docket.assignment($0)?.from } ?? DocketFixture.city
        switch step.act {
        case .pause: return try self.fixture.take(.pause(clock.id, reason: "x"), .leader, setter)
        case .resume: return try self.fixture.take(.resume(clock.id, reason: "x"), .leader, setter)
        case .ask:
            return try self.fixture.take(
                .askExtension(clock.id, by: step.value, reason: "x"), .leader, clock.unit)
        case .grant: return try self.fixture.take(.grantExtension(clock.id, reason: "x"), .leader, setter)
        default: return try self.fixture.take(.refuseExtension(clock.id, reason: "x"), .leader, setter)
        }
    }

    // MARK: Clocks

    private static func isAsked(_ clock: ClockRecord) -> Bool {
        clock.rule == Self.rule || clock.rule == Self.rule + "_m"
    }

    private var clock: ClockRecord? {
        self.fixture.docket.clocks.first { Self.isAsked($0) && $0.assignment == self.hop }
    }

    private var above: ClockRecord? {
        let parent = self.hop.flatMap { self.fixture.docket.assignment($0)?.parent }
        return parent.flatMap { parent in
            self.fixture.docket.clocks.first { Self.isAsked($0) && $0.assignment == parent }
        }
    }

    private var standing: String {
        guard let clock = self.clock else { return "none" }
        return clock.isOverdue(at: self.fixture.now) ? "overdue" : "running"
    }

    /// What the sweeper does until then; always later than it should by the lag. It fires nothing in the second of a step:
    /// which of the two comes first nobody can say.
    private mutating func sweep(before step: Date) throws(Refusal) {
        func comes(_ clock: ClockRecord) -> Date {
            max(clock.nextAt?.addingTimeInterval(self.question.lag) ?? .distantFuture, self.fixture.now)
        }
        while let clock = self.fixture.docket.clocks.filter({ Self.isAsked($0) && comes($0) < step }).min(by: {
            comes($0) < comes($1)
        }), let rung = clock.nextRung {
            let changes = try self.fixture.fire(clock.id, rung, at: comes(clock))
            guard changes.firing?.clock == clock.id else { fatalError("\(rung) does not fire: \(self.question)") }
        }
    }

    private static func text(_ date: Date) -> String { String(Int(date.timeIntervalSince1970)) }
}
