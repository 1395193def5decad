import BihuanDomain
import BihuanStore
import Foundation
import Postgres
import StoreTestSupport
import Testing

/// Leads that come into a case that is there, and what comes in with a reference that is known.
struct LeadIntakeTests {
    private static let phone = ContactDraft(kind: .phone, value: "13800001234")
    private static let email = ContactDraft(kind: .email, value: "zhang@example.com")

    private static func leads(_ city: TestCity) async throws -> Int {
        try await city.owner { connection throws(PostgresError) -> Int in
            try connection.query("select count(*) as n from bihuan.leads").rows[0].get("n")
        }
    }

    private static func open(_ city: TestCity, _ token: String, _ reference: String) async throws -> Outcome {
        try await city.store.desk.register(CaseDraft(lead: TestCity.lead(reference)), by: token, via: .json)
    }

    @Test func `a new lead is taken in and attached in one step, or not at all`() async throws {
        try await TestCity.with { city in
            let token = try await city.token("dispatcher.city")
            let record = try await Self.open(city, token, "1")
            let key = ObjectKey.id(record.id)
            let desk = city.store.desk

            // Somebody moved the case meanwhile: the lead is not left behind.
            await #expect {
                _ = try await desk.attach(
                    TestCity.lead("2"), to: key, reason: "又一条", by: token, via: .json, expecting: 7)
            } throws: { error in
                if case DeskError.stale(current: 1) = error { true } else { false }
            }
            // Nor where it may not be attached, or cannot.
            await #expect(throws: DeskError.self) {
                _ = try await desk.attach(
                    TestCity.lead("2"), to: .ref("TST-2026-000099"), reason: "又一条", by: token, via: .json)
            }
            _ = try await desk.perform(on: .record(key), by: .session(token), via: .json) { _ in .dismiss(reason: "x") }
            await #expect(throws: DeskError.self) {
                _ = try await desk.attach(TestCity.lead("2"), to: key, reason: "又一条", by: token, via: .json)
            }
            #expect(try await Self.leads(city) == 1)

            _ = try await desk.perform(on: .record(key), by: .session(token), via: .json) { _ in .reopen(reason: "x") }
            let version = try await city.store.queries.record(token, key).view.version
            let attached = try await desk.attach(
                TestCity.lead("2"), contacts: [Self.phone], to: key, reason: "又一条", by: token, via: .json, key: "k",
                expecting: version)
            #expect(attached.kind == .record && attached.version == version + 1 && attached.changed)
            let again = try await desk.attach(
                TestCity.lead("2"), contacts: [Self.phone], to: key, reason: "又一条", by: token, via: .json, key: "k",
                expecting: version)
            #expect(again.replayed && again.version == attached.version)
            let seen = try await city.store.queries.record(token, key)
            #expect(seen.leads.compactMap(\.reference) == ["1", "2"])
            #expect(try await city.store.queries.contacts(ofCase: key, token).map(\.masked) == ["138****1234"])

            let other = try await Self.open(city, token, "3")
            await #expect {
                _ = try await desk.attach(
                    TestCity.lead("2"), to: .id(other.id), reason: "又一条", by: token, via: .json)
            } throws: { error in
                guard case DeskError.refused(.badFields(let faults)) = error else { return false }
                return faults.map { "\($0.field) \($0.code)" } == ["reference attached_elsewhere"]
            }
        }
    }

    @Test func `a contact that comes with a known reference is kept, and the same one is kept once`() async throws {
        try await TestCity.with { city in
            let token = try await city.token("dispatcher.city")
            let desk = city.store.desk
            func contacts(_ id: ObjectKey) async throws -> [String] {
                try await city.store.queries.contacts(ofCase: id, token).compactMap(\.masked).sorted()
            }
            // Of a case.
            let record = try await Self.open(city, token, "1")
            let repeated = CaseDraft(lead: TestCity.lead("1"), contacts: [Self.phone])
            #expect(try await desk.register(repeated, by: token, via: .json).changed)
            #expect(try await !desk.register(repeated, by: token, via: .json).changed)
            #expect(try await contacts(.id(record.id)) == ["138****1234"])
            let both = [Self.phone, Self.email]
            #expect(try await desk.take(TestCity.lead("1"), contacts: both, by: token, via: .json).changed)
            #expect(try await contacts(.id(record.id)) == ["138****1234", "z***@example.com"])
            #expect(
                try await desk.attach(
                    TestCity.lead("1"), contacts: both, to: .id(record.id), reason: "x", by: token, via: .json
                ).changed == false)

            // Of a loose lead, and of one that becomes a case.
            let loose = try await desk.take(TestCity.lead("2"), by: token, via: .json)
            #expect(try await desk.take(TestCity.lead("2"), contacts: [Self.email], by: token, via: .json).changed)
            let masked = try await city.store.queries.contacts(ofLead: LeadID(rawValue: loose.id), token).map(\.masked)
            #expect(masked == ["z***@example.com"])
            let opened = try await desk.register(
                CaseDraft(lead: TestCity.lead("2"), contacts: both), by: token, via: .json)
            #expect(try await contacts(.id(opened.id)) == ["138****1234", "z***@example.com"])
        }
    }
}
