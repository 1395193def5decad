import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import Testing

/// Who may know of cases that are merged, and what ends with a recusal, in the database and as the real roles.
struct MergedSealTests {
    @Test func `units of one case are not told which other it was merged with, unless they see that`() async throws {
        try await TestCity.with { city in
            let office = try await Office(city)
            let (one, two) = (
                try await office.assigned("1", to: "east", "major"), try await office.assigned("2", to: "west")
            )
            let ids = [one: try await office.id(one), two: try await office.id(two)]

            try await office.take(one, .merge(into: two, reason: "同一事件"))
            let (east, west) = (try await city.token("handler.east"), try await city.token("handler.west"))
            func details(_ ref: String, _ token: String) async throws -> [[String: String]] {
                try await city.store.queries.timeline(token, .ref(ref)).events
                    .filter { [.merged, .absorbed, .unmerged, .parted].contains($0.kind) }.map(\.detail)
            }
            #expect(try await details(one, east) == [["from": "assigned"]])
            #expect(try await details(two, west) == [[:]], "neither which case, nor how grave it was")
            #expect(try await details(one, office.dispatcher)[0]["case"] == two)
            #expect(try await details(two, office.dispatcher)[0]["case"] == one)
            #expect(try await city.store.queries.record(east, .ref(one)).mergedInto == nil)
            #expect(try await city.store.queries.record(west, .ref(two)).merged.isEmpty)

            try await office.take(one, .unmerge(reason: "并错了"))
            #expect(try await details(one, east) == [["from": "assigned"], ["state": "assigned"]])
            #expect(try await details(two, west) == [[:], ["level_kept": "major"]])
            // Nor do the messages name it.
            let said = try await city.owner { connection throws(PostgresError) -> [String] in
                try connection.query(
                    """
                    select u.label || ' ' || o.topic || ' ' || o.payload::text as said
                      from bihuan.outbox o
                      join bihuan.units u on u.city_id = o.city_id and u.unit_id = o.unit_id
                     where u.label in ('east', 'west') and o.topic like 'case.%'
                     order by o.created_at, u.label
                    """
                ).rows.map { row throws(PostgresError) -> String in try row.get("said") }
            }
            #expect(
                said.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }.sorted() == [
                    "east case.merged", "east case.unmerged", "west case.absorbed", "west case.parted",
                ])
            for line in said {
                let hidden = line.hasPrefix("east") ? two : one
                #expect(!line.contains(hidden) && !line.contains(ids[hidden] ?? "?"))
            }
        }
    }

    @Test func `a recusal follows the merge, and is lifted from below`() async throws {
        try await TestCity.with { city in
            let office = try await Office(city)
            let (one, two, three) = (
                try await office.assigned("1", to: "east"), try await office.open("2"), try await office.open("3")
            )
            try await office.take(one, .merge(into: two, reason: "同一事件"))
            try await office.take(two, .merge(into: three, reason: "同一事件"))
            let east = try await city.token("handler.east")
            #expect(try await office.sees(one, east))

            // Said of the case that goes on, it holds for all that was merged into it.
            #expect(try await office.fault(one, .recuse(unit: "east", reason: "x")) == "unit case_is_merged")
            try await office.take(three, .recuse(unit: "east", reason: "投诉的是该局"))
            #expect(try await !office.sees(one, east))
            for ref in [one, two] { #expect(try await office.log(ref).last == .recused) }
            #expect(try await city.drift() == nil)

            // Opened it is by each for itself, the innermost first.
            let lift = CaseCommand.liftRecusal(unit: "east", reason: "查清")
            #expect(try await office.fault(three, lift) == "unit merged_case_recuses")
            #expect(try await office.fault(two, lift) == "unit merged_case_recuses")
            #expect(try await office.look(one).view.allowed == [.liftRecusal, .unmerge])
            for ref in [one, two, three] { try await office.take(ref, lift) }
            #expect(try await office.sees(one, east))
            #expect(try await city.drift() == nil)

            // And what was recused meanwhile stays so when it is parted, with its work taken back.
            try await office.take(three, .recuse(unit: "east", reason: "投诉的是该局"))
            try await office.take(two, .unmerge(reason: "x"))
            try await office.take(one, .unmerge(reason: "x"))
            #expect(try await !office.sees(one, east))
            let parted = try await office.look(one)
            #expect(parted.view.state == .graded && parted.assignments.map(\.state) == [.recalled])
            #expect(try await office.log(one).suffix(3) == [.recused, .unmerged, .recalled])
            #expect(try await city.drift() == nil)
        }
    }

    @Test func `a restriction follows the merge, and no case is opened below what one merged into it needs`()
        async throws
    {
        try await TestCity.with { city in
            let office = try await Office(city)
            for (login, unit, role) in [
                ("dispatcher.city", "city", PostRole.dispatcher), ("handler.west", "west", .handler),
            ] {
                try await office.clear(login, unit, role)
            }
            // Another session, since the post became another.
            let cleared = try await Office(city)
            let (one, two) = (try await cleared.assigned("1", to: "east"), try await cleared.open("2"))
            try await cleared.take(one, .merge(into: two, reason: "同一事件"))
            let (leader, east) = (try await city.token("leader.city"), try await city.token("handler.east"))
            for token in [leader, east] { #expect(try await cleared.sees(one, token)) }

            #expect(try await cleared.fault(one, .restrict(level: 1, reason: "x")) == "secrecy case_is_merged")
            try await cleared.take(two, .restrict(level: 1, reason: "举报人要求"))
            for token in [leader, east] {
                for ref in [one, two] { #expect(try await !cleared.sees(ref, token)) }
            }
            #expect(try await cleared.look(one).view.secrecy == 1)
            #expect(try await cleared.log(one).last == .restricted)
            #expect(try await city.drift() == nil)

            #expect(try await cleared.fault(two, .restrict(level: 0, reason: "x")) == "secrecy merged_case_needs_it")
            #expect(try await cleared.look(one).view.allowed.contains(.restrict))
            try await cleared.take(one, .restrict(level: 0, reason: "可公开"))
            #expect(try await cleared.sees(one, east))
            #expect(try await !cleared.sees(two, leader))
            #expect(
                try await city.store.queries.record(east, .ref(one)).mergedInto == nil, "the other is still restricted")
            try await cleared.take(two, .restrict(level: 0, reason: "可公开"))
            #expect(try await cleared.sees(two, leader))
            #expect(try await city.drift() == nil)
        }
    }

    @Test func `a recusal and an un-merge at once come one after the other`() async throws {
        try await TestCity.with { city in
            let office = try await Office(city)
            for round in 0..<4 {
                let (one, two) = (
                    try await office.assigned("a\(round)", to: "east"), try await office.open("b\(round)")
                )
                try await office.take(one, .merge(into: two, reason: "x"))
                async let recused = office.take(two, .recuse(unit: "east", reason: "x"))
                async let parted = office.take(one, .unmerge(reason: "x"))
                let (first, second) = try await (recused, parted)

                #expect(first.changed && second.changed)
                let isOut = try await office.log(one).contains(.recused)
                #expect(try await office.look(one).assignments[0].state == (isOut ? .recalled : .assigned))
            }
            #expect(try await city.drift() == nil)
        }
    }

    @Test func `of two disputes that one recusal ends both are written`() async throws {
        try await TestCity.with { city in
            let office = try await Office(city)
            let one = try await office.assigned("1", to: "east")
            let east = try await city.token("dispatcher.east")
            let first = try await office.look(one).assignments[0].id.rawValue
            try await office.hop(first, east) { .receive($0, reason: nil) }
            for station in ["east-1", "east-2"] {
                let hop = try await office.hop(first, east) {
                    .forward($0, unit: station, instruction: "", reason: "x")
                }
                let token = try await city.token("handler.\(station)")
                try await office.hop(hop.id, token) { .dispute($0, proposed: "west", reason: "不属本所") }
            }

            try await office.take(one, .recuse(unit: "east", reason: "投诉的是该局"))

            let seen = try await office.look(one)
            #expect(seen.disputes.map(\.state) == [.withdrawn, .withdrawn])
            #expect(seen.assignments.allSatisfy { $0.state == .recalled } && seen.view.state == .graded)
            #expect(try await city.drift() == nil)
        }
    }

    @Test func `how often work was returned, and who reviews it, is told of no case that is sealed`() async throws {
        try await TestCity.with { city in
            let office = try await Office(city)
            let one = try await office.assigned("1", to: "east")
            let hop = try await office.look(one).assignments[0].id.rawValue
            let east = try await city.token("handler.east")
            try await office.hop(hop, east) { .return($0, reason: "x") }
            try await office.take(one, .assign(unit: "east", instruction: "", reason: "再转"))
            let second = try #require(try await office.look(one).assignments.last).id.rawValue
            func asks(_ token: String) async throws -> (returns: Int?, reviewers: Int) {
                try await city.pools.server.use { connection throws(PostgresError) in
                    let answers = try connection.flight([
                        "select set_config('bihuan.session', \(token), false)",
                        "select bihuan.returns_before(\(second)) as n",
                        "select count(*) as n from bihuan.reviewers(\(second)) r",
                    ])
                    return (try answers[1].rows[0].get("n"), try answers[2].rows[0].get("n"))
                } orFail: {
                    $0
                }
            }
            #expect(try await asks(east).returns == 1)
            try await city.owner { connection throws(PostgresError) in
                _ = try connection.query("update bihuan.cases set secrecy = 1")
            }
            #expect(try await asks(east).returns == nil)
        }
    }

    @Test func `what waits to be sent about a case that becomes sealed is not sent`() async throws {
        try await TestCity.with { city in
            let office = try await Office(city)
            let one = try await office.assigned("1", to: "east")
            func waiting() async throws -> Int {
                try await city.owner { connection throws(PostgresError) -> Int in
                    try connection.query(
                        """
                        select count(*) as n from bihuan.outbox o
                          join bihuan.units u on u.city_id = o.city_id and u.unit_id = o.unit_id
                         where u.label = 'east' and o.fanned_at is null
                        """
                    ).rows[0].get("n")
                }
            }
            #expect(try await waiting() == 1)
            try await office.take(one, .recuse(unit: "east", reason: "投诉的是该局"))
            #expect(try await waiting() == 0)
        }
    }

    @Test func `who may not assign is not told by a proposal who is recused`() async throws {
        try await TestCity.with { city in
            let office = try await Office(city)
            let one = try await office.assigned("1", to: "food", content: "东区市场监督管理局辖区食品过期")
            try await office.take(one, .recuse(unit: "east", reason: "投诉的是该局"))
            let food = try await city.token("handler.food")
            let order = BulkOrder(cases: [one], assign: .init(unit: BulkOrder.proposed), reason: "x")

            let rows = try await city.store.desk.bulk(order, by: .session(food), via: .json)
            guard case .failure(.refused(.notPermitted(.assign, _))) = rows[0].result else {
                Issue.record("\(rows[0].result)")
                return
            }
            let month = try #require(CivilDay("2026-03-01"))
            let told = try await city.store.queries.routingPreview(ofMonth: month, office.dispatcher).tally.gaps
            let kept = try await city.store.queries.routingPreview(ofMonth: month, food).tally.gaps
            #expect(told[.recused] == 1 && kept[.recused] == nil)
        }
    }
}

/// A dispatcher at work.
private struct Office: Sendable {
    let city: TestCity
    let dispatcher: String

    init(_ city: TestCity) async throws {
        self.city = city
        self.dispatcher = try await city.token("dispatcher.city")
    }

    func open(_ reference: String, content: String = "市民反映某超市销售过期食品。") async throws -> String {
        let outcome = try await self.city.store.desk.register(
            CaseDraft(lead: TestCity.lead(reference, content: content)), by: self.dispatcher, via: .json)
        return try #require(outcome.ref)
    }

    func assigned(
        _ reference: String, to unit: String, _ level: String = "general", content: String = "市民反映某超市销售过期食品。"
    ) async throws -> String {
        let ref = try await self.open(reference, content: content)
        try await self.take(ref, .grade(level: level, reason: "x"))
        try await self.take(ref, .assign(unit: unit, instruction: "", reason: "x"))
        return ref
    }

    @discardableResult
    func take(_ ref: String, _ command: CaseCommand) async throws(DeskError) -> Outcome {
        try await self.city.store.desk.perform(on: .record(.ref(ref)), by: .session(self.dispatcher), via: .json) { _ in
            command
        }
    }

    @discardableResult
    func hop(
        _ id: UUID, _ token: String, _ command: @escaping @Sendable (AssignmentID) -> CaseCommand
    ) async throws -> Outcome {
        try await self.city.store.desk.perform(on: .assignment(.id(id)), by: .session(token), via: .json) {
            command(AssignmentID(rawValue: $0))
        }
    }

    /// Field and code of the one fault it is refused for.
    func fault(_ ref: String, _ command: CaseCommand) async throws -> String? {
        do throws(DeskError) {
            try await self.take(ref, command)
            return nil
        } catch {
            guard case .refused(.badFields(let faults)) = error else { throw error }
            return faults.map { "\($0.field) \($0.code)" }.joined(separator: ", ")
        }
    }

    func clear(_ login: String, _ unit: String, _ role: PostRole) async throws {
        try await self.city.registry { registry in
            try await registry.setClearance(1, login: login, unit: unit, role: role, in: self.city.city)
        }
    }

    func look(_ ref: String) async throws -> CaseDetail {
        try await self.city.store.queries.record(self.dispatcher, .ref(ref))
    }

    func id(_ ref: String) async throws -> String { try await self.look(ref).view.id.text }

    func log(_ ref: String) async throws -> [EventKind] {
        try await self.city.store.queries.timeline(self.dispatcher, .ref(ref)).events.map(\.kind)
    }

    func sees(_ ref: String, _ token: String) async throws -> Bool {
        do throws(DeskError) {
            _ = try await self.city.store.queries.record(token, .ref(ref))
            return true
        } catch {
            guard case .notFound = error else { throw error }
            return false
        }
    }
}
