import BihuanDomain
import BihuanStore
import Logging

/// The resources of `/api/v1`: one file each, translating words to the store's and back.
///
/// No rule of the procedure is decided here, and nothing is asked of the database but through the store.
struct API: Sendable {
    static let base = "/api/v1"

    let store: Store
    let seal: CursorSeal
    let logger: Logger

    var routes: [Route] {
        self.sessionRoutes + self.unitRoutes + self.leadRoutes + self.caseRoutes + self.assignmentRoutes
            + self.feedbackRoutes + self.supervisionRoutes + self.gradingRoutes + self.warningRoutes
            + self.clockRoutes + self.summaryRoutes + self.disputeRoutes + self.referralRoutes + self.unitPartRoutes
            + self.mergingRoutes + self.organisationRoutes + self.ladderRoutes + self.dutyRoutes + self.registerRoutes
            + self.routingRoutes
            + self.confidentialRoutes
    }

    // MARK: Questions

    /// Asks the store as the caller.
    func ask<Answer: Sendable>(
        _ call: Call,
        _ question: (_ token: String) async throws(DeskError) -> Answer
    ) async throws(Problem) -> Answer {
        do throws(DeskError) {
            return try await question(Self.token(call))
        } catch {
            throw self.problem(error, call, isCommand: false)
        }
    }

    static func token(_ call: Call) throws(DeskError) -> String {
        guard let token = call.token else { throw .unauthenticated }
        return token.text
    }

    /// Tells an error of the store, and writes down what must not be told.
    func problem(_ error: DeskError, _ call: Call, isCommand: Bool) -> Problem {
        if case .unavailable(let cause) = error {
            self.logger.error(
                "The store cannot answer",
                metadata: ["request_id": "\(call.id.text)", "cause": "\(cause)"]
            )
        }
        return Problem(error, isCommand: isCommand)
    }

    /// A page of a list, with the way to the next one.
    func page<Item>(
        _ page: Page<Item>,
        of list: String,
        zone: UTCOffset? = nil,
        _ call: Call,
        _ element: (inout JSONWriter, Item) -> Void
    ) -> Reply {
        let cursor = page.next.map { self.seal.seal(KeysetPosition(at: $0.at, id: $0.id).bytes, list: list) }
        var writer = JSONWriter(zone: zone ?? .china, capacity: 32_768)
        writer.object { body in
            body.member("items", array: page.items, element)
            body.member("next", cursor)
        }
        var reply = Reply(.json(writer.bytes))
        if let cursor {
            let others = (call.query ?? "").split(separator: "&").filter { $0 != "after" && !$0.hasPrefix("after=") }
            reply.nextPage = call.path + "?" + (others + ["after=\(cursor)"]).joined(separator: "&")
        }
        return reply
    }

    /// Something with a version of its own.
    static func reply(version: Int? = nil, zone: UTCOffset = .china, _ write: (inout JSONWriter) -> Void) -> Reply {
        var writer = JSONWriter(zone: zone)
        write(&writer)
        var reply = Reply(.json(writer.bytes))
        reply.tag = version.map { EntityTag(version: Int64($0)) }
        return reply
    }
}
