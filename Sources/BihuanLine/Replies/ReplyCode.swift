/// The first three digits of every reply.
///
/// First digit as in RFC 3977 §3.2: 1 information, 2 done, 3 go on, 4 refused for now, 5 wrong. `x9x` is private use.
package enum ReplyCode: Int, Sendable, CaseIterable {
    case help = 100
    case capabilities = 101
    case date = 111
    case ready = 200
    case readyReadOnly = 201
    case goodbye = 205
    case block = 215
    case loggedIn = 281
    case done = 290
    /// Arguments: ref, version.
    case changed = 291
    /// Arguments: ref, version. Already so: an idempotent replay.
    case unchanged = 292
    /// Argument: how many objects were affected.
    case affected = 294
    case sendPassword = 381
    case beginTLS = 382
    /// Argument: base64 challenge.
    case challenge = 383
    case sendBlock = 393
    case closing = 400
    case fault = 403
    /// RFC 3977: no newsgroup selected; all that HEAD and STAT without an argument can say here.
    case noGroupSelected = 412
    /// RFC 3977: no article with that message-id.
    case noSuchArticle = 430
    case logInFirst = 480
    case logInFailed = 481
    case outOfSequence = 482
    case encryptionFirst = 483
    /// Argument: kind of object.
    case noSuchObject = 490
    /// Argument: reason.
    case wrongState = 491
    /// Argument: current version.
    case versionConflict = 492
    /// Argument: reason.
    case notPermitted = 493
    /// Argument: rule.
    case refusedByRule = 494
    /// Argument: seconds.
    case busy = 495
    case readOnly = 497
    /// Argument: reason.
    case blockRefused = 498
    case unknownCommand = 500
    case badSyntax = 501
    case unavailable = 502
    case unsupportedOption = 503
    case badBase64 = 504

    /// The one rule for blocks: these three are followed by one and no other code is.
    package var hasBlock: Bool {
        switch self {
        case .help, .capabilities, .block: true
        default: false
        }
    }
}
