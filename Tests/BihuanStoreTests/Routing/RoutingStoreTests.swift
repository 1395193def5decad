import BihuanDomain
import BihuanStore
import Foundation
import StoreTestSupport
import Testing

/// What a city says about who gets what, and many cases at once, in the database.
struct RoutingStoreTests {
    /// Registers a case of this text and gives its ref.
    static func register(
        _ city: TestCity, _ token: String, _ title: String, category: String? = nil, drill: Bool = false
    ) async throws -> String {
        let lead = LeadDraft(
            source: "hotline-12345", reference: UUID().uuidString, channel: "hotline", title: title, content: title,
            category: category)
        let outcome = try await city.store.desk.register(
            CaseDraft(lead: lead, isDrill: drill), by: token, via: .json, key: nil)
        return try #require(outcome.caseRef ?? outcome.ref)
    }

    @Test func `a city's rules, words and names are set whole or not at all, and servers see them at once`()
        async throws
    {
        try await TestCity.with { city in
            let token = try await city.token("dispatcher.city")
            let ref = try await Self.register(city, token, "老城厢一店停车费过高")
            let before = try await city.store.queries.routing(ofCase: .ref(ref), token)
            #expect(before.lead == nil && before.gaps.contains { $0.kind == .area })

            try await city.registry { registry in
                try await registry.addAliases([UnitAliasDraft(unit: "west-1", alias: "老城厢")], of: city.city)
                try await registry.importLineWords([LineWord(line: "价格", word: "停车费")], of: city.city)
                try await registry.importRoutingRules(
                    [
                        RoutingRuleDraft(number: 20, line: "食品", target: "@line", reason: "二"),
                        RoutingRuleDraft(number: 10, levels: ["critical"], target: "price", reason: "一"),
                    ], of: city.city)
                #expect(try await registry.routingRules(of: city.city).map(\.number) == [10, 20])
                await #expect(throws: RegistryFault.self) {
                    try await registry.importRoutingRules(
                        [
                            RoutingRuleDraft(number: 1, target: "nowhere", reason: ""),
                            RoutingRuleDraft(number: 1, levels: ["x"], line: "无", target: "@moon", reason: "三"),
                        ], of: city.city)
                }
                #expect(try await registry.routingRules(of: city.city).count == 2)
                await #expect(throws: RegistryFault.self) {
                    try await registry.add(RoutingRuleDraft(number: 10, target: "food", reason: "再"), of: city.city)
                }
                try await registry.removeRoutingRule(10, of: city.city)
                await #expect(throws: RegistryFault.self) {
                    try await registry.addAliases([UnitAliasDraft(unit: "x", alias: "一")], of: city.city)
                }
            }
            let after = try await city.store.queries.routing(ofCase: .ref(ref), token)
            #expect(after.lead?.unit.label == "west" && after.firstHop?.label == "west")
            #expect(after.areaUnits.map(\.label) == ["west-1"] && after.lines == ["价格"])
            #expect(after.guides.map(\.unit.label) == ["price"])
            #expect(after.lead?.requirements.contains("R17") == true)

            let east = try await city.token("dispatcher.east")
            await #expect(throws: DeskError.self) {
                _ = try await city.store.queries.routing(ofCase: .ref(ref), east)
            }
        }
    }

    @Test func `a text that is no case yet is routed by the plan in force, and wrong words are told`() async throws {
        try await TestCity.with { city in
            let token = try await city.token("dispatcher.city")
            let view = try await city.store.queries.routing(
                of: RoutingText(title: "东区食品过期", level: "major"), token)
            #expect(view.lead?.unit.label == "east" && view.caseRef == nil)
            await #expect {
                _ = try await city.store.queries.routing(of: RoutingText(level: "x"), token)
            } throws: { error in
                if case DeskError.refused(.badFields(let faults)) = error {
                    faults.map(\.field) == ["level"]
                } else {
                    false
                }
            }
        }
    }

    @Test func `a month is routed again without its drills, and compared with who had the cases`() async throws {
        try await TestCity.with { city in
            let token = try await city.token("dispatcher.city")
            let order: [(String, String?)] = [("东区食品", "east"), ("西区食品", "east"), ("东一食品", nil), ("某处", "west")]
            for (title, unit) in order {
                let ref = try await Self.register(city, token, title)
                let rows = try await city.store.desk.bulk(
                    BulkOrder(
                        cases: [ref], grade: .init(level: "general"), assign: unit.map { BulkOrder.Assign(unit: $0) },
                        reason: "常规"),
                    by: .session(token), via: .json)
                _ = try rows[0].result.get()
            }
            _ = try await Self.register(city, token, "东区食品演练", drill: true)

            let preview = try await city.store.queries.routingPreview(ofMonth: CivilDay("2026-03-01")!, token)
            #expect(preview.month == "2026-03" && preview.isWhole)
            #expect(preview.tally.cases == 4 && preview.tally.proposed == 3 && preview.tally.handled == 3)
            #expect(preview.tally.hits == 1 && preview.tally.gaps == [.area: 1])
            #expect(preview.units.first?.unit.label == "east" && preview.units.first?.count.proposed == 2)
            // A district sees its own.
            let east = try await city.token("dispatcher.east")
            #expect(
                try await city.store.queries.routingPreview(ofMonth: CivilDay("2026-03-01")!, east).tally.cases == 2)
            #expect(
                try await city.store.queries.routingPreview(ofMonth: CivilDay("2026-02-01")!, token).tally.cases == 0)
            let short = try await city.store.queries.routingPreview(
                ofMonth: CivilDay("2026-03-01")!, token, limit: 2)
            #expect(short.tally.cases == 2 && !short.isWhole)
        }
    }

    @Test func `a case goes past a unit that is recused from it, which only the owner is told`() async throws {
        try await TestCity.with { city in
            let token = try await city.token("dispatcher.city")
            let ref = try await Self.register(city, token, "东区食品过期")
            func perform(_ command: CaseCommand) async throws {
                _ = try await city.store.desk.perform(
                    on: .record(.ref(ref)), by: .session(token), via: .json, key: nil, expecting: nil
                ) { _ in command }
            }
            try await perform(.grade(level: "general", reason: "常规"))
            #expect(try await city.store.queries.routing(ofCase: .ref(ref), token).lead?.unit.label == "east")
            try await perform(.recuse(unit: "east", reason: "涉及该局"))
            try await perform(.assign(unit: "food", instruction: "请核实", reason: "局外办理"))

            let told = try await city.store.queries.routing(ofCase: .ref(ref), token)
            #expect(told.lead == nil && told.gaps.contains { $0.kind == .recused && $0.role == .lead })
            let food = try await city.token("handler.food")
            let kept = try await city.store.queries.routing(ofCase: .ref(ref), food)
            #expect(kept.lead == nil && !kept.gaps.contains { $0.kind == .recused })

            let other = try await Self.register(city, token, "东区食品又过期")
            _ = try await city.store.desk.perform(
                on: .record(.ref(other)), by: .session(token), via: .json, key: nil, expecting: nil
            ) { _ in .recuse(unit: "east", reason: "涉及该局") }
            let rows = try await city.store.desk.bulk(
                BulkOrder(
                    cases: [other], grade: .init(level: "general"), assign: .init(unit: BulkOrder.proposed),
                    reason: "集中"),
                by: .session(token), via: .json)
            #expect(throws: (any Error).self) { _ = try rows[0].result.get() }
        }
    }

    // MARK: Many at once

    @Test func `each case of an order is graded and assigned, or neither, with one reason`() async throws {
        try await TestCity.with { city in
            let token = try await city.token("dispatcher.city")
            let east = try await Self.register(city, token, "东区食品过期")
            let west = try await Self.register(city, token, "西区停车")
            let nowhere = try await Self.register(city, token, "某处停车")
            let order = BulkOrder(
                cases: [east, nowhere, "TST-2026-999999", west], grade: .init(level: "sensitive"),
                assign: .init(unit: BulkOrder.proposed, instruction: "请核实"), reason: "集中派单")

            let rows = try await city.store.desk.bulk(order, by: .session(token), via: .json, key: "k1")
            #expect(rows.map(\.name) == order.cases)
            #expect(try rows[0].result.get().unit == "east" && rows[3].result.get().unit == "west")
            guard case .failure(.refused(.badFields(let faults))) = rows[1].result else {
                Issue.record("no proposal must be refused")
                return
            }
            #expect(faults.map(\.code) == ["no_proposal"])
            guard case .failure(.notFound) = rows[2].result else {
                Issue.record("a case that is not there is not found")
                return
            }
            // Nothing of the refused one stands, not even its grade.
            let refused = try await city.store.queries.record(token, .ref(nowhere))
            #expect(refused.view.state == .registered && refused.view.level == nil)
            let done = try await city.store.queries.record(token, .ref(east))
            #expect(done.view.state == .assigned && done.view.level == "sensitive")
            #expect(done.assignments.map(\.instruction) == ["请核实"])
            let timeline = try await city.store.queries.timeline(token, .ref(east))
            #expect(timeline.events.suffix(2).map(\.kind) == [.graded, .assigned])
            #expect(timeline.events.suffix(2).allSatisfy { $0.reason == "集中派单" })
            // Its clocks are those of an assigned case: the one for dispatch is stopped, as met.
            let running = try await city.store.queries.clocks(token, limit: 100).items.filter { $0.caseRef == east }
            #expect(Set(running.map(\.kind)).isSuperset(of: [.receipt, .feedback]))
            #expect(!running.contains { $0.kind == .dispatch || $0.kind == .grading })
            #expect(try await city.drift() == nil)
        }
    }

    @Test func `an order repeated under its key does nothing again, and another under it is refused`() async throws {
        try await TestCity.with { city in
            let token = try await city.token("dispatcher.city")
            let first = try await Self.register(city, token, "东区食品过期")
            let second = try await Self.register(city, token, "西区食品过期")
            var order = BulkOrder(
                cases: [first, second], grade: .init(level: "general"), assign: .init(unit: "proposed"), reason: "集中")
            let once = try await city.store.desk.bulk(order, by: .session(token), via: .json, key: "same")
            let again = try await city.store.desk.bulk(order, by: .session(token), via: .line, key: "same")
            #expect(try once.allSatisfy { try !$0.result.get().replayed })
            #expect(try again.allSatisfy { try $0.result.get().replayed })
            #expect(try once.map { try $0.result.get().ref } == again.map { try $0.result.get().ref })
            let count = try await city.store.queries.record(token, .ref(first)).assignments.count
            #expect(count == 1)
            order.reason = "别的"
            await #expect {
                _ = try await city.store.desk.bulk(order, by: .session(token), via: .json, key: "same")
            } throws: { if case DeskError.keyReused = $0 { true } else { false } }
            // The key of an order is none of a single command.
            await #expect {
                _ = try await city.store.desk.perform(
                    on: .record(.ref(first)), by: .session(token), via: .json, key: "same"
                ) { _ in .conclude(reason: "x") }
            } throws: { if case DeskError.keyReused = $0 { true } else { false } }
        }
    }

    @Test func `an order is checked before anything of it is done`() async throws {
        try await TestCity.with { city in
            let token = try await city.token("dispatcher.city")
            func refusal(_ order: BulkOrder) async -> [String] {
                do throws(DeskError) {
                    _ = try await city.store.desk.bulk(order, by: .session(token), via: .json)
                    return []
                } catch {
                    if case .refused(.badFields(let faults)) = error { return faults.map { "\($0.field) \($0.code)" } }
                    return ["\(error)"]
                }
            }
            #expect(await refusal(BulkOrder(cases: [], reason: "x")) == ["cases required", "grade required"])
            #expect(
                await refusal(BulkOrder(cases: ["a", "a"], grade: .init(level: "general"), reason: "x"))
                    == ["cases repeated"])
            #expect(
                await refusal(BulkOrder(cases: ["a"], grade: .init(level: "general"), reason: " "))
                    == ["reason required"])
            let many = (0...BulkOrder.most).map { "TST-\($0)" }
            #expect(
                await refusal(BulkOrder(cases: many, grade: .init(level: "general"), reason: "x")) == ["cases too_many"]
            )
            await #expect {
                _ = try await city.store.desk.bulk(
                    BulkOrder(cases: ["a"], grade: .init(level: "general"), reason: "x"), by: .session("nobody"),
                    via: .json, key: "k")
            } throws: { if case DeskError.unauthenticated = $0 { true } else { false } }
        }
    }

    @Test func `who may not grade may not grade many, and what one does not see is not there`() async throws {
        try await TestCity.with { city in
            let token = try await city.token("dispatcher.city")
            let ref = try await Self.register(city, token, "东区食品过期")
            let east = try await city.token("dispatcher.east")
            let order = BulkOrder(cases: [ref], grade: .init(level: "general"), reason: "x")
            let hidden = try await city.store.desk.bulk(order, by: .session(east), via: .json)
            guard case .failure(.notFound) = hidden[0].result else {
                Issue.record("a case of others is not there")
                return
            }
            let duty = try await city.token("duty.city")
            let forbidden = try await city.store.desk.bulk(order, by: .session(duty), via: .json)
            guard case .failure(.refused(.notPermitted)) = forbidden[0].result else {
                Issue.record("the duty desk does not grade")
                return
            }
        }
    }
}
