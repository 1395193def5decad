import BihuanDomain
import BihuanStore
import Foundation
import StoreTestSupport
import Testing

/// What a post may know of, as it is given and shown.
struct ClearanceTests {
    @Test func `whoever knows restricted cases may let others know of them, and a deputy knows what the post does`()
        async throws
    {
        try await TestCity.with { city in
            try await city.registry { registry in
                try await registry.setClearance(
                    1, login: "dispatcher.city", unit: "city", role: .dispatcher, in: city.city)
            }
            func appoint(_ login: String, _ draft: PostDraft) async throws {
                let operating = try await city.token("operator.city")
                _ = try await city.store.administration.perform(
                    .post(login, draft), reason: "工作需要", at: Date(), operating, key: nil)
            }
            let draft = PostDraft(unit: "east", role: .leader, clearance: 1)
            await #expect {
                try await appoint("handler.east", draft)
            } throws: { error in
                guard case DeskError.refused(.organisation(let fault)) = error else { return false }
                return fault.rule == .aboveOwnClearance && fault.field == "clearance"
            }
            let end = Date().addingTimeInterval(86_400)
            try await appoint(
                "handler.west", PostDraft(unit: "city", role: .dispatcher, until: end, actingFor: "dispatcher.city"))
            try await city.registry { registry in
                try await registry.setClearance(2, login: "operator.city", unit: "city", role: .operator, in: city.city)
            }
            try await appoint("handler.east", draft)
            let operating = try await city.token("operator.city")
            let posts = try await city.store.queries.posts(operating, under: nil)
            func clearance(_ login: String) -> [Int] { posts.filter { $0.login == login }.map(\.clearance) }
            #expect(clearance("handler.west") == [0, 1], "the deputy's as the post's")
            #expect(clearance("handler.east") == [0, 1])
            #expect(try await city.store.queries.me(operating).clearance == 2)
        }
    }
}
