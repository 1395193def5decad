/// Every kind of answer that is not a success.
///
/// The list is closed: `type` of every problem is `/problems/<raw value>`, and the server itself serves the page that
/// explains it, so that the reference resolves on an intranet. A ``Problem``'s `code` says more precisely what happened.
package enum ProblemKind: String, CaseIterable, Sendable {
    case malformedRequest = "malformed-request"
    case malformedJSON = "malformed-json"
    case invalidBody = "invalid-body"
    case invalidParameter = "invalid-parameter"
    case invalidHeader = "invalid-header"
    case unauthenticated = "unauthenticated"
    case notPermitted = "not-permitted"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case requestTimeout = "request-timeout"
    case stateConflict = "state-conflict"
    case inProgress = "in-progress"
    case versionConflict = "version-conflict"
    case bodyTooLarge = "body-too-large"
    case addressTooLong = "address-too-long"
    case unsupportedMediaType = "unsupported-media-type"
    case expectationFailed = "expectation-failed"
    case refused = "refused"
    case keyReused = "key-reused"
    case preconditionRequired = "precondition-required"
    case headersTooLarge = "headers-too-large"
    case internalError = "internal-error"
    case unavailable = "unavailable"
    case outcomeUnknown = "outcome-unknown"
}

extension ProblemKind {
    /// The status that every problem of this kind carries.
    package var status: Int {
        switch self {
        case .malformedRequest, .malformedJSON, .invalidBody, .invalidParameter, .invalidHeader: 400
        case .unauthenticated: 401
        case .notPermitted: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .requestTimeout: 408
        case .stateConflict, .inProgress: 409
        case .versionConflict: 412
        case .bodyTooLarge: 413
        case .addressTooLong: 414
        case .unsupportedMediaType: 415
        case .expectationFailed: 417
        case .refused, .keyReused: 422
        case .preconditionRequired: 428
        case .headersTooLarge: 431
        case .internalError: 500
        case .unavailable, .outcomeUnknown: 503
        }
    }

    /// The URI reference that names the kind, served by this server.
    package var type: String { "/problems/\(self.rawValue)" }

    /// One line that is the same for every problem of the kind.
    package var title: Phrase {
        switch self {
        case .malformedRequest: Phrase(zh: "请求不符合 HTTP 规范", en: "The request is not well-formed HTTP")
        case .malformedJSON: Phrase(zh: "请求体不是规范的 JSON", en: "The body is not strict JSON")
        case .invalidBody: Phrase(zh: "请求内容有误", en: "The body has faults")
        case .invalidParameter: Phrase(zh: "查询参数有误", en: "A query parameter has a fault")
        case .invalidHeader: Phrase(zh: "请求头有误", en: "A header has a fault")
        case .unauthenticated: Phrase(zh: "需要有效的登录会话", en: "A valid session is needed")
        case .notPermitted: Phrase(zh: "当前岗位无权进行该操作", en: "This post may not do that")
        case .notFound: Phrase(zh: "没有这一项", en: "There is no such thing")
        case .methodNotAllowed: Phrase(zh: "该地址不支持此方法", en: "This address does not take that method")
        case .notAcceptable: Phrase(zh: "无法提供所要求的格式", en: "No acceptable format")
        case .requestTimeout: Phrase(zh: "请求发送过慢", en: "The request came too slowly")
        case .stateConflict: Phrase(zh: "当前状态不允许该操作", en: "The present state does not allow that step")
        case .inProgress: Phrase(zh: "相同的请求正在处理", en: "The same request is being carried out")
        case .versionConflict: Phrase(zh: "内容已被他人更新", en: "Somebody else changed it first")
        case .bodyTooLarge: Phrase(zh: "请求体过大", en: "The body is too large")
        case .addressTooLong: Phrase(zh: "请求地址过长", en: "The address is too long")
        case .unsupportedMediaType: Phrase(zh: "不支持的内容类型", en: "This content type is not supported")
        case .expectationFailed: Phrase(zh: "无法满足 Expect 请求头", en: "The expectation cannot be met")
        case .refused: Phrase(zh: "按规则不能办理", en: "The rules do not allow that")
        case .keyReused: Phrase(zh: "幂等键已用于另一请求", en: "The idempotency key belongs to another request")
        case .preconditionRequired: Phrase(zh: "须注明所依据的版本", en: "The version must be named")
        case .headersTooLarge: Phrase(zh: "请求头过大", en: "The headers are too large")
        case .internalError: Phrase(zh: "系统内部错误", en: "Something failed inside")
        case .unavailable: Phrase(zh: "暂时无法提供服务", en: "The service is not available for now")
        case .outcomeUnknown: Phrase(zh: "结果未能确认", en: "The outcome is not known")
        }
    }

