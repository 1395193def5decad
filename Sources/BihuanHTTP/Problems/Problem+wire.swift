// The refusals of this door itself, before any rule of the procedure is asked.
extension Problem {
    /// No session, a token that is none, or one that no longer holds. The three are never told apart.
    package static let unauthenticated = Problem(
        .unauthenticated,
        code: "session.required",
        detail: Phrase(zh: "没有登录，或会话已失效", en: "Not logged in, or the session no longer holds.")
    )

    /// Nothing there, or nothing that this caller may see.
    package static let notFound = Problem(
        .notFound,
        code: "not_found",
        detail: Phrase(zh: "没有这一项，或不在可见范围内", en: "No such thing, or none that you may see.")
    )

    /// Something failed that nobody foresaw; the log knows what, the client does not.
    package static let internalError = Problem(
        .internalError,
        code: "internal",
        detail: Phrase(zh: "系统内部错误，已记录", en: "Something failed inside; it has been recorded.")
    )

    package static func methodNotAllowed(_ allow: [String]) -> Problem {
        var problem = Problem(
            .methodNotAllowed,
            code: "method.not_allowed",
            detail: Phrase(
                zh: "可用的方法：\(allow.joined(separator: "、"))",
                en: "Allowed: \(allow.joined(separator: ", "))."
            )
        )
        problem.allow = allow
        return problem
    }

    package static let notAcceptable = Problem(
        .notAcceptable,
        code: "accept.unsupported",
        detail: Phrase(zh: "只提供 application/json", en: "Only application/json is offered.")
    )

    package static let unsupportedMediaType = Problem(
        .unsupportedMediaType,
        code: "content_type.unsupported",
        detail: Phrase(zh: "请求体须为 application/json，UTF-8", en: "The body must be application/json in UTF-8.")
    )

    package static let contentCoding = Problem(
        .unsupportedMediaType,
        code: "content_encoding.unsupported",
        detail: Phrase(zh: "不接受压缩的请求体", en: "Compressed bodies are not accepted.")
    )

    package static func bodyTooLarge(limit: Int) -> Problem {
        Problem(
            .bodyTooLarge,
            code: "body.too_large",
            detail: Phrase(zh: "请求体不得超过 \(limit) 字节", en: "A body may have up to \(limit) bytes.")
        )
    }

    package static func addressTooLong(limit: Int) -> Problem {
        Problem(
            .addressTooLong,
            code: "address.too_long",
            detail: Phrase(zh: "请求地址不得超过 \(limit) 字节", en: "An address may have up to \(limit) bytes.")
        )
    }

    package static let requestTimeout = Problem(
        .requestTimeout,
        code: "body.too_slow",
        detail: Phrase(zh: "请求体未能按时送达", en: "The body did not arrive in time.")
    )

    package static let malformedRequest = Problem(
        .malformedRequest,
        code: "request.malformed",
        detail: Phrase(zh: "报文不符合 HTTP/1.1", en: "The message does not follow HTTP/1.1.")
    )

    package static let headersTooLarge = Problem(
        .headersTooLarge,
        code: "headers.too_large",
        detail: Phrase(zh: "请求头超过限制", en: "The headers exceed the limit.")
    )

    package static let expectationFailed = Problem(
        .expectationFailed,
        code: "expect.unsupported",
        detail: Phrase(zh: "只支持 100-continue", en: "Only 100-continue is understood.")
    )

    package static let preconditionRequired = Problem(
        .preconditionRequired,
        code: "if_match.required",
        detail: Phrase(zh: "缺少 If-Match", en: "If-Match is missing.")
    )

    package static let unavailable: Problem = {
        var problem = Problem(
            .unavailable,
            code: "unavailable",
            detail: Phrase(zh: "请稍后重试", en: "Try again shortly.")
        )
        problem.retryAfter = 2
        return problem
    }()

    /// The door has more to do than it can.
    package static let overloaded: Problem = {
        var problem = Problem(
            .unavailable,
            code: "overloaded",
            detail: Phrase(zh: "系统繁忙，请稍后重试", en: "Too much to do; try again shortly.")
        )
        problem.retryAfter = 5
        return problem
    }()

    /// The text is no strict JSON; the fault says where and why.
    package init(_ fault: JSONFault) {
        self.init(.malformedJSON, faults: [RequestFault(.body(fault.pointer), fault.code.rawValue, fault.detail)])
    }
}
