/// One argument a command takes.
package struct Parameter: Sendable, Hashable {
    package var name: String
    package var form: ValueForm
    package var isRequired: Bool

    package init(_ name: String, _ form: ValueForm, required: Bool = false) {
        self.name = name
        self.form = form
        self.isRequired = required
    }
}
