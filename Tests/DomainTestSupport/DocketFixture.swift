package import BihuanDomain
package import Foundation

/// A case in a small city, with nothing but values.
package struct DocketFixture {
    package static let city = UnitID(rawValue: 1)
    package static let food = UnitID(rawValue: 2)
    package static let east = UnitID(rawValue: 3)
    package static let west = UnitID(rawValue: 4)
    package static let eastOne = UnitID(rawValue: 5)
    package static let westOne = UnitID(rawValue: 6)

    package static let tree = UnitTree([
        Unit(id: city, label: "city", name: "市局", tier: .city, parent: nil),
        Unit(id: food, label: "food", name: "食品处", tier: .department, line: "食品", parent: city),
        Unit(id: east, label: "east", name: "东区局", tier: .district, parent: city),
        Unit(id: west, label: "west", name: "西区局", tier: .district, parent: city),
        Unit(id: eastOne, label: "east-1", name: "东一所", tier: .station, parent: east),
        Unit(id: westOne, label: "west-1", name: "西一所", tier: .station, parent: west, isDisabled: true),
    ])

    /// Monday 2026-03-02 09:00 in China.
    package static let monday = Date(timeIntervalSince1970: 1_772_413_200)

    package static let calendar = WorkingCalendar(
        holidays: [CivilDay("2026-04-06")!], workdays: [CivilDay("2026-02-28")!], years: [2025, 2026])

    /// Clocks of the loop's acts; four hours where nothing else is said.
    package static let clocks: PlanNode = [
        "grading": Self.clock("registered", "grade"), "dispatch": Self.clock("graded", "assign"),
        "receipt": [
            "name": "签收", "starts_on": "assigned", "stops_on": "receive",
            "limit": ["general": "PT4H", "major": "PT30M"],
            "ladder": ["supervision": ["after": "0.25", "at_least": "PT30M"]],
        ],
        "feedback": [
            "name": "最终反馈", "starts_on": "assigned", "stops_on": "feed_back",
            "limit": ["general": "P3WD", "major": "PT24H"],
            "ladder": ["notice": "0.8", "supervision": ["after": "0.25", "at_least": "PT30M"]],
        ],
        "interim": [
            "name": "阶段性反馈", "starts_on": "assigned", "stops_on": "interim", "levels": ["major"],
            "limit": ["major": "PT2H"], "repeats": "true",
        ],
        "review": Self.clock("fed_back", "review"),
        "reply": [
            "name": "督办回复", "starts_on": "ordered", "stops_on": "reply", "limit": "PT8H",
            "ladder": ["circular": "P5WD"],
        ],
        "judgement": Self.clock("replied", "judge"), "conclusion": Self.clock("accepted", "conclude"),
    ]

    private static func clock(_ event: String, _ act: String) -> PlanNode {
        [
            "name": .text(act, .start), "starts_on": .text(event, .start), "stops_on": .text(act, .start),
            "limit": "PT4H", "ladder": ["notice": "0.8"],
        ]
    }

    package static let node: PlanNode = [
        "plan": "test", "name": "测试预案", "source": ["issuer": "市局"],
        "schemes": [
            "case": [
                "name": "等级",
                "levels": [
                    ["key": "general", "name": "一般", "colour": "blue"],
                    ["key": "major", "name": "重大", "colour": "orange"],
                ],
            ]
        ],
        "clocks": Self.clocks, "resubmission": ["part": "0.25", "at_least": "PT30M"],
    ]

    /// A fixture that is not fit is a fault of the test.
    package static let plan = try! Plan(Self.node)

    package var docket: Docket
    package var now: Date
    package var mint = UUIDv7Mint(now: Self.monday, seed: 7)
    private var number = 0

    /// A case that has just been registered.
    package init(
        plan: Plan = Self.plan, calendar: WorkingCalendar = Self.calendar, at now: Date = Self.monday,
        occurredAt: Date? = nil, discoveredAt: Date? = nil, matter: String? = nil, periods: [SensitivePeriod] = []
    ) throws(Refusal) {
        self.now = now
        var mint = self.mint
        let record = CaseRecord(
            id: mint.next(), ref: "TST-2026-000001", title: "过期食品", owner: Self.city, state: .registered,
            matter: matter, occurredAt: occurredAt, discoveredAt: discoveredAt, receivedAt: now, openedAt: now,
            version: 0)
        (self.docket, _) = try Docket.register(
            record, tree: Self.tree, plan: plan, periods: periods, calendar: calendar, by: .system, reason: nil,
            at: now, mint: &mint)
        self.mint = mint
    }

    package static func officer(_ role: PostRole, _ unit: UnitID, as appointments: Set<String> = []) -> Authority {
        .officer(
            Identity(
                city: CityID(rawValue: 1), officer: OfficerID(rawValue: UUID()), post: PostID(rawValue: UUID()),
                unit: unit, role: role, appointments: appointments))
    }

    @discardableResult
    package mutating func take(
        _ command: CaseCommand, _ role: PostRole = .dispatcher, _ unit: UnitID = Self.city,
        as appointments: Set<String> = []
    ) throws(Refusal) -> Changes {
        self.number += 1
        return try self.docket.perform(
            command, by: Self.officer(role, unit, as: appointments), at: self.now,
            numbers: FreshNumbers(
                assignment: self.number, supervision: self.number, warning: self.number,
                dispute: self.number, referral: self.number),
            mint: &self.mint)
    }

    package mutating func fire(_ clock: ClockID, _ rung: Rung, at now: Date) throws(Refusal) -> Changes {
        self.now = now
        self.number += 1
        return try self.docket.fire(
            clock, rung, at: now, numbers: FreshNumbers(assignment: self.number, supervision: self.number),
            mint: &self.mint)
    }

    /// From now on the working calendar of that year is known.
    package mutating func learn(holidays: Set<CivilDay>, of year: Int) {
        var calendar = self.docket.calendar
        calendar.holidays.formUnion(holidays)
        calendar.years.insert(year)
        self.docket = Docket(
            record: self.docket.record, assignments: self.docket.assignments, feedback: self.docket.feedback,
            supervisions: self.docket.supervisions, clocks: self.docket.clocks, history: self.docket.history,
            tree: self.docket.tree, plan: self.docket.plan, calendar: calendar)
    }

    /// Graded and assigned to the east district.
    package mutating func assigned(level: String = "general") throws(Refusal) -> AssignmentID {
        try self.take(.grade(level: level, reason: "x"))
        try self.take(.assign(unit: "east", instruction: "", reason: "x"))
        return self.docket.assignments[0].id
    }

    package static let final = FeedbackDraft(
        kind: .final, verdict: .substantiated, findings: "属实", measures: "整改", result: "已办")
}
