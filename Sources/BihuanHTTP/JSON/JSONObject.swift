/// The members of a JSON object in the order they were written; the parser has refused repeated names.
package struct JSONObject: Hashable, Sendable {
    /// One name with its value.
    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    package var members: [Member]

    package init(members: [Member] = []) {
        self.members = members
    }

    /// The value under a name, or nil. Objects of this API are short, so this is a walk.
    package subscript(_ name: String) -> JSONValue? {
        self.members.first { $0.name == name }?.value
    }
}
