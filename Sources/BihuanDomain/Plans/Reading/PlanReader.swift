/// Reads a ``PlanNode`` and notes every fault on the way, so that an author mends a file in one pass.
///
/// Where a plan leaves a value to the city it says `by_city(P3WD)`, with our suggestion in brackets. The reader takes the
/// city's value for it, or the suggestion, and lists it.
struct PlanReader {
    /// What the city has set, by path.
    let values: [String: String]
    private(set) var openSettings: [OpenSetting] = []
    private var noted: [Note] = []

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

    // MARK: Faults

    /// A fault; of a name that nothing bears, with all the lines that have it.
    private struct Note {
        var fault: PlanFault
        var stranger: String?
        var alsoAt: [Int] = []
    }

    var faults: [PlanFault] {
        self.noted.map { note in
            var fault = note.fault
            if !note.alsoAt.isEmpty {
                fault.rule += "（还有第 \(note.alsoAt.map(String.init).joined(separator: "、")) 行）"
            }
            return fault
        }
    }

    /// Grows with every fault, whether it is told of its own or with another.
    private(set) var faultCount = 0

    mutating func fault(_ place: PlanNode.Place, _ path: String, _ rule: String) {
        self.faultCount += 1
        self.noted.append(Note(fault: PlanFault(place, path, rule)))
    }

    mutating func fault(_ value: Value, _ rule: String) {
        self.fault(value.place, value.path, rule)
    }

    /// A name that nothing bears. Whoever renames a level has it wrong in twenty places, and needs to be told once.
    mutating func unknown(_ what: String, _ name: String, _ known: [String], _ place: PlanNode.Place, _ path: String) {
        self.faultCount += 1
        // The faults of an empty scheme are told there.
        if what == "等级", known.isEmpty { return }
        let stranger = "\(what) \(name)"
        if let index = self.noted.firstIndex(where: { $0.stranger == stranger }) {
            let lines = [self.noted[index].fault.place.line] + self.noted[index].alsoAt
            if !lines.contains(place.line) { self.noted[index].alsoAt.append(place.line) }
            return
        }
        let choice = known.isEmpty ? "预案没有写\(what)" : "\(what)有 \(known.joined(separator: ", "))"
        self.noted.append(
            Note(
                fault: PlanFault(place, path, "没有\(what) \(name)\(Self.hint(name, known))\(choice)"),
                stranger: stranger)
        )
    }

    mutating func unknown(_ what: String, _ name: String, _ known: [String], _ value: Value) {
        self.unknown(what, name, known, value.place, value.path)
    }

    /// `，是不是 limit？`, or what parts the sentences without it.
    static func hint(_ text: String, _ known: some Sequence<String>) -> String {
        PlanWords.nearest(text, of: known).map { "，是不是 \($0)？" } ?? "；"
    }

    // MARK: Shapes

    private static let nameRule = "只用小写字母、数字和 _，以字母开头，最多 40 个"

    /// A map with names of its own, such as `clocks`.
    mutating func names(_ value: Value) -> Fields? {
        guard case .map(let entries, let place) = value.node else {
            self.fault(value, "下面应是一个个名字，各跟冒号和内容")
            return nil
        }
        for entry in entries where !Self.isName(entry.key) {
            self.fault(entry.place, "\(value.path).\(entry.key)", "名字\(Self.nameRule)")
        }
        return Fields(path: value.path, place: place, entries: entries)
    }

    /// A map whose keys are known.
    mutating func fields(_ value: Value, _ known: [String], required: [String] = []) -> Fields? {
        guard case .map(let entries, let place) = value.node else {
            self.fault(value, "下面应有这些键：\(known.joined(separator: ", "))")
            return nil
        }
        let fields = Fields(path: value.path, place: place, entries: entries)
        let missing = required.filter { key in !entries.contains { $0.key == key } }
        var meant: Set<String> = []
        for entry in entries where !known.contains(entry.key) {
            let near = PlanWords.nearest(entry.key, of: missing) ?? PlanWords.nearest(entry.key, of: known)
            near.map { _ = meant.insert($0) }
            self.fault(
                entry.place, fields.path(of: entry.key),
                "这里没有这个键\(near.map { "，是不是 \($0)？" } ?? "；")可以有 \(known.joined(separator: ", "))")
        }
        // What was probably meant is told already.
        for key in missing where !meant.contains(key) { self.fault(place, fields.path(of: key), "没有写，必须有") }
        return fields
    }

