/// What a verb takes and who may say it: parser, HELP and capability list all read this.
package struct CommandSpec: Sendable, Hashable {
    /// How the part of the line after the verb is read.
    package enum Arguments: Sendable, Hashable {
        /// By the grammar.
        case parsed
        /// As it stands, blanks and quotes included (AUTHINFO, RFC 4643 with its erratum 1787).
        case raw(name: String, required: Bool)
    }

    package var verb: LineVerb
    package var arguments: Arguments = .parsed
    /// In the order they stand.
    package var positional: [Parameter] = []
    /// In any order, by name.
    package var named: [Parameter] = []
    /// The named argument that is asked for with 393 when it is not on the line.
    package var block: String?
    package var needsLogIn = true
    /// Defined by RFC 3977 and friends, and so bound to 512 octets.
    package var isStandard = false
    package var summary: Phrase

    /// The longest line, ending included.
    package var limit: Int { self.isStandard ? LineLimits.standardLine : LineLimits.line }

    /// One line of HELP.
    package var usage: String {
        var words = [self.verb.rawValue]
        if case .raw(let name, let required) = self.arguments { words.append(required ? "<\(name)>" : "[<\(name)>]") }
        words += self.positional.map { parameter in
            let form =
                if case .oneOf(let choices) = parameter.form { choices.joined(separator: "|") } else { parameter.name }
            return parameter.isRequired ? "<\(form)>" : "[\(form)]"
        }
        words += self.named.map { parameter in
            let text = "\(parameter.name)=\(parameter.form.usage)"
            return parameter.isRequired ? text : "[\(text)]"
        }
        return words.joined(separator: " ")
    }
}