    /// What a client can do about it, for the page of the kind.
    package var advice: Phrase {
        switch self {
        case .malformedRequest:
            Phrase(
                zh: "请检查报文：请求行、请求头与长度须符合 HTTP/1.1。连接已关闭。",
                en:
                    "Check the message: request line, headers and length must follow HTTP/1.1. The connection is closed."
            )
        case .malformedJSON:
            Phrase(
                zh: "errors 指明字节位置与所违反的规则。不接受重复名称、多余逗号、BOM、无效 UTF-8 及超过 32 层的嵌套。",
                en: """
                    `errors` names the byte and the rule. Repeated names, trailing commas, byte order marks, invalid \
                    UTF-8 and more than 32 levels are refused.
                    """
            )
        case .invalidBody:
            Phrase(
                zh: "errors 一次列出全部有误的字段，pointer 为 JSON 指针。",
                en: "`errors` lists every faulty field at once; `pointer` is a JSON pointer."
            )
        case .invalidParameter:
            Phrase(
                zh: "errors 指明参数。未知参数一律拒绝，以免拼写错误返回全部内容；after 须原样使用上一页的 next。",
                en: """
                    `errors` names the parameter. Unknown ones are refused, so that a typing error does not return \
                    everything; `after` must be the `next` of the page before, unchanged.
                    """
            )
        case .invalidHeader:
            Phrase(zh: "errors 指明请求头及其规则。", en: "`errors` names the header and its rule.")
        case .unauthenticated:
            Phrase(
                zh: "请以 POST /api/v1/sessions 登录，并在 Authorization: Bearer 中携带令牌。",
                en: "Log in with POST /api/v1/sessions and send the token as Authorization: Bearer."
            )
        case .notPermitted:
            Phrase(
                zh: "该事项可见，但须由其他岗位或单位办理；allowed_actions 列出当前岗位可做的操作。",
                en: "It may be seen, but another post or unit must act; `allowed_actions` lists what this post may do."
            )
        case .notFound:
            Phrase(
                zh: "地址不存在，或该项不存在，或不在本单位可见范围内；三者不作区分。",
                en: "No such address, no such thing, or none that this unit may see; the three are never told apart."
            )
        case .methodNotAllowed:
            Phrase(zh: "Allow 响应头列出可用的方法。", en: "The Allow header lists the methods there are.")
        case .notAcceptable:
            Phrase(zh: "本接口提供 application/json。", en: "This interface offers application/json.")
        case .requestTimeout:
            Phrase(
                zh: "请求体须在时限内以不低于最低速率送达。连接已关闭，可重试。",
                en:
                    "A body must arrive within its deadline and above the minimum rate. The connection is closed; try again."
            )
        case .stateConflict:
            Phrase(
                zh: "allowed_actions 列出当前状态下可做的操作。",
                en: "`allowed_actions` lists the steps that the present state allows."
            )
        case .inProgress:
            Phrase(
                zh: "带有相同幂等键的请求尚未结束，请按 Retry-After 稍后重试。",
                en: "A request under the same idempotency key has not ended; try again after Retry-After."
            )
        case .versionConflict:
            Phrase(
                zh: "If-Match 与当前版本不符；current 为当前内容，请据此重新办理。",
                en: "If-Match does not name the present version; `current` holds what is there now."
            )
        case .bodyTooLarge:
            Phrase(zh: "JSON 请求体不得超过 1 MiB。", en: "A JSON body may have up to 1 MiB.")
        case .addressTooLong:
            Phrase(zh: "请求地址不得超过 4096 字节。", en: "An address may have up to 4,096 bytes.")
        case .unsupportedMediaType:
            Phrase(
                zh: "请以 application/json（UTF-8）发送，不加内容编码。",
                en: "Send application/json in UTF-8 without a content coding."
            )
        case .expectationFailed:
            Phrase(zh: "只支持 Expect: 100-continue。", en: "Only Expect: 100-continue is understood.")
        case .refused:
            Phrase(
                zh: "请求本身规范，但与办理规则不符；code 指明规则。",
                en: "The request is well-formed, but a rule of the procedure stands against it; `code` names the rule."
            )
        case .keyReused:
            Phrase(
                zh: "同一幂等键只能用于同一请求。请换用新键。",
                en: "One idempotency key serves one request. Use a new key."
            )
        case .preconditionRequired:
            Phrase(zh: "请以 If-Match 携带所依据版本的 ETag。", en: "Send the ETag of the version you read in If-Match.")
        case .headersTooLarge:
            Phrase(
                zh: "请求头合计不得超过 16 KiB、100 个字段。连接已关闭。",
                en: "Headers may have 16 KiB and 100 fields in all. The connection is closed."
            )
        case .internalError:
            Phrase(
                zh: "请记下 request_id 并告知系统管理员。",
                en: "Note the request_id and tell the administrator."
            )
        case .unavailable:
            Phrase(
                zh: "数据库暂时无法应答或服务正在停止。请稍后以相同的幂等键重试。",
                en: "The database cannot answer or the server is stopping. Try again with the same idempotency key."
            )
        case .outcomeUnknown:
            Phrase(
                zh: "提交时连接中断，无法确认是否生效。请以相同的幂等键重试：已生效则返回原结果。",
                en: """
                    The connection broke during the commit. Try again with the same idempotency key: what took effect \
                    is replayed.
                    """
            )
        }
    }
}
