import BihuanDomain
import Foundation

/// A case in a small city, with nothing but values.
struct DocketFixture {
    static let city = UnitID(rawValue: 1)
    static let food = UnitID(rawValue: 2)
    static let east = UnitID(rawValue: 3)
    static let west = UnitID(rawValue: 4)
    static let eastOne = UnitID(rawValue: 5)
    static let westOne = UnitID(rawValue: 6)

    static let tree = UnitTree([
        Unit(id: city, label: "city", name: "市局", tier: .city, parent: nil),
        Unit(id: food, label: "food", name: "食品处", tier: .department, line: "食品", parent: city),
        Unit(id: east, label: "east", name: "东区局", tier: .district, parent: city),
        Unit(id: west, label: "west", name: "西区局", tier: .district, parent: city),
        Unit(id: eastOne, label: "east-1", name: "东一所", tier: .station, parent: east),
        Unit(id: westOne, label: "west-1", name: "西一所", tier: .station, parent: west, isDisabled: true),
    ])

    /// Monday 2026-03-02 09:00 in China.
    static let monday = Date(timeIntervalSince1970: 1_772_413_200)

    static let calendar = WorkingCalendar(
        holidays: [CivilDay("2026-04-06")!], workdays: [CivilDay("2026-02-28")!], years: [2025, 2026])

    static let plan: Plan = {
        var draft = PlanDraft()
        draft.id = "test"
        draft.version = 1
        draft.name = "测试预案"
        draft.levels = [
            .init(key: "general", name: "一般", colour: "blue"), .init(key: "major", name: "重大", colour: "orange"),
        ]
        for kind in ClockKind.allCases { draft.clocks[kind.rawValue] = .init(limits: ["any": "PT4H"], notice: 0.8) }
        draft.clocks["feedback"] = .init(
            limits: ["general": "P3WD", "major": "PT24H"], notice: 0.8, supervision: 0.25, supervisionAtLeast: "PT30M")
        draft.clocks["receipt"] = .init(
            limits: ["general": "PT4H", "major": "PT30M"], supervision: 0.25, supervisionAtLeast: "PT30M")
        draft.clocks["interim"] = .init(limits: ["major": "PT2H"])
        draft.clocks["reply"] = .init(limits: ["any": "PT8H"], circular: "P5WD")
        // A fixture that is not fit is a fault of the test.
        return try! Plan(draft)
    }()

    var docket: Docket
    var now = Self.monday
    var mint = UUIDv7Mint(now: Self.monday, seed: 7)
    var number = 0

    init() throws {
        var mint = self.mint
        let record = CaseRecord(
            id: mint.next(), ref: "TST-2026-000001", title: "过期食品", owner: Self.city, state: .registered,
            openedAt: Self.monday, version: 0)
        (self.docket, _) = try Docket.register(
            record, tree: Self.tree, plan: Self.plan, calendar: Self.calendar, by: .system, reason: nil,
            at: Self.monday, mint: &mint)
        self.mint = mint
    }

    static func officer(_ role: PostRole, _ unit: UnitID) -> Authority {
        .officer(
            Identity(
                city: CityID(rawValue: 1), officer: OfficerID(rawValue: UUID()), post: PostID(rawValue: UUID()),
                unit: unit, role: role))
    }

    @discardableResult
    mutating func take(_ command: CaseCommand, _ role: PostRole = .dispatcher, _ unit: UnitID = Self.city)
        throws(Refusal) -> Changes
    {
        self.number += 1
        return try self.docket.perform(
            command, by: Self.officer(role, unit), at: self.now,
            numbers: FreshNumbers(assignment: self.number, supervision: self.number), mint: &self.mint)
    }

    mutating func fire(_ clock: ClockID, _ rung: Rung, at now: Date) throws(Refusal) -> Changes {
        self.now = now
        self.number += 1
        return try self.docket.fire(
            clock, rung, at: now, numbers: FreshNumbers(assignment: self.number, supervision: self.number),
            mint: &self.mint)
    }

    /// From now on the working calendar of that year is known.
    mutating func learn(holidays: Set<CivilDay>, of year: Int) {
        var calendar = self.docket.calendar
        calendar.holidays.formUnion(holidays)
        calendar.years.insert(year)
        self.docket = Docket(
            record: self.docket.record, assignments: self.docket.assignments, feedback: self.docket.feedback,
            supervisions: self.docket.supervisions, clocks: self.docket.clocks, tree: self.docket.tree,
            plan: self.docket.plan, calendar: calendar)
    }

    /// Graded and assigned to the east district.
    mutating func assigned(level: String = "general") throws(Refusal) -> AssignmentID {
        try self.take(.grade(level: level, reason: "x"))
        try self.take(.assign(unit: "east", instruction: "", reason: "x"))
        return self.docket.assignments[0].id
    }

    static let final = FeedbackDraft(
        kind: .final, verdict: .substantiated, findings: "属实", measures: "整改", result: "已办")
}
