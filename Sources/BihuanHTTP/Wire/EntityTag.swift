/// The strong entity tag of a version: `"v12"`.
package struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    package let version: Int64

    package init(version: Int64) {
        self.version = version
    }

    /// What goes into the `ETag` header, quotes included.
    package var description: String { "\"v\(self.version)\"" }
}
