import BihuanDomain
import BihuanStore
import Foundation
import Testing

@testable import bihuan

/// Every way of `day.yaml` walked through the rules themselves, without a server.
struct DemoDayRulesTests {
    let files: DemoFiles
    let plan: Plan
    let tree: UnitTree
    let calendar = WorkingCalendar(holidays: [], workdays: [], years: [2026, 2027])
    /// 2026-03-02, a Monday, 08:30.
    let opening = Date(timeIntervalSince1970: 1_772_411_400)

    init() throws {
        self.files = try DemoFiles(DemoCityDataTests.folder)
        let plans = DemoCityDataTests.folder.deletingLastPathComponent().appending(path: "plans")
        self.plan = try PlanFile.plan(
            String(contentsOf: plans.appending(path: self.files.city.plan), encoding: .utf8))
        let ids = Dictionary(
            uniqueKeysWithValues: self.files.units.enumerated().map { ($1.label, UnitID(rawValue: $0 + 1)) })
        self.tree = UnitTree(
            self.files.units.map { unit in
                Unit(
                    id: ids[unit.label] ?? UnitID(rawValue: 0), label: unit.label, name: unit.name, tier: unit.tier,
                    parent: unit.parent.flatMap { ids[$0] })
            })
    }

    @Test func `the plan grades what the day grades`() {
        #expect(Set(self.plan.levels.map(\.key)) == Set(self.files.day.tempo.keys))
    }

    @Test(arguments: DayWay.Route.allCases)
    func `every step of every way is allowed where it comes, and orders are there when they are answered`(
        _ route: DayWay.Route
    ) throws {
        for way in self.files.day.ways where way.routes.contains(route) {
            for level in way.levels.sorted() {
                for seed in 1...6 {
                    try self.walk(way, route, level, seed: UInt64(seed))
                }
            }
        }
    }

    @Test func `what is on time by the script meets its deadlines by the rules`() throws {
        for name in ["一路顺利", "区局退改一次", "处室直办", "重大事项逐时段报告", "处室牵头逐时段报告"] {
            for way in self.files.day.ways where way.name == name {
                for level in way.levels.sorted() {
                    for route in way.routes {
                        for seed in 1...6 {
                            let late = try self.walk(way, route, level, seed: UInt64(seed))
                            #expect(late.isEmpty, "\(name) \(level): \(late)")
                        }
                    }
                }
            }
        }
    }

    /// Plays one case; returns the kinds of clocks that were broken on the way.
    @discardableResult
    private func walk(
        _ way: DayWay, _ route: DayWay.Route, _ level: String, seed: UInt64
    ) throws -> [ClockKind] {
        var dice = Dice(seed: seed)
        let stationLabel = route == .station ? "wanglan-guting" : nil
        let unit = route == .department ? "food" : "wanglan"
        var one = PlayedCase(
            title: "题", content: "文", category: "过期食品", department: "food", level: level, unit: unit,
            otherUnit: "xibu", station: stationLabel, way: way.name,
            steps: PlannedStep.plan(
                self.files.day.beginning + way.steps, level: level, tempo: self.files.day.tempo[level] ?? 1, &dice)[...]
        )
        var now = self.opening
        var mint = UUIDv7Mint(now: now, seed: seed)
        var cast = Cast(self.files.officers)
        let root = try #require(self.tree.root)
        var docket = try Docket.register(
            CaseRecord(
                id: mint.next(), ref: "LLN-2026-000001", title: "题", owner: root.id, state: .registered,
                receivedAt: now, openedAt: now, version: 0),
            tree: self.tree, plan: self.plan, calendar: self.calendar, by: .system, reason: nil, at: now, mint: &mint
        ).docket
        var broken: [ClockKind] = []
        var number = 0
        while let step = one.steps.first {
            let due = now.addingTimeInterval(Double(step.delay) * 60)
            // The rungs that come before the step.
            while let clock = docket.clocks.filter({ ($0.nextAt ?? .distantFuture) <= due }).min(by: {
                ($0.nextAt ?? .distantFuture) < ($1.nextAt ?? .distantFuture)
            }), let rung = clock.nextRung, let at = clock.nextAt {
                number += 1
                if rung == .reminder { broken.append(clock.kind) }
                _ = try docket.fire(
                    clock.id, rung, at: at, numbers: FreshNumbers(assignment: 0, supervision: number), mint: &mint)
            }
            now = due
            let label = one.actor(step.by, city: root.label)
            let acted = cast.player(step.deed.verb, in: label, wanted: step.post)
            let player = try #require(acted, "\(way.name): \(label) \(step.deed.rawValue)")
            let acting = Identity(
                city: CityID(rawValue: 1), officer: mint.next(), post: mint.next(),
                unit: try #require(self.tree[player.post.unit]).id, role: player.post.role)
            number += 1
            let command = try #require(
                self.command(step, one, docket), "\(way.name), \(level): nothing to \(step.deed.rawValue)")
            let changes: Changes
            do {
                changes = try docket.perform(
                    command, by: .officer(acting), at: now,
                    numbers: FreshNumbers(assignment: number, supervision: number), mint: &mint)
            } catch {
                Issue.record("\(way.name), \(route.rawValue), \(level): \(step.deed.rawValue) by \(label): \(error)")
                return broken
            }
            let made = changes.newAssignments.first?.ref ?? ""
            one.note(
                StepTask(
                    index: 0, step: step, player: player, ref: "", assignment: "", dispute: "", referral: "",
                    level: level,
                    target: step.deed == .forward ? one.station ?? "" : step.to == .own ? one.unit : one.otherUnit,
                    supervised: "", text: "", reason: "", finding: nil),
                made)
        }
        return broken
    }

