import BihuanDomain
import BihuanStore
import Crypto
import Foundation
import Logging
import Postgres
import StoreTestSupport
import Testing

@testable import BihuanHTTP

/// Every look at a restricted case is on record (F11), whichever part of it is looked at.
struct ReadsDoorTests {
    /// Resources with a name of their own that stand in no case.
    private static let ofNoCase: Set<String> = [
        "/units/{label}", "/units/{label}/changes", "/units/{label}/duty", "/units/{label}/liaisons", "/experts/{id}",
        "/problems/{kind}",
    ]

    /// A route that is added must be named above, or be found below in something of the restricted case.
    @Test func `whatever shows a part of a restricted case by its name puts the look on record`() async throws {
        try await APIDoor.with { port, city in
            let world = try await Self.world(port, city)
            let api = API(
                store: city.store, seal: CursorSeal(key: SymmetricKey(data: [UInt8](repeating: 7, count: 32))),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            var looked = 0
            for route in api.routes where route.method == "GET" && route.template.contains("{") {
                let template = route.template.replacing(API.base, with: "")
                guard !Self.ofNoCase.contains(template) else { continue }
                let kind = template.split(separator: "/").first.map(String.init) ?? ""
                let name = try #require(world.names[kind], "no example of \(template)")
                let before = try await Self.reads(city)
                let answer = try await world.client.get(template.replacing("{id}", with: name))
                #expect(answer.status == 200, "\(template): \(answer.status)")
                #expect(try await Self.reads(city) == before + 1, "\(template) leaves no trace")
                looked += 1
            }
            #expect(looked > 25)
        }
    }

    @Test(arguments: ["/disputes", "/referrals"])
    func `a list that shows what restricted cases say is a look at each of them`(path: String) async throws {
        try await APIDoor.with { port, city in
            let world = try await Self.world(port, city)
            let before = try await Self.reads(city)
            #expect(try await world.client.get(path).count("items") == 1)
            #expect(try await Self.reads(city) == before + 1)
        }
    }

    /// A restricted case with one of everything, and what each is called by, by its collection.
    private static func world(_ port: Int, _ city: TestCity) async throws -> (
        client: APIClient, names: [String: String]
    ) {
        let duty = try await APIClient.logIn("duty.city", at: port)
        let client = try await APIClient.logIn("dispatcher.city", at: port)
        let east = try await APIClient.logIn("dispatcher.east", at: port)
        var names: [String: String] = [:]
        func made(_ answer: RawResponse, _ path: String) throws -> String {
            try #require(answer.text(path), "\(answer.status) \(answer.text("detail") ?? "")")
        }
        let registered = try await duty.post(
            "/cases",
            #"{"source":"s","reference":"r-1","channel":"web","title":"超市","content":"过期食品"}"#)
        let ref = try made(registered, "ref")
        names["cases"] = ref
        names["leads"] = try made(try await client.get("/cases/\(ref)/leads"), "items/0/id")
        _ = try await client.post("/cases/\(ref)/actions/grade", #"{"level":"general","reason":"x"}"#)
        let hop = try made(
            try await client.post("/cases/\(ref)/assignments", #"{"unit":"east","reason":"x"}"#), "ref")
        names["assignments"] = hop
        let dispute = try made(
            try await east.post("/assignments/\(hop)/disputes", #"{"proposed":"west","reason":"x"}"#), "ref")
        names["disputes"] = dispute
        #expect(try await east.post("/disputes/\(dispute)/actions/withdraw", #"{"reason":"x"}"#).status == 200)
        #expect(try await east.post("/assignments/\(hop)/actions/receive").status == 200)
        names["tasks"] = try made(try await east.post("/assignments/\(hop)/tasks", #"{"text":"抽样"}"#), "id")
        names["feedback"] = try made(
            try await east.post("/assignments/\(hop)/feedback", #"{"kind":"interim","findings":"在查"}"#), "id")
        names["supervisions"] = try made(
            try await client.post(
                "/assignments/\(hop)/supervisions", #"{"cause":"overdue","requirement":"x","reason":"x"}"#), "ref")
        names["referrals"] = try made(
            try await client.post("/cases/\(ref)/referrals", #"{"kind":"outside","to":"公安局","text":"x","reason":"x"}"#),
            "ref")
        names["clocks"] = try made(try await east.get("/worklist"), "items/0/id")
        names["duty"] = try made(
            try await client.post("/duty/tests", #"{"case":"\#(ref)","reason":"抽查"}"#), "id")
        names.merge(try await Self.written(city, ref)) { $1 }

        for (login, unit) in [("dispatcher.city", "city"), ("dispatcher.east", "east")] {
            try await city.registry { registry in
                try await registry.setClearance(1, login: login, unit: unit, role: .dispatcher, in: city.city)
            }
        }
        let cleared = try await APIClient.logIn("dispatcher.city", at: port)
        #expect(
            try await cleared.post("/cases/\(ref)/actions/restrict", #"{"secrecy":1,"reason":"x"}"#).status == 200)
        return (cleared, names)
    }

    /// What the plan of the city asks nobody for: a filing and a warning.
    private static func written(_ city: TestCity, _ ref: String) async throws -> [String: String] {
        try await city.owner { connection throws(PostgresError) -> [String: String] in
            let rows = try connection.flight([
                """
                insert into bihuan.filings
                       (city_id, filing_id, case_id, unit_id, officer_id, act, form, number, filed_at, fields)
                select c.city_id, gen_random_uuid(), c.case_id, c.owner_unit, gen_random_uuid(), 'report', 'x', 1,
                       bihuan.now(), '{}'
                  from bihuan.cases c where c.ref = \(ref)
                returning filing_id::text as name
                """,
                """
                insert into bihuan.warnings
                       (city_id, warning_id, ref, case_id, level, judged, state, "text", named_units, proposed_unit,
                        proposed_at, version)
                select c.city_id, gen_random_uuid(), 'Y-1', c.case_id, 'blue', 'blue', 'proposed', 'x', '{}',
                       c.owner_unit, bihuan.now(), 1
                  from bihuan.cases c where c.ref = \(ref)
                returning ref as name
                """,
            ])
            return ["filings": try rows[0].rows[0].get("name"), "warnings": try rows[1].rows[0].get("name")]
        }
    }

    private static func reads(_ city: TestCity) async throws -> Int {
        try await city.owner { connection throws(PostgresError) -> Int in
            try connection.query("select count(*)::bigint as n from bihuan.reads").rows[0].get("n")
        }
    }
}
