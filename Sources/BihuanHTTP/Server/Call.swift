import HTTPTypes
import Hummingbird
import NIOCore

/// A request on its way to a route: found, named and, where needed, with the token of a session.
package struct Call: Sendable {
    package let id: RequestID
    package let language: Language
    /// The path without its query, as sent.
    package let path: String
    /// What follows the question mark, as sent.
    package let query: String?
    /// Nil only on open routes.
    package let token: BearerToken?
    let parameters: [String: String]
    let request: Request
    let bodyLimit: Int
    let bodyBudget: BodyBudget
    /// Who is at the other end of the connection; behind a proxy, the proxy.
    let peer: SocketAddress?

    /// The address that the connection comes from.
    package var source: String? { self.peer?.ipAddress }

    /// The value of `{name}` in the route's template.
    package func parameter(_ name: String) -> String {
        self.parameters[name] ?? ""
    }

    /// Reads the body as JSON; an absent one is an empty object.
    package func body() async throws(Problem) -> JSONValue {
        let headers = self.request.headers
        if headers[.contentLength].map({ $0 == "0" }) ?? !headers.contains(.transferEncoding) {
            return .object(JSONObject())
        }
        guard !headers.contains(.contentEncoding) else { throw .contentCoding }
        guard let type = headers[.contentType], MediaRange.isJSON(type) else { throw .unsupportedMediaType }
        let bytes = try await self.bytes()
        do throws(JSONFault) {
            return try JSONParser.parse(bytes)
        } catch {
            throw Problem(error)
        }
    }

    private func bytes() async throws(Problem) -> [UInt8] {
        let declared = self.request.headers[.contentLength].flatMap { Int($0) }
        if let declared, declared > self.bodyLimit { throw .bodyTooLarge(limit: self.bodyLimit) }
        var bytes: [UInt8] = []
        var draft = BodyBudget.Draft(on: self.bodyBudget)
        // What is only announced costs nothing.
        bytes.reserveCapacity(min(declared ?? 0, BodyBudget.small))
        do {
            for try await buffer in self.request.body {
                let size = bytes.count + buffer.readableBytes
                guard size <= self.bodyLimit else { throw Problem.bodyTooLarge(limit: self.bodyLimit) }
                guard draft.cover(size) else { throw Problem.overloaded }
                bytes.append(contentsOf: buffer.readableBytesView)
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw .malformedRequest
        }
        return bytes
    }

    /// The idempotency key, if the client sent one.
    package func idempotencyKey() throws(Problem) -> IdempotencyKey? {
        guard let header = self.request.headers[.idempotencyKey] else { return nil }
        guard let key = IdempotencyKey(header: header) else {
            throw Problem(
                .invalidHeader,
                faults: [
                    RequestFault(
                        .header("Idempotency-Key"),
                        "idempotency_key.malformed",
                        Phrase(
                            zh: "须为 1 至 255 个可见 ASCII 字符，可加双引号",
                            en: "1 to 255 visible ASCII characters, quoted or bare."
                        )
                    )
                ]
            )
        }
        return key
    }

    /// The version that the client acts on, from `If-Match`; nil for `*` or none.
    ///
    /// A tag that is not one of ours is version 0, which nothing has.
    ///
    /// - Throws: 400 for a malformed header or for several tags, 428 if the header is required and missing.
    package func expectedVersion(isRequired: Bool = false) throws(Problem) -> Int64? {
        guard let header = self.request.headers[.ifMatch] else {
            if isRequired { throw .preconditionRequired }
            return nil
        }
        guard let condition = TagCondition(header: header) else {
            throw Self.tagFault("If-Match", "if_match.malformed", Phrase(zh: "ETag 写法有误", en: "This is no entity tag."))
        }
        guard let versions = condition.versions else { return nil }
        if case .tags(let tags) = condition, tags.count > 1 {
            throw Self.tagFault("If-Match", "if_match.several", Phrase(zh: "只能有一个 ETag", en: "Name one entity tag."))
        }
        return versions.first ?? 0
    }

    /// Whether the client has this version already, from `If-None-Match`.
    func hasAlready(_ tag: EntityTag) throws(Problem) -> Bool {
        guard let header = self.request.headers[.ifNoneMatch] else { return false }
        guard let condition = TagCondition(header: header) else {
            throw Self.tagFault(
                "If-None-Match",
                "if_none_match.malformed",
                Phrase(zh: "ETag 写法有误", en: "This is no entity tag.")
            )
        }
        return condition.matchesWeakly(tag)
    }

    /// Whether the client takes a media type.
    func accepts(_ type: String, _ subtype: String) -> Bool {
        MediaRange.accepts(self.request.headers[.accept], type: type, subtype: subtype)
    }

    /// Whether the client names this media type itself, not by a range.
    func acceptNames(_ type: String) -> Bool {
        WeightedItem.list(self.request.headers[.accept] ?? "").contains { $0.name == type && $0.weight > 0 }
    }

    private static func tagFault(_ header: String, _ code: String, _ detail: Phrase) -> Problem {
        Problem(.invalidHeader, faults: [RequestFault(.header(header), code, detail)])
    }
}
