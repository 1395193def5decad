/// What the player reads of an answer that has an id and a ref; everything else in it is not looked at.
struct RefReply: Decodable, Sendable {
    var id: String
    /// Nil for feedback, which has none.
    var ref: String?
}
