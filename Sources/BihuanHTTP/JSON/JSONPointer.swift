/// A place in a JSON document (RFC 6901).
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    /// The pointer's text: empty for the whole document, else `/name/0/…`.
    package private(set) var description: String

    package init() {
        self.description = ""
    }

    /// The place of a member below this one.
    package func member(_ name: String) -> JSONPointer {
        var pointer = self
        pointer.description += "/"
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": pointer.description += "~0"
            case "/": pointer.description += "~1"
            default: pointer.description.unicodeScalars.append(scalar)
            }
        }
        return pointer
    }

    /// The place of an element below this one.
    package func element(_ index: Int) -> JSONPointer {
        var pointer = self
        pointer.description += "/\(index)"
        return pointer
    }
}
