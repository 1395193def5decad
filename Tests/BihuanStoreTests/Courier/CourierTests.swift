import BihuanDomain
import BihuanStore
import BihuanWorkers
import Foundation
import NIOCore
import NIOHTTP1
import Postgres
import StoreTestSupport
import Testing

struct CourierTests {
    /// A city, and a receiver that treats requests as `manner` says.
    private static func run(
        _ manner: @escaping @Sendable (Receiver.Request) -> Receiver.Manner,
        _ body: @Sendable (Mailroom, Receiver) async throws -> Void
    ) async throws {
        try await TestCity.with { city in
            try await Receiver.with(manner) { receiver in try await body(Mailroom(city: city), receiver) }
        }
    }

    @Test func `a message goes to every webhook of its unit that wants it, once`() async throws {
        try await Self.run { _ in
            .answer(204)
        } _: { room, receiver in
            try await room.webhook("east", receiver.url("/all"))
            try await room.webhook("east", receiver.url("/clocks"), topics: ["clock.*"])
            try await room.webhook("east", receiver.url("/orders"), topics: ["supervision.issued"])
            try await room.webhook("west", receiver.url("/west"))
            try await room.messages(2, to: "east")
            // Nobody is told of what is done for units without webhooks.
            try await room.messages(3, to: "city")

            for _ in 0..<3 { try await room.courier().pass() }

            let paths = receiver.received.map(\.path)
            #expect(paths.sorted() == ["/all", "/all", "/clocks", "/clocks"])
            #expect(Set(receiver.received.map(\.id)).count == 2)
            #expect(try await room.count("select count(*) from bihuan.outbox where fanned_at is null") == 0)
            #expect(try await room.count("select count(*) from bihuan.deliveries where delivered_at is null") == 0)
            #expect(try await room.count("select count(*) from bihuan.deliveries") == 4)
        }
    }

