/// What a route answers when it succeeds.
package struct Reply: Sendable {
    /// The content and its type.
    package enum Content: Sendable {
        case none
        case json([UInt8])
        case text(String)
        case html(String)
    }

    package var status: Int
    package var content: Content
    /// The path of what was made.
    package var location: String?
    package var tag: EntityTag?
    /// The path and query of the next page.
    package var nextPage: String?
    /// Whether the outcome is one of an earlier request under the same idempotency key.
    package var isReplay = false

    package init(status: Int = 200, _ content: Content) {
        self.status = status
        self.content = content
    }
}