    private func command(_ step: PlannedStep, _ one: PlayedCase, _ docket: Docket) -> CaseCommand? {
        func hop(_ actor: DayStep.Actor) -> AssignmentRecord? {
            docket.assignments.first { $0.ref == one.assignment(actor) }
        }
        func waiting(_ actor: DayStep.Actor) -> FeedbackID? {
            docket.feedback.last { $0.assignment == hop(actor)?.id && $0.state == .pending }?.id
        }
        func order(_ states: Set<SupervisionState>) -> SupervisionID? {
            docket.supervisions.last { $0.assignment == hop(step.about)?.id && states.contains($0.state) }?.id
        }
        let below: DayStep.Actor = step.by == .unit ? .station : .unit
        let draft = FeedbackDraft(kind: .interim, findings: "查")
        return switch step.deed {
        case .grade: .grade(level: one.level, reason: "因")
        case .conclude: .conclude(reason: "因")
        case .dismiss: .dismiss(reason: "因")
        case .file: .file(FilingDraft(form: step.form, fields: step.fields))
        case .reopen: .reopen(reason: "因")
        case .assign: .assign(unit: step.to == .own ? one.unit : one.otherUnit, instruction: "", reason: "因")
        case .receive: hop(step.by).map { .receive($0.id, reason: nil) }
        case .return: hop(step.by).map { .return($0.id, reason: "因") }
        case .recall: hop(below).map { .recall($0.id, reason: "因") }
        case .forward: hop(step.by).map { .forward($0.id, unit: one.station ?? "", instruction: "", reason: "因") }
        case .interim: hop(step.by).map { .feedBack($0.id, draft) }
        case .final:
            hop(step.by).map {
                .feedBack(
                    $0.id,
                    FeedbackDraft(
                        kind: .final, verdict: .substantiated, findings: "查", measures: "措", result: "果",
                        fields: step.fields))
            }
        case .accept: waiting(below).map { .accept($0, reason: nil) }
        case .sendBack: waiting(below).map { .sendBack($0, reason: "因") }
        case .urge: hop(below).map { .urge($0.id, reason: "因") }
        case .supervise:
            hop(below).map { .supervise($0.id, cause: .inadequate, requirement: "求", reason: "因") }
        case .reply: order([.issued]).map { .reply($0, text: "复") }
        case .lift: order([.replied]).map { .lift($0, reason: "因") }
        case .uphold: order([.replied]).map { .uphold($0, reason: "因") }
        case .raise: order([.issued, .replied]).map { .raise($0, reason: "因") }
        case .guide: .assign(unit: one.department, instruction: "", role: .guide, reason: "因")
        case .comment: hop(.unit).map { .comment($0.id, text: "见", reason: nil) }
        case .dispute: hop(.unit).map { .dispute($0.id, proposed: one.otherUnit, reason: "因") }
        case .arbitrate: docket.disputes.last.map { .arbitrate($0.id, unit: one.unit, reason: "因") }
        case .refer: .refer(ReferralDraft(kind: .outside, to: step.fields["to"], text: "事"), reason: "因")
        case .answerReferral:
            docket.referrals.last.map { .answerReferral($0.id, ReferralAnswer(text: "复", lead: nil), reason: nil) }
        }
    }
}
