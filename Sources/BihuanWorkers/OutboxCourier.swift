import BihuanDomain
package import BihuanStore
import Failpoints
import Foundation
package import Logging
import ServiceLifecycle

/// Takes messages out of the house: hands them on to the webhooks of their units, and delivers them, signed.
///
/// Any number of servers may run one. Deliveries are claimed by lease, sent, and then marked: one whose courier is killed
/// in between is sent again when the lease ends, under the same `webhook-id`. What fails comes again by
/// ``RetrySchedule`` and is put aside after ``Outbox/tries`` tries.
package struct OutboxCourier<C: Clock>: Service where C.Duration == Duration {
    let store: Store
    let sender: any WebhookSender
    let configuration: CourierConfiguration
    let clock: C
    let logger: Logger
    private let lanes: CourierLanes<C.Instant>
    private let jitter: @Sendable () -> Double

    /// Longest body (Standard Webhooks: under 20 kB).
    package static var longestBody: Int { 20_000 }

    /// - Parameter jitter: 0 to 1; see ``RetrySchedule``.
    package init(
        store: Store, sender: any WebhookSender, configuration: CourierConfiguration, clock: C, logger: Logger,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.store = store
        self.sender = sender
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        self.jitter = jitter
        self.lanes = CourierLanes(limit: configuration.lanes)
    }

    package func run() async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    let round = await self.round()
                    for lane in round.lanes { group.addTask { _ = await self.serve(lane) } }
                    if round.isIdle {
                        // Where only places are wanting, one may be free soon.
                        let interval = self.configuration.interval
                        try? await self.clock.sleep(for: round.isCrowded ? min(interval, .milliseconds(200)) : interval)
                    }
                }
            }
        }
    }

    /// One pass, to its end: everything that is due now is handed on and tried once.
    ///
    /// - Returns: how many messages were handed on or tried.
    @discardableResult
    package func pass() async -> Int {
        let round = await self.round()
        return await withTaskGroup(of: Int.self) { group in
            for lane in round.lanes { group.addTask { await self.serve(lane) } }
            var count = round.handedOn
            for await tried in group { count += tried }
            return count
        }
    }

    // MARK: Looking

    private struct Round {
        var handedOn = 0
        var lanes: [Outbox.Lane] = []
        /// Something is due that is not served now.
        var isCrowded = false

        var isIdle: Bool { self.handedOn == 0 && self.lanes.isEmpty }
    }

    /// Hands on a batch of each city's messages, and chooses which webhooks to serve.
    private func round() async -> Round {
        var round = Round()
        let waiting: Outbox.Waiting
        do throws(DeskError) {
            waiting = try await self.store.outbox.waiting()
        } catch {
            self.logger.error("The outbox cannot be looked at", metadata: ["error": "\(error)"])
            return round
        }
        for city in waiting.cities {
            if Task.isCancelled { break }
            // One city's trouble is no other's.
            do throws(DeskError) {
                round.handedOn += try await self.store.outbox.fanOut(of: city)
            } catch {
                self.logger.error(
                    "A city's messages cannot be handed on",
                    metadata: ["city": "\(city.rawValue)", "error": "\(error)"])
            }
            failpoint("courier_after_fan_out")
        }
        (round.lanes, round.isCrowded) = self.lanes.take(waiting.lanes, now: self.clock.now)
        return round
    }

    // MARK: Serving

    /// Sends what is due to one webhook, batch by batch, until nothing is left, the webhook fails, or others wait for the
    /// place.
    ///
    /// - Returns: how many deliveries were tried.
    private func serve(_ lane: Outbox.Lane) async -> Int {
        defer { self.lanes.giveBack(lane) }
        var tried = 0
        while !Task.isCancelled {
            let isProbe = self.lanes.isFailing(lane)
            let limit = isProbe ? 1 : self.configuration.batchSize
            // Before the claim, so that the lease ends later than this courier believes.
            let began = self.clock.now
            let batch: [Delivery]
            do throws(DeskError) {
                batch = try await self.store.outbox.claim(lane, limit: limit)
            } catch {
                self.logger.error("Deliveries cannot be claimed", metadata: ["error": "\(error)"])
                // Or it would be found due again at once.
                self.lanes.failed(lane, now: self.clock.now)
                break
            }
            failpoint("courier_after_claim")
            tried += await self.deliver(batch, claimed: began, isProbe: isProbe)
            // With others waiting for a place, everybody has one batch at a time.
            if batch.count < Outbox.freshShare(of: limit) || self.lanes.isFailing(lane) || self.lanes.isCrowded {
                break
            }
        }
        return tried
    }

    private func deliver(_ batch: [Delivery], claimed: C.Instant, isProbe: Bool) async -> Int {
        var tried = 0
        // One at a time, with nothing else of this webhook in hand: if this server dies, it is known of what.
        for suspect in batch where suspect.isSuspect {
            guard self.isReached(claimed) else { break }
            await self.settle { () async throws(DeskError) in try await self.store.outbox.begin(suspect) }
            if await self.deliver(suspect, claimed: claimed, isProbe: isProbe) { tried += 1 }
        }
        return await withTaskGroup(of: Bool.self) { group in
            var rest = batch.filter { !$0.isSuspect }.makeIterator()
            func sendNext() {
                guard let next = rest.next() else { return }
                group.addTask { await self.deliver(next, claimed: claimed, isProbe: isProbe) }
            }
            for _ in 0..<(isProbe ? 1 : self.configuration.width) { sendNext() }
            while let wasTried = await group.next() {
                if wasTried { tried += 1 }
                sendNext()
            }
            return tried
        }
    }

    /// Whether there is still time to send what was claimed then.
    private func isReached(_ claimed: C.Instant) -> Bool {
        !Task.isCancelled && claimed.duration(to: self.clock.now) <= self.configuration.patience
    }

    /// Sends one delivery and notes what came of it.
    ///
    /// - Returns: whether it was tried. What was claimed too long ago is not: another courier may have it by now. Nor is
    ///   the rest of a batch once the webhook has begun to fail, nor anything when the server stops.
    private func deliver(_ delivery: Delivery, claimed: C.Instant, isProbe: Bool) async -> Bool {
        let lane = Outbox.Lane(city: delivery.city, webhook: delivery.webhook)
        if !self.isReached(claimed) || (!isProbe && self.lanes.isFailing(lane)) {
            await self.settle { () async throws(DeskError) in
                try await self.store.outbox.release(delivery, wasTried: false)
            }
            return false
        }
        let body = Array(delivery.event.json.utf8)
        guard let target = try? WebhookTarget(delivery.url), !delivery.secrets.isEmpty, body.count < Self.longestBody
        else {
            let reason =
                delivery.secrets.isEmpty
                ? "the webhook has no secret"
                : body.count < Self.longestBody ? "the webhook has no good URL" : "the message is too long"
            await self.settle { () async throws(DeskError) in
                try await self.store.outbox.failed(delivery, status: nil, reason, retryIn: nil)
            }
            return true
        }
        let answer = await self.sender.send(Self.request(delivery, to: target, body))
        failpoint("courier_after_send_before_mark")
        await self.note(delivery, answer, at: lane)
        return true
    }

    /// The request of Standard Webhooks 1.0.0, with a CloudEvents 1.0 body.
    static func request(_ delivery: Delivery, to target: WebhookTarget, _ body: [UInt8]) -> WebhookRequest {
        let timestamp = Int(Date().timeIntervalSince1970)
        let signature = WebhookSignature.field(
            id: delivery.event.id, timestamp: timestamp, body: body, secrets: delivery.secrets)
        return WebhookRequest(
            target: target,
            fields: [
                .init("content-type", "application/cloudevents+json; charset=utf-8"),
                .init("user-agent", "bihuan"),
                .init("webhook-id", delivery.event.id),
                .init("webhook-timestamp", String(timestamp)),
                .init("webhook-signature", signature),
            ],
            body: body)
    }

    // MARK: Noting

    private func note(_ delivery: Delivery, _ answer: WebhookAnswer, at lane: Outbox.Lane) async {
        switch answer {
        case .status(let status, _) where (200..<300).contains(status):
            self.lanes.succeeded(lane)
            await self.settle { () async throws(DeskError) in
                try await self.store.outbox.delivered(delivery, status: status)
            }
        case .status(410, _):
            self.logger.warning("A webhook is gone and was disabled", metadata: Self.metadata(delivery))
            self.lanes.failed(lane, now: self.clock.now)
            await self.settle { () async throws(DeskError) in
                try await self.store.outbox.disable(lane, by: "410")
                try await self.store.outbox.failed(delivery, status: 410, "410", retryIn: nil)
            }
        case .status(let status, let field):
            let retryAfter = field.flatMap { RetrySchedule.retryAfter($0, now: Date()) }
            await self.failed(delivery, at: lane, status: status, "status \(status)", retryAfter)
        case .failed(let reason):
            await self.failed(delivery, at: lane, status: nil, reason, nil)
        case .abandoned:
            // It may have arrived. It goes out again under the same id.
            await self.settle { () async throws(DeskError) in
                try await self.store.outbox.release(delivery, wasTried: true)
            }
        }
    }

    private func failed(
        _ delivery: Delivery, at lane: Outbox.Lane, status: Int?, _ reason: String, _ retryAfter: Duration?
    ) async {
        self.lanes.failed(lane, now: self.clock.now)
        let isLast = delivery.attempt >= Outbox.tries
        var metadata = Self.metadata(delivery)
        metadata["reason"] = "\(reason)"
        if isLast {
            self.logger.error("A delivery was put aside; OUTBOX RETRY puts it back", metadata: metadata)
        } else {
            self.logger.notice("A delivery failed", metadata: metadata)
        }
        let pause = RetrySchedule.pause(after: delivery.attempt, jitter: self.jitter(), retryAfter: retryAfter)
        await self.settle { () async throws(DeskError) in
            try await self.store.outbox.failed(delivery, status: status, reason, retryIn: isLast ? nil : pause)
        }
    }

    /// Writes down what became of a delivery, also when the server is stopping.
    ///
    /// If that fails, the lease runs out by itself and the delivery comes again.
    private func settle(_ write: @escaping @Sendable () async throws(DeskError) -> Void) async {
        await Task {
            do throws(DeskError) {
                try await write()
            } catch {
                self.logger.warning("What became of a delivery was not noted", metadata: ["error": "\(error)"])
            }
        }.value
    }

    private static func metadata(_ delivery: Delivery) -> Logger.Metadata {
        [
            "city": "\(delivery.city.rawValue)", "webhook": "\(delivery.webhook.text)",
            "message": "\(delivery.message.text)", "attempt": "\(delivery.attempt)",
        ]
    }
}