    /// A map with levels for keys, in the order of the file.
    ///
    /// - Parameter required: levels that must be there.
    mutating func byLevel(
        _ value: Value, _ levels: [String], required: [String]
    ) -> [(key: String, place: PlanNode.Place, value: Value)] {
        guard case .map(let entries, let place) = value.node else {
            self.fault(value, "应按等级分写：\(levels.map { "\($0): …" }.joined(separator: ", "))")
            return []
        }
        let fields = Fields(path: value.path, place: place, entries: entries)
        let strangers = entries.filter { !levels.contains($0.key) }
        for entry in strangers { self.unknown("等级", entry.key, levels, entry.place, fields.path(of: entry.key)) }
        // A level by a wrong name is no missing one.
        if strangers.isEmpty {
            for level in required where fields[level] == nil {
                self.fault(place, fields.path(of: level), "没有写，必须有")
            }
        }
        return fields.values.filter { levels.contains($0.key) }
    }

    mutating func list(_ value: Value?) -> [Value] {
        guard let value else { return [] }
        guard case .list(let nodes, _) = value.node else {
            self.fault(value, "应是列表：每项一行、以“- ”开头，或写作 [甲, 乙]")
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
            self.fault(value, "应是一个值，不是列表，也不带下级")
            return nil
        }
        var text = written
        if let suggested = Self.suggestion(in: written) {
            guard !suggested.allSatisfy(\.isWhitespace) else {
                self.fault(value, "by_city(…) 的括号里要有建议值")
                return nil
            }
            let setting = OpenSetting(
                path: value.path, place: value.place, suggested: suggested, value: self.values[value.path])
            if !self.openSettings.contains(where: { $0.path == setting.path }) { self.openSettings.append(setting) }
            text = setting.value ?? suggested
        } else if written.hasPrefix("by_city") {
            self.fault(value, "应写作 by_city(建议值)，用半角括号，前后不加别的")
            return nil
        }
        guard !text.allSatisfy(\.isWhitespace), !["~", "null", "Null", "NULL"].contains(text) else {
            self.fault(value, "不能空着")
            return nil
        }
        guard text.unicodeScalars.count <= Self.longestText else {
            self.fault(value, "最长 \(Self.longestText) 个字")
            return nil
        }
        if let control = text.unicodeScalars.first(where: Self.isControl) {
            self.fault(value, "不能有控制字符（\(Self.code(control))）；文字写在一行里")
            return nil
        }
        return text
    }

    /// A text that names something, and so is not the city's to set.
    mutating func fixed(_ value: Value?) -> String? {
        guard let value else { return nil }
        if case .text(let text, _) = value.node, text.hasPrefix("by_city") {
            self.fault(value, "标识不能由本市定，应直接写出")
            return nil
        }
        return self.text(value)
    }

