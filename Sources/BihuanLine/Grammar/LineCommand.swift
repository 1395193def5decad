/// A line that is a command: verb known, every argument known, in its place and of its form.
package struct LineCommand: Sendable, Hashable {
    package let spec: CommandSpec
    /// Positional and named arguments by name.
    package let values: [String: String]
    /// What follows a verb that takes the rest of the line as it stands.
    package let rest: String

    package var verb: LineVerb { self.spec.verb }

    private init(spec: CommandSpec, values: [String: String], rest: String) {
        self.spec = spec
        self.values = values
        self.rest = rest
    }

    package subscript(_ name: String) -> String? { self.values[name] }

    /// - Parameter line: without its ending.
    /// - Throws: the first fault with its place.
    package init(_ line: String) throws(GrammarFault) {
        var lexer = Lexer(line)
        guard let first = line.utf8.first else { throw GrammarFault(.emptyLine, at: 1) }
        guard !Lexer.isBlank(first) else { throw GrammarFault(.leadingBlank, at: 1) }
        let spec = try Self.spec(&lexer)
        // The ending counts; CRLF is what a client that keeps to the standard sends.
        guard line.utf8.count + 2 <= spec.limit else {
            throw GrammarFault(.tooLong, at: spec.limit - 1, expected: "\(spec.limit)")
        }
        self.spec = spec
        switch spec.arguments {
        case .raw(let name, let required):
            self.values = [:]
            self.rest = lexer.rest()
            guard !required || !self.rest.isEmpty else {
                throw GrammarFault(.argumentMissing, at: line.utf8.count + 1, name: name)
            }
        case .parsed:
            self.rest = ""
            self.values = try Self.values(&lexer, spec)
        }
    }

    private static func spec(_ lexer: inout Lexer) throws(GrammarFault) -> CommandSpec {
        guard let first = lexer.keyword() else { throw GrammarFault(.unknownVerb, at: 1) }
        guard LineVerb.families.contains(first.word) else {
            guard let verb = LineVerb(rawValue: first.word), let spec = CommandTable.specs[verb] else {
                throw GrammarFault(.unknownVerb, at: first.position)
            }
            return spec
        }
        let place = lexer
        if let second = lexer.keyword() {
            if let verb = LineVerb(rawValue: "\(first.word) \(second.word)"), let spec = CommandTable.specs[verb] {
                return spec
            }
            throw GrammarFault(.unknownSecondWord, at: second.position)
        }
        // RFC 3977 §7.6.1: LIST alone is LIST ACTIVE.
        var rest = place
        if first.word == "LIST", try rest.next() == nil, let spec = CommandTable.specs[.listActive] { return spec }
        throw GrammarFault(.unknownSecondWord, at: lexer.position)
    }

    private static func values(_ lexer: inout Lexer, _ spec: CommandSpec) throws(GrammarFault) -> [String: String] {
        var values: [String: String] = [:]
        var places = spec.positional[...]
        while let token = try lexer.next() {
            let parameter: Parameter
            if let name = token.name {
                guard let named = spec.named.first(where: { $0.name == name }) else {
                    throw GrammarFault(.nameUnknown, at: token.position, name: name)
                }
                guard values[name] == nil else { throw GrammarFault(.nameRepeated, at: token.position, name: name) }
                parameter = named
            } else {
                guard let place = places.popFirst() else { throw GrammarFault(.argumentSurplus, at: token.position) }
                parameter = place
            }
            if let rule = parameter.form.fault(in: token.value) {
                throw GrammarFault(rule, at: token.position, name: parameter.name, expected: parameter.form.usage)
            }
            values[parameter.name] = token.value
        }
        let missing = (spec.positional + spec.named).first { $0.isRequired && values[$0.name] == nil }
        if let missing { throw GrammarFault(.argumentMissing, at: lexer.position, name: missing.name) }
        return values
    }
}

extension LineCommand {
    /// The command with one more argument; nil when the value has not the argument's form.
    package func with(_ name: String, _ value: String) -> LineCommand? {
        guard let parameter = self.spec.named.first(where: { $0.name == name }), parameter.form.fault(in: value) == nil
        else { return nil }
        return LineCommand(spec: self.spec, values: self.values.merging([name: value]) { $1 }, rest: self.rest)
    }

    package func integer(_ name: String) -> Int? { self.values[name].flatMap { Int($0) } }

    package func flag(_ name: String) -> Bool { self.values[name] == "yes" }

    package var format: OutputFormat? { self.values["format"].flatMap { OutputFormat(rawValue: $0) } }

    /// Arguments fit for the log: what people wrote is told by its length, secrets not at all.
    package var loggable: String {
        (self.spec.positional + self.spec.named).compactMap { parameter in
            guard let value = self.values[parameter.name] else { return nil }
            let shown = parameter.form.isLoggable ? value : "<\(value.unicodeScalars.count)>"
            return "\(parameter.name)=\(shown)"
        }.joined(separator: " ")
    }
}
