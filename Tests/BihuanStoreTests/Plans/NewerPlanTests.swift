import BihuanDomain
import BihuanStore
import Foundation
import StoreTestSupport
import Testing

/// A city adopts a newer version of its plan: cases keep theirs until somebody moves them.
struct NewerPlanTests {
    @Test func `a case keeps its version, and goes on under the newer one when somebody says so`() async throws {
        let text = try PlanFileTests.text("001-harbin")
        try await TestCity.with { city in
            let desk = city.store.desk
            let dispatcher = try await city.token("dispatcher.city")
            let draft = CaseDraft(lead: TestCity.lead("T-1"))
            let ref = try #require(try await desk.register(draft, by: dispatcher, via: .json).ref)
            func take(_ command: CaseCommand) async throws -> Outcome {
                try await desk.perform(on: .record(.ref(ref)), by: .session(dispatcher), via: .json) { _ in command }
            }
            func receiptLimit() async throws -> String? {
                try await city.store.queries.clocks(dispatcher, limit: 50).items.first { $0.kind == .receipt }?.limit
            }
            _ = try await take(.grade(level: "general", reason: "x"))
            _ = try await take(.assign(unit: "east", instruction: "", reason: "x"))
            #expect(try await receiptLimit() == "PT4H")
            await #expect(throws: DeskError.self) { _ = try await take(.replan(version: 2, reason: "x")) }

            // Half the time for receipts, in force from today.
            let newer = text.replacing(
                "general: by_city(PT4H), sensitive: by_city(PT1H)", with: "general: PT2H, sensitive: PT1H")
            try #require(newer != text)
            let version = try await city.registry {
                try await $0.adopt(suggestionsOf: newer, in: city.city).key.version
            }
            #expect(version == 2)
            #expect(try await receiptLimit() == "PT4H", "what runs is not touched by an adoption")
            #expect(try await city.store.queries.record(dispatcher, .ref(ref)).view.allowed.contains(.replan))

            _ = try await take(.replan(version: 2, reason: "新版施行"))
            let detail = try await city.store.queries.record(dispatcher, .ref(ref))
            #expect(detail.planVersion == 2)
            #expect(!detail.view.allowed.contains(.replan))
            #expect(try await receiptLimit() == "PT2H")
            let events = try await city.store.queries.timeline(dispatcher, .ref(ref)).events
            #expect(events.last?.kind == .replanned)
            #expect(events.last?.reason == "新版施行")
        }
    }

    @Test func `a level graded in a sensitive period is raised in the case and said in its history`() async throws {
        let text = try PlanFileTests.text("001-harbin") + "\nsensitive_periods: { raise_by: 1, requirement: R10 }\n"
        try await TestCity.with { city in
            try await city.registry { registry in
                _ = try await registry.adopt(suggestionsOf: text, in: city.city)
                try await registry.add(
                    SensitivePeriod(name: "两会", first: CivilDay("2026-03-01")!, last: CivilDay("2026-03-15")!),
                    of: city.city)
            }
            let dispatcher = try await city.token("dispatcher.city")
            let desk = city.store.desk
            let ref = try #require(
                try await desk.register(CaseDraft(lead: TestCity.lead("T-1")), by: dispatcher, via: .json).ref)
            let graded = try await desk.perform(on: .record(.ref(ref)), by: .session(dispatcher), via: .json) { _ in
                .grade(level: "general", reason: "常规")
            }
            #expect(graded.caseLevel == "sensitive")
            let grading = try #require(try await city.store.queries.gradings(ofCase: .ref(ref), dispatcher).first)
            #expect(grading.judged == "general" && grading.sensitivePeriod == "两会")

            try await city.registry { registry in
                await #expect(throws: RegistryFault.self) {
                    try await registry.removeSensitivePeriod("春节", beginning: CivilDay("2026-03-01")!, of: city.city)
                }
                try await registry.removeSensitivePeriod("两会", beginning: CivilDay("2026-03-01")!, of: city.city)
            }
            let again = try await desk.perform(on: .record(.ref(ref)), by: .session(dispatcher), via: .json) { _ in
                .grade(level: "general", reason: "时期已过")
            }
            #expect(again.caseLevel == "general")
        }
    }
}