    /// What is not seen, and may turn around what is.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// `U+200B`.
    static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Text that is one of these.
    mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ value: Value?, _ type: Word.Type = Word.self)
        -> Word?
    {
        guard let value, let text = self.text(value) else { return nil }
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map(\.rawValue)
            self.fault(value, "不能是 \(text)\(Self.hint(text, known))可以是 \(known.joined(separator: ", "))")
            return nil
        }
        return word
    }

    mutating func integer(_ value: Value?, _ range: ClosedRange<Int>) -> Int? {
        guard let value, let text = self.text(value) else { return nil }
        guard let number = Int(text), range.contains(number), Self.isPlain(text) else {
            self.fault(value, "应是 \(range.lowerBound) 至 \(range.upperBound) 的整数，不是 \(text)")
            return nil
        }
        return number
    }

    mutating func number(_ value: Value?, _ range: ClosedRange<Double>) -> Double? {
        guard let value, let text = self.text(value) else { return nil }
        guard let number = Double(text), range.contains(number), Self.isPlain(text) else {
            self.fault(value, "应是 \(range.lowerBound) 至 \(range.upperBound) 的数，不是 \(text)")
            return nil
        }
        return number
    }

    /// Digits and one point, without sign, exponent or what else programs take for a number.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".")
        }
    }

    mutating func flag(_ value: Value?) -> Bool? {
        guard let value, let text = self.text(value) else { return nil }
        guard text == "true" || text == "false" else {
            self.fault(value, "应是 true（是）或 false（否），不是 \(text)")
            return nil
        }
        return text == "true"
    }

    mutating func limit(_ value: Value?) -> TimeLimit? {
        guard let value, let text = self.text(value) else { return nil }
        guard let limit = TimeLimit(text) else {
            let hint = Self.limit(meantBy: text).map { "，是不是 \($0)？" } ?? "；"
            self.fault(
                value, "\(text) 不是时限\(hint)PT4H 四小时，PT8WH 办公时间八小时，P3WD 三个工作日，EOD 当天，NOW 立即")
            return nil
        }
        guard limit.isWithinReason else {
            self.fault(value, "\(text) 太长；最长 366 天、250 个工作日、办公时间 2000 小时")
            return nil
        }
        return limit
    }

    /// The limit in a text that is nearly one, or says it in Chinese, as 4小时 or 当天.
    private static func limit(meantBy text: String) -> String? {
        let narrow = PlanWords.narrow(text).uppercased().filter { !$0.isWhitespace }
        if TimeLimit(narrow) != nil { return narrow }
        let digits = narrow.prefix { $0.isASCII && $0.isNumber }
        var unit = narrow.dropFirst(digits.count)
        if unit.hasPrefix("个") { unit.removeFirst() }
        if unit.hasSuffix("内") { unit.removeLast() }
        let meant: String? =
            switch unit {
            case "小时": "PT\(digits)H"
            case "分钟", "分": "PT\(digits)M"
            case "天", "日": "P\(digits)D"
            case "工作日": "P\(digits)WD"
            case "当天", "当日": digits.isEmpty ? "EOD" : nil
            case "立即": digits.isEmpty ? "NOW" : nil
            default: nil
            }
        return meant.flatMap { TimeLimit($0) == nil ? nil : $0 }
    }

    /// Seconds of wall time.
    mutating func seconds(_ value: Value?) -> Int? {
        guard let value, let limit = self.limit(value) else { return nil }
        guard case .wall(let seconds) = limit else {
            self.fault(value, "应是走钟的时限，例如 PT30M")
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

    // MARK: Requirements

    /// How many requirements the sources of the plans that ship have, numbered from R1.
    static let requirementCount = 143
    static let longestRequirement = 40

    /// What a rule serves: a requirement number such as `R24`, or an article of the office's own, such as `第八条`.
    mutating func requirements(_ value: Value?) -> [String] {
        guard let value else { return [] }
        if case .list(let items, _) = value.node, items.isEmpty { self.fault(value, "不能空着；没有依据就不写这一行") }
        return self.texts(value).compactMap { text, value in
            guard text.unicodeScalars.count <= Self.longestRequirement else {
                self.fault(value, "依据最长 \(Self.longestRequirement) 个字，例如 第八条")
                return nil
            }
            let digits = PlanWords.narrow(text).dropFirst()
            guard ["R", "r", "Ｒ", "ｒ"].contains(text.prefix(1)), !digits.isEmpty,
                digits.utf8.allSatisfy({ (UInt8(ascii: "+")...UInt8(ascii: "9")).contains($0) })
            else { return text }
            // What looks like a number must be one.
            guard let number = Int(digits), (1...Self.requirementCount).contains(number), text == "R\(number)" else {
                self.fault(value, "没有要求 \(text)；应是 R1 至 R\(Self.requirementCount)，或本单位的条款，例如 第八条")
                return nil
            }
            return text
        }
    }

    // MARK: Names

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first),
            text.utf8.count <= 40, !text.hasPrefix("by_city")
        else { return false }
        return text.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "_")
        }
    }

    /// A `key` of a list's item, once in its list.
    mutating func key(_ fields: Fields, among known: inout Set<String>) -> String {
        guard let value = fields["key"], let text = self.fixed(value) else { return "" }
        guard Self.isName(text) else {
            self.fault(value, "\(text) 不能作名字；\(Self.nameRule)")
            return text
        }
        if !known.insert(text).inserted { self.fault(value, "\(text) 写了两次") }
        return text
    }

    /// A `name` for people, once among its like: two of one name cannot be told apart on a screen.
    mutating func label(_ fields: Fields, among known: inout Set<String>) -> String {
        guard let value = fields["name"], let text = self.text(value) else { return "" }
        if !known.insert(text).inserted { self.fault(value, "名称“\(text)”用了两次，看的人分不开") }
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
