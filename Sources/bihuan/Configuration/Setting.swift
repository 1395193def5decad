/// One thing that can be set: its name, what it may be, and what it is when nobody says.
///
/// The name is dotted (`http.port`): so it stands, nested, in the YAML file; the environment variable is `BIHUAN_HTTP_PORT`.
struct Setting<Value: Sendable>: Sendable {
    let name: String
    /// Nil where there is nothing until somebody says.
    let standard: String?
    /// What is allowed, in words for people.
    let rule: String
    /// What it does, in words for people.
    let meaning: String
    /// The value of a text; nil when it breaks the rule.
    let read: @Sendable (String) -> Value?
}

extension Setting where Value == Int {
    static func number(_ name: String, _ range: ClosedRange<Int>, standard: Int, _ meaning: String) -> Self {
        Setting(
            name: name,
            standard: String(standard),
            rule: "整数 \(range.lowerBound)–\(range.upperBound)",
            meaning: meaning
        ) { text in
            guard let number = Int(text), range.contains(number) else { return nil }
            return number
        }
    }
}

extension Setting where Value == String {
    static func text(_ name: String, standard: String? = nil, rule: String, _ meaning: String) -> Self {
        Setting(name: name, standard: standard, rule: rule, meaning: meaning) { text in
            text.isEmpty || text.utf8.contains(0) ? nil : text
        }
    }

    static func path(_ name: String, standard: String? = nil, _ meaning: String) -> Self {
        Setting(name: name, standard: standard, rule: "绝对路径", meaning: meaning) { text in
            text.hasPrefix("/") && !text.utf8.contains(0) ? text : nil
        }
    }
}

extension Setting where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    static func choice(_ name: String, standard: Value, _ meaning: String) -> Self {
        Setting(
            name: name,
            standard: standard.rawValue,
            rule: Value.allCases.map(\.rawValue).joined(separator: "、"),
            meaning: meaning
        ) { text in
            Value(rawValue: text)
        }
    }
}

extension Setting {
    /// The environment variable, e.g. `BIHUAN_HTTP_PORT`.
    var variable: String { "BIHUAN_" + self.name.uppercased().replacing(".", with: "_") }
}
