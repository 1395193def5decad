/// JSON text on its way to or from a `jsonb` column. The text is not parsed here.
package struct JSON: Sendable, Hashable {
    package var text: String

    package init(text: String) {
        self.text = text
    }
}
