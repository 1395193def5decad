package import FoundationEssentials

/// Reads the members of a JSON object into a draft, and remembers every fault instead of stopping at the first.
///
/// ```swift
/// let draft = try Fields.read(body) { fields in
///     GradeDraft(level: fields.choice("level", Level.self), reason: fields.text("reason", .prose(1...2_000)))
/// }
/// ```
///
/// A faulty field yields a placeholder. It never escapes: ``read(_:_:)`` throws before the draft is handed out. What was
/// not asked for is unknown and a fault as well, so that a typing error does not pass for a default.
package struct Fields {
    private let object: JSONObject
    private let pointer: JSONPointer
    private var asked: Set<String> = []
    private var faults: [RequestFault] = []

    private init(_ object: JSONObject, at pointer: JSONPointer) {
        self.object = object
        self.pointer = pointer
    }

    /// Reads a whole body, which must be an object.
    package static func read<Draft>(
        _ body: JSONValue,
        _ read: (inout Fields) -> Draft
    ) throws(Problem) -> Draft {
        guard case .object(let object) = body else {
            throw Problem(
                .invalidBody, faults: [Self.wrongType(body, Phrase(zh: "对象", en: "an object"), JSONPointer())])
        }
        var fields = Fields(object, at: JSONPointer())
        let draft = read(&fields)
        fields.refuseUnknown()
        guard fields.faults.isEmpty else { throw Problem(.invalidBody, faults: fields.faults) }
        return draft
    }

    /// Adds a fault that concerns several fields or a rule of the caller's own.
    package mutating func fault(_ name: String, _ code: String, _ detail: Phrase) {
        self.faults.append(RequestFault(.body(self.pointer.member(name)), code, detail))
    }

    // MARK: Required

    package mutating func text(_ name: String, _ rule: TextRule) -> String {
        self.required(name, "") { $0.text($1, rule, $2) }
    }

    /// A secret: taken byte for byte, never normalised, measured in bytes of UTF-8.
    package mutating func secret(_ name: String, bytes range: ClosedRange<Int>) -> String {
        self.required(name, "") { fields, value, pointer in
            guard let text = fields.string(value, pointer) else { return nil }
            guard range.contains(text.utf8.count) else {
                let detail = Phrase(
                    zh: "须为 \(range.lowerBound) 至 \(range.upperBound) 字节",
                    en: "Between \(range.lowerBound) and \(range.upperBound) bytes."
                )
                let code = text.utf8.count < range.lowerBound ? TextRule.Fault.tooShort : .tooLong
                fields.faults.append(RequestFault(.body(pointer), code.rawValue, detail))
                return nil
            }
            return text
        }
    }

    package mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String,
        _ type: Choice.Type = Choice.self
    ) -> Choice where Choice.RawValue == String {
        self.required(name, type.allCases.first!) { $0.choice($1, type, $2) }
    }

    package mutating func uuid(_ name: String) -> UUID {
        self.required(name, Self.noID) { $0.uuid($1, $2) }
    }

    package mutating func time(_ name: String) -> Date {
        self.required(name, Date(timeIntervalSince1970: 0)) { $0.time($1, $2) }
    }

    package mutating func integer(_ name: String, _ range: ClosedRange<Int64>) -> Int64 {
        self.required(name, range.lowerBound) { $0.integer($1, range, $2) }
    }

    package mutating func bool(_ name: String) -> Bool {
        self.required(name, false) { $0.bool($1, $2) }
    }

    // MARK: Optional; null is the same as absent

    package mutating func optionalText(_ name: String, _ rule: TextRule) -> String? {
        self.optional(name) { $0.text($1, rule, $2) }
    }

    /// A text as it was typed, for what has rules of its own.
    package mutating func optionalString(_ name: String) -> String? {
        self.optional(name) { $0.string($1, $2) }
    }

    package mutating func optionalChoice<Choice: RawRepresentable & CaseIterable>(
        _ name: String,
        _ type: Choice.Type = Choice.self
    ) -> Choice? where Choice.RawValue == String {
        self.optional(name) { $0.choice($1, type, $2) }
    }

    package mutating func optionalUUID(_ name: String) -> UUID? {
        self.optional(name) { $0.uuid($1, $2) }
    }

    package mutating func optionalTime(_ name: String) -> Date? {
        self.optional(name) { $0.time($1, $2) }
    }

    package mutating func optionalInteger(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
        self.optional(name) { $0.integer($1, range, $2) }
    }

    package mutating func optionalBool(_ name: String) -> Bool? {
        self.optional(name) { $0.bool($1, $2) }
    }

    // MARK: Lists; absent or null is the empty list

    package mutating func texts(_ name: String, count: ClosedRange<Int>, _ rule: TextRule) -> [String] {
        self.list(name, count) { $0.text($1, rule, $2) }
    }

    /// The same where it may be left out, which means something else than an empty list.
    package mutating func optionalTexts(_ name: String, count: ClosedRange<Int>, _ rule: TextRule) -> [String]? {
        switch self.object[name] {
        case nil, .null?:
            self.asked.insert(name)
            return nil
        default: return self.texts(name, count: count, rule)
        }
    }

    /// Identities without repetition.
    package mutating func uuids(_ name: String, count: ClosedRange<Int>) -> [UUID] {
        let ids = self.list(name, count) { $0.uuid($1, $2) }
        if Set(ids).count != ids.count {
            self.fault(name, "list.repeated", Phrase(zh: "列表中有重复项", en: "An item occurs twice."))
        }
        return ids
    }

    /// An object within the object, or nil.
    package mutating func optionalObject<Draft>(_ name: String, _ read: (inout Fields) -> Draft) -> Draft? {
        self.optional(name) { fields, value, pointer in
            guard case .object(let object) = value else {
                fields.faults.append(Self.wrongType(value, Phrase(zh: "对象", en: "an object"), pointer))
                return nil
            }
            var inner = Fields(object, at: pointer)
            let draft = read(&inner)
            inner.refuseUnknown()
            fields.faults += inner.faults
            return draft
        }
    }

    /// Objects in a list; absent or null is the empty list.
    package mutating func objects<Draft>(
        _ name: String, count: ClosedRange<Int>, _ read: (inout Fields) -> Draft
    ) -> [Draft] {
        self.list(name, count) { fields, value, pointer in
            guard case .object(let object) = value else {
                fields.faults.append(Self.wrongType(value, Phrase(zh: "对象", en: "an object"), pointer))
                return nil
            }
            var inner = Fields(object, at: pointer)
            let draft = read(&inner)
            inner.refuseUnknown()
            fields.faults += inner.faults
            return draft
        }
    }

    // MARK: How a member is found

    /// An object of texts under names of the caller's own.
    package mutating func textsByName(_ name: String, count: ClosedRange<Int>, _ rule: TextRule) -> [String: String] {
        self.required(name, [:]) { $0.byName($1, count, $2) { $0.text($1, rule, $2) } }
    }

    /// The same where it may be left out; absent or null is the empty object.
    package mutating func optionalTextsByName(
        _ name: String, count: ClosedRange<Int>, _ rule: TextRule
    ) -> [String: String] {
        self.optional(name) { $0.byName($1, count, $2) { $0.text($1, rule, $2) } } ?? [:]
    }

    /// An object of whole numbers under names of the caller's own; absent or null is the empty object.
    package mutating func optionalIntegersByName(
        _ name: String, count: ClosedRange<Int>, _ range: ClosedRange<Int64>
    ) -> [String: Int64] {
        self.optional(name) { $0.byName($1, count, $2) { $0.integer($1, range, $2) } } ?? [:]
    }

    private mutating func byName<Value>(
        _ value: JSONValue, _ count: ClosedRange<Int>, _ pointer: JSONPointer,
        _ read: (inout Fields, JSONValue, JSONPointer) -> Value?
    ) -> [String: Value]? {
        guard case .object(let object) = value else {
            self.faults.append(Self.wrongType(value, Phrase(zh: "对象", en: "an object"), pointer))
            return nil
        }
        guard count.contains(object.members.count) else {
            let detail = Phrase(
                zh: "须有 \(count.lowerBound) 至 \(count.upperBound) 项",
                en: "Between \(count.lowerBound) and \(count.upperBound) members.")
            self.faults.append(RequestFault(.body(pointer), "list.length", detail))
            return nil
        }
        var values: [String: Value] = [:]
        for member in object.members {
            values[member.name] = read(&self, member.value, pointer.member(member.name))
        }
        return values
    }

    private mutating func required<Value>(
        _ name: String,
        _ placeholder: Value,
        _ read: (inout Fields, JSONValue, JSONPointer) -> Value?
    ) -> Value {
        self.asked.insert(name)
        let pointer = self.pointer.member(name)
        switch self.object[name] {
        case nil:
            self.fault(name, "field.missing", Phrase(zh: "缺少必填字段", en: "This field is required."))
            return placeholder
        case .null?:
            self.fault(name, "field.null", Phrase(zh: "必填字段不得为 null", en: "This field must not be null."))
            return placeholder
        case let value?:
            return read(&self, value, pointer) ?? placeholder
        }
    }

    private mutating func optional<Value>(
        _ name: String,
        _ read: (inout Fields, JSONValue, JSONPointer) -> Value?
    ) -> Value? {
        self.asked.insert(name)
        switch self.object[name] {
        case nil, .null?: return nil
        case let value?: return read(&self, value, self.pointer.member(name))
        }
    }

    private mutating func list<Value>(
        _ name: String,
        _ count: ClosedRange<Int>,
        _ read: (inout Fields, JSONValue, JSONPointer) -> Value?
    ) -> [Value] {
        self.asked.insert(name)
        let elements: [JSONValue]
        switch self.object[name] {
        case nil, .null?: elements = []
        case .array(let found)?: elements = found
        case let value?:
            self.faults.append(
                Self.wrongType(value, Phrase(zh: "数组", en: "an array"), self.pointer.member(name))
            )
            return []
        }
        guard count.contains(elements.count) else {
            self.fault(
                name,
                elements.count < count.lowerBound ? "list.too_short" : "list.too_long",
                Phrase(
                    zh: "须有 \(count.lowerBound) 至 \(count.upperBound) 项",
                    en: "Between \(count.lowerBound) and \(count.upperBound) items."
                )
            )
            return []
        }
        let pointer = self.pointer.member(name)
        var values: [Value] = []
        for (index, element) in elements.enumerated() {
            if let value = read(&self, element, pointer.element(index)) { values.append(value) }
        }
        return values
    }

    private mutating func refuseUnknown() {
        for member in self.object.members where !self.asked.contains(member.name) {
            self.fault(member.name, "field.unknown", Phrase(zh: "没有这个字段", en: "There is no such field."))
        }
    }

    // MARK: How a value is read

    private mutating func text(_ value: JSONValue, _ rule: TextRule, _ pointer: JSONPointer) -> String? {
        guard let text = self.string(value, pointer) else { return nil }
        do throws(TextRule.Fault) {
            return try rule.check(text)
        } catch {
            self.faults.append(RequestFault(.body(pointer), error.rawValue, rule.detail(error)))
            return nil
        }
    }

    private mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ value: JSONValue,
        _ type: Choice.Type,
        _ pointer: JSONPointer
    ) -> Choice? where Choice.RawValue == String {
        guard let text = self.string(value, pointer) else { return nil }
        if let choice = ExactChoice.find(text, in: type) { return choice }
        self.faults.append(RequestFault(.body(pointer), "choice.unknown", ExactChoice.detail(type)))
        return nil
    }

    private mutating func uuid(_ value: JSONValue, _ pointer: JSONPointer) -> UUID? {
        guard let text = self.string(value, pointer) else { return nil }
        if let id = UUID(uuidString: text) { return id }
        self.faults.append(
            RequestFault(.body(pointer), "id.malformed", Phrase(zh: "不是有效的标识", en: "This is no identity."))
        )
        return nil
    }

    private mutating func time(_ value: JSONValue, _ pointer: JSONPointer) -> Date? {
        guard let text = self.string(value, pointer) else { return nil }
        do throws(Timestamp.Fault) {
            return try Timestamp.parse(text)
        } catch {
            self.faults.append(RequestFault(.body(pointer), error.rawValue, error.detail))
            return nil
        }
    }

    private mutating func integer(_ value: JSONValue, _ range: ClosedRange<Int64>, _ pointer: JSONPointer) -> Int64? {
        guard case .integer(let number) = value else {
            self.faults.append(Self.wrongType(value, Phrase(zh: "整数", en: "an integer"), pointer))
            return nil
        }
        guard range.contains(number) else {
            self.faults.append(RequestFault(.body(pointer), "number.range", NumberRule.detail(range)))
            return nil
        }
        return number
    }

    private mutating func bool(_ value: JSONValue, _ pointer: JSONPointer) -> Bool? {
        guard case .bool(let flag) = value else {
            self.faults.append(Self.wrongType(value, Phrase(zh: "布尔值", en: "a boolean"), pointer))
            return nil
        }
        return flag
    }

    private mutating func string(_ value: JSONValue, _ pointer: JSONPointer) -> String? {
        guard case .string(let text) = value else {
            self.faults.append(Self.wrongType(value, Phrase(zh: "字符串", en: "a string"), pointer))
            return nil
        }
        return text
    }

    private static func wrongType(_ value: JSONValue, _ expected: Phrase, _ pointer: JSONPointer) -> RequestFault {
        let found = value.kind
        return RequestFault(
            .body(pointer),
            "field.type",
            Phrase(zh: "应为\(expected.zh)，实为\(found.zh)", en: "Expected \(expected.en), found \(found.en).")
        )
    }

    private static let noID = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}
