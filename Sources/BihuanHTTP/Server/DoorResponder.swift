import Failpoints
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Takes a request through the door's own rules, calls its route, and turns what comes back into an answer.
///
/// Whatever goes wrong is a problem document; nothing that happened inside shows in one.
struct DoorResponder: HTTPResponder {
    typealias Context = DoorContext

    let table: RouteTable
    let configuration: JSONDoorConfiguration
    let bodyBudget: BodyBudget
    let logger: Logger

    func respond(to request: Request, context: DoorContext) async -> Response {
        let start = ContinuousClock.now
        let id = RequestID(header: request.headers[.requestID])
        let language = Language(accepting: request.headers[.acceptLanguage])
        let address = request.head.path ?? "/"
        let halves = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = halves[0]

        var template = "-"
        var response: Response
        do {
            let (route, parameters) = try self.find(request, path)
            template = route.template
            let call = Call(
                id: id,
                language: language,
                path: String(path),
                query: halves.count == 2 ? String(halves[1]) : nil,
                token: BearerToken(authorization: request.headers[.authorization]),
                parameters: parameters,
                request: request,
                bodyLimit: self.configuration.bodyLimit,
                bodyBudget: self.bodyBudget,
                peer: context.peer
            )
            response = try await self.answer(call, by: route)
        } catch let problem as Problem {
            response = self.render(problem, path, id, language)
        } catch {
            // Only the type: a message could carry what somebody wrote.
            self.logger.error(
                "Unforeseen error",
                metadata: ["request_id": "\(id.text)", "route": "\(template)", "error": "\(type(of: error))"]
            )
            response = self.render(.internalError, path, id, language)
        }
        self.addCommonHeaders(&response, id)
        if request.headers[.connection]?.lowercased() == "close" { response.headers[.connection] = "close" }
        if request.method == .head { response = response.createHeadResponse() }
        self.logger.info(
            "Request",
            metadata: [
                "request_id": "\(id.text)",
                "method": "\(request.method.rawValue.prefix(16))",
                "route": "\(template)",
                "status": "\(response.status.code)",
                "ms": "\(Self.milliseconds(ContinuousClock.now - start))",
            ]
        )
        return response
    }

    private func find(_ request: Request, _ path: Substring) throws(Problem) -> (Route, [String: String]) {
        let length = request.head.path?.utf8.count ?? 0
        guard length <= self.configuration.addressLimit else {
            throw .addressTooLong(limit: self.configuration.addressLimit)
        }
        // RFC 9112 §3.2: a request of HTTP/1.1 names its host once. The first name has become the authority; a field
        // that is still there is a second one.
        guard request.head.authority != nil, !request.headers.contains(.host) else { throw .malformedRequest }
        if let expectation = request.headers[.expect], expectation.lowercased() != "100-continue" {
            throw .expectationFailed
        }
        switch self.table.match(method: request.method.rawValue, path: path) {
        case .route(let route, let parameters): return (route, parameters)
        case .wrongMethod(let methods): throw .methodNotAllowed(methods)
        case .none: throw .notFound
        }
    }

    private func answer(_ call: Call, by route: Route) async throws -> Response {
        if route.access == .officer {
            guard call.token != nil else { throw Problem.unauthenticated }
        }
        // The pages outside the API choose their own format.
        if route.template.hasPrefix(API.base), !call.accepts("application", "json") { throw Problem.notAcceptable }
        let reply = try await route.handler(call)
        if call.request.method == .post, failpoint("json_before_reply") { throw Problem.internalError }
        if let tag = reply.tag, reply.status == 200, call.request.method == .get || call.request.method == .head,
            try call.hasAlready(tag)
        {
            return Response(status: .notModified, headers: [.eTag: tag.description])
        }
        return Self.render(reply)
    }

    private static func render(_ reply: Reply) -> Response {
        var headers = HTTPFields()
        let body: ResponseBody
        switch reply.content {
        case .none:
            body = ResponseBody()
        case .json(let bytes):
            headers[.contentType] = "application/json; charset=utf-8"
            body = ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        case .text(let text):
            headers[.contentType] = "text/plain; charset=utf-8"
            body = ResponseBody(byteBuffer: ByteBuffer(string: text))
        case .html(let text):
            headers[.contentType] = "text/html; charset=utf-8"
            body = ResponseBody(byteBuffer: ByteBuffer(string: text))
        }
        if let location = reply.location { headers[.location] = location }
        if let tag = reply.tag { headers[.eTag] = tag.description }
        if let next = reply.nextPage { headers[.link] = "<\(next)>; rel=\"next\"" }
        if reply.isReplay { headers[.idempotentReplayed] = "true" }
        return Response(status: .init(code: reply.status), headers: headers, body: body)
    }

    private func render(_ problem: Problem, _ path: Substring, _ id: RequestID, _ language: Language) -> Response {
        // Of an address that was refused unread, only the beginning is worth repeating.
        let instance = String(decoding: path.utf8.prefix(512), as: UTF8.self)
        let body = problem.json(instance: instance, requestID: id.text, language: language)
        var headers: HTTPFields = [
            .contentType: "application/problem+json; charset=utf-8",
            .contentLanguage: language.rawValue,
        ]
        if problem.kind == .unauthenticated { headers[.wwwAuthenticate] = "Bearer" }
        if problem.kind == .unsupportedMediaType { headers[.acceptPost] = "application/json" }
        if !problem.allow.isEmpty { headers[.allow] = problem.allow.joined(separator: ", ") }
        if let seconds = problem.retryAfter { headers[.retryAfter] = "\(seconds)" }
        switch problem.kind {
        case .malformedRequest, .requestTimeout, .bodyTooLarge, .headersTooLarge: headers[.connection] = "close"
        default: break
        }
        return Response(
            status: .init(code: problem.kind.status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }

    private func addCommonHeaders(_ response: inout Response, _ id: RequestID) {
        response.headers[.requestID] = id.text
        response.headers[.contentTypeOptions] = "nosniff"
        response.headers[.cacheControl] = "no-store"
        response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        response.headers[.referrerPolicy] = "no-referrer"
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
    }
}
