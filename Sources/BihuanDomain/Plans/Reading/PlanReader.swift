/// Reads a ``PlanNode`` and notes every fault on the way, so that an author mends a file in one pass.
///
/// Where a plan leaves a value to the city it says `by_city(P3WD)`, with our suggestion in brackets. The reader takes the
/// city's value for it, or the suggestion, and lists it.
struct PlanReader {
    /// What the city has set, by path.
    let values: [String: String]
    private(set) var faults: [PlanFault] = []
    private(set) var openSettings: [OpenSetting] = []

    init(values: [String: String]) {
        self.values = values
    }

    /// A node with its path.
    struct Value {
        var node: PlanNode
        var path: String

        var place: PlanNode.Place { self.node.place }
    }

    /// The members of a map.
    struct Fields {
        var path: String
        var place: PlanNode.Place
        /// In the order of the file.
        var entries: [PlanNode.Entry]

        subscript(_ key: String) -> Value? {
            self.entries.first { $0.key == key }.map { Value(node: $0.value, path: self.path(of: $0.key)) }
        }

        func path(of key: String) -> String { self.path.isEmpty ? key : "\(self.path).\(key)" }

        var values: [(key: String, place: PlanNode.Place, value: Value)] {
            self.entries.map { ($0.key, $0.place, Value(node: $0.value, path: self.path(of: $0.key))) }
        }
    }

    mutating func fault(_ place: PlanNode.Place, _ path: String, _ rule: String) {
        self.faults.append(PlanFault(place, path.isEmpty ? "file" : path, rule))
    }

    mutating func fault(_ value: Value, _ rule: String) {
        self.fault(value.place, value.path, rule)
    }

    // MARK: Shapes

    /// A map with names of its own, such as `clocks`.
    mutating func names(_ value: Value) -> Fields? {
        guard case .map(let entries, let place) = value.node else {
            self.fault(value, "must be a map of names, each followed by a colon")
            return nil
        }
        for entry in entries where !Self.isName(entry.key) {
            self.fault(
                entry.place, "\(value.path).\(entry.key)",
                "a name has small letters, digits and _, begins with a letter, and is at most 40 long")
        }
        return Fields(path: value.path, place: place, entries: entries)
    }

    /// A map whose keys are known.
    mutating func fields(_ value: Value, _ known: [String], required: [String] = []) -> Fields? {
        guard case .map(let entries, let place) = value.node else {
            self.fault(value, "must be a map with \(known.joined(separator: ", "))")
            return nil
        }
        let fields = Fields(path: value.path, place: place, entries: entries)
        for entry in entries where !known.contains(entry.key) {
            self.fault(
                entry.place, fields.path(of: entry.key), "is not known here; known are \(known.joined(separator: ", "))"
            )
        }
        for key in required where !entries.contains(where: { $0.key == key }) {
            self.fault(place, fields.path(of: key), "is missing")
        }
        return fields
    }

    mutating func list(_ value: Value?) -> [Value] {
        guard let value else { return [] }
        guard case .list(let nodes, _) = value.node else {
            self.fault(value, "must be a list")
            return []
        }
        return nodes.enumerated().map { Value(node: $1, path: "\(value.path)[\($0)]") }
    }

    // MARK: Texts

    static let longestText = 500

    /// A text, or what the city has set in its place.
    mutating func text(_ value: Value?) -> String? {
        guard let value else { return nil }
        guard case .text(let written, _) = value.node else {
            self.fault(value, "must be a text")
            return nil
        }
        var text = written
        if let suggested = Self.suggestion(in: written) {
            guard !suggested.isEmpty else {
                self.fault(value, "by_city(…) must hold a suggestion")
                return nil
            }
            let setting = OpenSetting(
                path: value.path, place: value.place, suggested: suggested, value: self.values[value.path])
            if !self.openSettings.contains(where: { $0.path == setting.path }) { self.openSettings.append(setting) }
            text = setting.value ?? suggested
        }
        guard !text.allSatisfy(\.isWhitespace) else {
            self.fault(value, "must not be empty")
            return nil
        }
        guard text.unicodeScalars.count <= Self.longestText else {
            self.fault(value, "must not be longer than \(Self.longestText) characters")
            return nil
        }
        return text
    }

    /// Text that is one of these.
    mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ value: Value?, _ type: Word.Type = Word.self)
        -> Word?
    {
        guard let value, let text = self.text(value) else { return nil }
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            self.fault(value, "\(text) must be one of \(known)")
            return nil
        }
        return word
    }

    mutating func integer(_ value: Value?, _ range: ClosedRange<Int>) -> Int? {
        guard let value, let text = self.text(value) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            self.fault(value, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    mutating func number(_ value: Value?, _ range: ClosedRange<Double>) -> Double? {
        guard let value, let text = self.text(value) else { return nil }
        guard let number = Double(text), range.contains(number) else {
            self.fault(value, "must be a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    mutating func flag(_ value: Value?) -> Bool? {
        guard let value, let text = self.text(value) else { return nil }
        guard text == "true" || text == "false" else {
            self.fault(value, "must be true or false")
            return nil
        }
        return text == "true"
    }

    mutating func limit(_ value: Value?) -> TimeLimit? {
        guard let value, let text = self.text(value) else { return nil }
        guard let limit = TimeLimit(text) else {
            self.fault(
                value,
                "\(text) is not a limit; PT4H is wall time, PT8WH office hours, P3WD working days, EOD the end of the day, "
                    + "NOW at once")
            return nil
        }
        return limit
    }

    /// Seconds of wall time.
    mutating func seconds(_ value: Value?) -> Int? {
        guard let value, let limit = self.limit(value) else { return nil }
        guard case .wall(let seconds) = limit else {
            self.fault(value, "must be wall time such as PT30M")
            return nil
        }
        return seconds
    }

    /// One text, or a list of them.
    mutating func texts(_ value: Value?) -> [(text: String, value: Value)] {
        guard let value else { return [] }
        let values: [Value] = if case .list = value.node { self.list(value) } else { [value] }
        return values.compactMap { item in self.text(item).map { ($0, item) } }
    }

    /// Requirement numbers such as `R24`.
    mutating func requirements(_ value: Value?) -> [String] {
        self.texts(value).compactMap { text, value in
            guard text.hasPrefix("R"), let number = Int(text.dropFirst()), (1...143).contains(number) else {
                self.fault(value, "\(text) is not a requirement number such as R24")
                return nil
            }
            return text
        }
    }

    // MARK: Names

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first),
            text.utf8.count <= 40
        else { return false }
        return text.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "_")
        }
    }

    /// A `key` of a list's item, once in its list.
    mutating func key(_ fields: Fields, among known: inout Set<String>) -> String {
        guard let value = fields["key"], let text = self.text(value) else { return "" }
        guard Self.isName(text) else {
            self.fault(
                value, "\(text) is no name: small letters, digits and _, beginning with a letter, at most 40")
            return text
        }
        if !known.insert(text).inserted { self.fault(value, "\(text) is there twice") }
        return text
    }

    /// What stands in the brackets of `by_city(…)`.
    static func suggestion(in text: String) -> String? {
        guard text.hasPrefix("by_city("), text.hasSuffix(")") else { return nil }
        return String(text.dropFirst("by_city(".count).dropLast())
    }
}

/// A value that a plan leaves to the city.
package struct OpenSetting: Sendable, Hashable {
    /// Its name: where it stands in the plan, e.g. `clocks.feedback.limit.general`.
    package var path: String
    package var place: PlanNode.Place
    package var suggested: String
    /// What the city has set; nil: nothing yet.
    package var value: String?
}
