/// Which part of a list is asked for.
package struct PageRequest: Hashable, Sendable {
    package static let limitDefault = 50
    package static let limitMaximum = 200

    /// How many items at most, 1 to 200.
    package var limit: Int
    /// The last item of the page before; nil for the first page.
    package var after: KeysetPosition?

    package init(limit: Int, after: KeysetPosition?) {
        self.limit = limit
        self.after = after
    }
}