    @Test func `what the Desk writes arrives as a CloudEvent under a signature that openssl confirms`() async throws {
        try await Self.run { _ in
            .answer(200)
        } _: { room, receiver in
            let made = try await room.webhook("east", receiver.url("/hook?key=1"))
            let dispatcher = try await room.city.token("dispatcher.city")
            _ = try await room.city.store.desk.register(
                CaseDraft(lead: TestCity.lead("W-1")), by: dispatcher, via: .json)
            _ = try await room.city.store.desk.perform(
                on: .record(.ref("TST-2026-000001")), by: .session(dispatcher), via: .json
            ) { _ in .grade(level: "general", reason: "x") }
            _ = try await room.city.store.desk.perform(
                on: .record(.ref("TST-2026-000001")), by: .session(dispatcher), via: .json
            ) { _ in .assign(unit: "east", instruction: "", reason: "x") }

            try await room.courier().pass()
            try await room.courier().pass()

            let request = try #require(receiver.received.first)
            #expect(request.path == "/hook?key=1")
            #expect(request.headers["host"] == ["127.0.0.1:\(receiver.port)"])
            #expect(request.headers["content-type"] == ["application/cloudevents+json; charset=utf-8"])
            let event = try #require(
                try JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [String: Any])
            #expect(event["specversion"] as? String == "1.0")
            #expect(event["id"] as? String == request.id)
            #expect(event["source"] as? String == "/cities/test")
            #expect(event["type"] as? String == "cn.bihuan.assignment.assigned.v1")
            #expect((event["subject"] as? String)?.hasPrefix("A-") == true)
            // Domain time: the Monday of the test.
            #expect((event["time"] as? String)?.hasPrefix("2026-03-02T01:0") == true)
            let data = try #require(event["data"] as? [String: Any])
            #expect(data["unit"] as? String == "east")
            #expect(data["case"] as? String == "TST-2026-000001")

            let timestamp = try #require(request.headers.first(name: "webhook-timestamp"))
            #expect(abs(Double(timestamp)! - Date().timeIntervalSince1970) < 60)
            let expected = try Self.openssl("\(request.id).\(timestamp).\(request.body)", made.secret.bytes)
            #expect(request.headers["webhook-signature"] == ["v1,\(expected)"])
        }
    }

    @Test func `while a secret is changed both sign, the new one first`() async throws {
        try await Self.run { _ in
            .answer(200)
        } _: { room, receiver in
            let made = try await room.webhook("east", receiver.url("/"))
            let new = try await room.registry { registry in
                try await registry.rotateWebhook(made.id, keepingOldFor: 24, in: room.city.city)
            }
            try await room.messages(to: "east")
            try await room.courier().pass()
            try await room.courier().pass()

            let request = try #require(receiver.received.first)
            let timestamp = try #require(request.headers.first(name: "webhook-timestamp"))
            let text = "\(request.id).\(timestamp).\(request.body)"
            let signatures = try [new.bytes, made.secret.bytes].map { "v1,\(try Self.openssl(text, $0))" }
            #expect(request.headers["webhook-signature"] == [signatures.joined(separator: " ")])
        }
    }

    @Test(
        arguments: [
            (Receiver.Manner.answer(500), 500, "status 500"),
            (.answer(302, [("location", "/other")]), 302, "status 302"),
            (.answer(404), 404, "status 404"), (.hangUp, nil, "the connection ended without an answer"),
        ] as [(Receiver.Manner, Int?, String)])
    func `what fails comes again by the schedule, under the same id`(
        manner: Receiver.Manner, status: Int?, reason: String
    ) async throws {
        try await Self.run { _ in
            manner
        } _: { room, receiver in
            try await room.webhook("east", receiver.url("/hook"))
            try await room.messages(to: "east")

            for (attempt, pause) in [(1, 5.0), (2, 300), (3, 1_800)] {
                try await room.courier().pass()
                try await room.courier().pass()
                let standing = try #require(try await room.standings().first)
                #expect(standing.attempts == attempt)
                #expect(standing.status == status)
                #expect(standing.error == reason)
                #expect(standing.next > pause - 60 && standing.next <= pause)
                try await room.passTime()
            }

            // A redirect is not followed.
            #expect(receiver.received.map(\.path) == ["/hook", "/hook", "/hook"])
            #expect(Set(receiver.received.map(\.id)).count == 1)
        }
    }

    @Test func `a receiver that asks for time gets it`() async throws {
        try await Self.run { _ in
            .answer(429, [("retry-after", "3600")])
        } _: { room, receiver in
            try await room.webhook("east", receiver.url("/"))
            try await room.messages(to: "east")
            try await room.courier().pass()
            try await room.courier().pass()

            let standing = try #require(try await room.standings().first)
            #expect(standing.next > 3_500 && standing.next <= 3_600)
        }
    }

    @Test func `a receiver that is gone is sent nothing more until it is enabled again`() async throws {
        try await Self.run { request in
            request.path == "/gone" ? .answer(410) : .answer(200)
        } _: { room, receiver in
            let gone = try await room.webhook("east", receiver.url("/gone"))
            try await room.messages(5, to: "east")
            for _ in 0..<4 { try await room.courier(configuration: CourierConfiguration(width: 1)).pass() }

            #expect(receiver.received.count == 1)
            let standings = try await room.standings()
            #expect(standings.count { $0.isAside } == 1)
            // The others wait, untried, and new messages pass it by.
            #expect(standings.count { $0.attempts == 0 } == 4)
            try await room.messages(to: "east")
            for _ in 0..<2 { try await room.courier().pass() }
            #expect(try await room.standings().count == 5)

            try await room.registry { registry in
                try await registry.setWebhook(gone.id, enabled: true, in: room.city.city)
            }
            try await room.courier(configuration: CourierConfiguration(width: 1)).pass()
            #expect(receiver.received.count == 2)
        }
    }

    @Test func `after ten tries a message is put aside, and an operator sends it again`() async throws {
        let isWell = Flag()
        try await Self.run { _ in
            isWell.isSet ? .answer(200) : .answer(500)
        } _: { room, receiver in
            let keeper = try await room.city.token("operator.city")
            let dispatcher = try await room.city.token("dispatcher.city")
            try await room.webhook("east", receiver.url("/"))
            try await room.messages(to: "east")
            for _ in 0..<14 {
                try await room.courier().pass()
                try await room.passTime()
            }

            #expect(receiver.received.count == 10)
            #expect(try await room.standings().map(\.isAside) == [true])
            let queries = room.city.store.queries
            var dead = DeliveryFilter()
            dead.state = .dead
            let view = try #require(try await queries.deliveries(keeper, dead).items.first)
            #expect(view.unit == "east" && view.attempts == 10 && view.lastError == "status 500")
            #expect(try await queries.backlog(keeper).dead == 1)
            // Others neither see it nor put it back.
            #expect(try await queries.deliveries(dispatcher).items.isEmpty)
            #expect(try await queries.retryDeliveries(dispatcher, DeliveryFilter()) == 0)

            isWell.set()
            #expect(try await queries.retryDeliveries(keeper, DeliveryFilter()) == 1)
            try await room.courier().pass()
            #expect(try await room.standings().map(\.isDelivered) == [true])
            #expect(Set(receiver.received.map(\.id)).count == 1)
        }
    }

    @Test func `a receiver cannot keep the courier, neither by silence nor by a body without end`() async throws {
        try await Self.run {
            $0.path == "/pour" ? .pour : .hang
        } _: { room, receiver in
            try await room.webhook("east", receiver.url("/pour"))
            try await room.webhook("west", receiver.url("/hang"))
            try await room.messages(to: "east")
            try await room.messages(to: "west")
            // Long enough for the one that does answer, however busy the machine.
            let courier = try room.courier(timeLimit: .seconds(4))
            await courier.pass()
            await courier.pass()

            let standings = try await room.standings()
            #expect(standings.count { $0.isDelivered } == 1)
            #expect(standings.contains { $0.error == "no answer within 4 s" })
        }
    }

    @Test func `a courier killed between sending and marking sends again when its lease ends, and not before`()
        async throws
    {
        try await Self.run { _ in
            .answer(200)
        } _: { room, receiver in
            let made = try await room.webhook("east", receiver.url("/"))
            try await room.messages(to: "east")
            #expect(try await room.city.store.outbox.fanOut(of: room.city.city) == 1)
            // Claimed and sent; and there the courier dies.
            let claimed = try await room.city.store.outbox.claim(
                Outbox.Lane(city: room.city.city, webhook: made.id), limit: 10)
            let delivery = try #require(claimed.first)
            let target = try WebhookTarget(delivery.url)
            let body = Array(delivery.event.json.utf8)
            let sender = try Mailroom.sender()
            #expect(
                await sender.send(
                    WebhookRequest(target: target, fields: [.init("webhook-id", delivery.event.id)], body: body))
                    == .status(200, retryAfter: nil))

            try await room.courier().pass()
            #expect(receiver.received.count == 1)
            let standing = try #require(try await room.standings().first)
            #expect(standing.next > 20 && standing.next <= 30)

            try await room.passTime()
            try await room.courier().pass()
            #expect(receiver.received.count == 2)
            #expect(Set(receiver.received.map(\.id)).count == 1)
            #expect(try await room.standings().map(\.isDelivered) == [true])
        }
    }

    @Test func `what a dead courier held is taken over beside a heap of new messages, a few in each claim, and first`()
        async throws
    {
        try await Self.run { _ in
            .answer(200)
        } _: { room, receiver in
            let made = try await room.webhook("east", receiver.url("/"))
            let lane = Outbox.Lane(city: room.city.city, webhook: made.id)
            let outbox = room.city.store.outbox
            try await room.messages(30, to: "east")
            _ = try await outbox.fanOut(of: room.city.city)
            // Claimed by couriers that die.
            var dead: Set<MessageID> = []
            for _ in 0..<3 { dead.formUnion(try await outbox.claim(lane, limit: 10).map(\.message)) }
            #expect(dead.count == 27)
            try await room.passTime()
            try await room.messages(100, to: "east")
            _ = try await outbox.fanOut(of: room.city.city)

            let claimed = try await outbox.claim(lane, limit: 20)

            #expect(claimed.count == 20)
            #expect(claimed.map(\.isSuspect) == [true, true] + Array(repeating: false, count: 18))
            #expect(claimed.allSatisfy { ($0.attempt == 2) == dead.contains($0.message) })
        }
    }

    @Test func `what ends its courier every time is put aside in the end`() async throws {
        try await Self.run { _ in
            .answer(200)
        } _: { room, receiver in
            let made = try await room.webhook("east", receiver.url("/"))
            try await room.messages(to: "east")
            _ = try await room.city.store.outbox.fanOut(of: room.city.city)
            let lane = Outbox.Lane(city: room.city.city, webhook: made.id)
            for _ in 0..<Outbox.tries {
                let claimed = try #require(try await room.city.store.outbox.claim(lane, limit: 1).first)
                if claimed.isSuspect { try await room.city.store.outbox.begin(claimed) }
                try await room.passTime()
            }

            #expect(try await room.city.store.outbox.claim(lane, limit: 1).isEmpty)
            let standing = try #require(try await room.standings().first)
            #expect(standing.isAside && standing.error == "no courier came back from it")
        }
    }

    @Test func `two couriers never both send a message within a lease`() async throws {
        try await Self.run { _ in
            .answer(200)
        } _: { room, receiver in
            for unit in ["east", "west", "city"] { try await room.webhook(unit, receiver.url("/\(unit)")) }
            for unit in ["east", "west", "city"] { try await room.messages(100, to: unit) }

            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let courier = try room.courier()
                        var idle = 0
                        while idle < 3 { idle = await courier.pass() == 0 ? idle + 1 : 0 }
                    }
                }
                try await group.waitForAll()
            }

            #expect(receiver.received.count == 300)
            #expect(Set(receiver.received.map(\.id)).count == 300)
            #expect(try await room.count("select count(*) from bihuan.deliveries where delivered_at is null") == 0)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `one silent receiver among a hundred holds up nobody else`() async throws {
        try await Self.run {
            $0.path == "/1" ? .hang : .answer(200)
        } _: { room, receiver in
            let units = ["city", "food", "price", "east", "west", "east-1", "east-2", "west-1", "west-2"]
            for number in 1...100 {
                try await room.webhook(units[number % units.count], receiver.url("/\(number)"))
            }
            // Every webhook gets some; the silent one's lane never comes to an end in this test.
            for unit in units { try await room.messages(10, to: unit) }
            let courier = try room.courier(timeLimit: .seconds(50))
            let serving = Task { await courier.run() }

            while try await room.count("select count(*) from bihuan.deliveries where delivered_at is not null") < 990 {
                try await Task.sleep(for: .milliseconds(20))
            }

            // And all that while it had no more than its own width of requests.
            #expect(receiver.received.count { $0.path == "/1" } <= 4)
            #expect(Set(receiver.received.filter { $0.path != "/1" }.map { $0.path + $0.id }).count == 990)
            serving.cancel()
            await serving.value
        }
    }

    @Test func `a URL that is no webhook's, and a topic that is none, are refused`() async throws {
        try await TestCity.with { city in
            let room = Mailroom(city: city)
            for url in ["ftp://x/", "http://a@b/", "http:///", "https://x/#y", "https://x/ y", "//x", "https://x\\y/"] {
                await #expect(throws: RegistryFault.self, "\(url)") { try await room.webhook("east", url) }
            }
            for topic in ["clock", "*", "clock.*.x", "Clock.x", "clock..x"] {
                await #expect(throws: RegistryFault.self, "\(topic)") {
                    try await room.webhook("east", "https://x/", topics: [topic])
                }
            }
            await #expect(throws: RegistryFault.self) { try await room.webhook("nowhere", "https://x/") }
        }
    }

    /// HMAC-SHA256 by another program.
    private static func openssl(_ text: String, _ secret: [UInt8]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let key = secret.map { String(format: "%02x", $0) }.joined()
        process.arguments = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(key)", "-binary"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let code = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return code.base64EncodedString()
    }
}
