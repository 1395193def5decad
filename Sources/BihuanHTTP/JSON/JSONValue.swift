/// A JSON document as our own parser read it.
///
/// Integers and other numbers are kept apart, so that an identifier or a count never passes through a `Double`.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number written without fraction and exponent.
    case integer(Int64)
    /// A number written with a fraction or an exponent.
    case decimal(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// What this is, in the words of RFC 8259.
    var kind: Phrase {
        switch self {
        case .null: Phrase(zh: "null", en: "null")
        case .bool: Phrase(zh: "布尔值", en: "a boolean")
        case .integer, .decimal: Phrase(zh: "数字", en: "a number")
        case .string: Phrase(zh: "字符串", en: "a string")
        case .array: Phrase(zh: "数组", en: "an array")
        case .object: Phrase(zh: "对象", en: "an object")
        }
    }
}
