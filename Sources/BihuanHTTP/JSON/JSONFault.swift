/// Why a text is not the JSON that this door takes.
package struct JSONFault: Error, Hashable, Sendable {
    /// The rule that was broken; stable, safe for a client to branch on.
    package enum Code: String, CaseIterable, Sendable {
        /// Nothing but white space.
        case empty = "json.empty"
        /// A byte order mark, of UTF-8 or of another encoding.
        case byteOrderMark = "json.bom"
        /// Bytes that are not UTF-8.
        case notUTF8 = "json.utf8"
        /// U+0000, raw or escaped; PostgreSQL text cannot hold it.
        case nul = "json.nul"
        /// A byte that no JSON text has at this place.
        case syntax = "json.syntax"
        /// A comma before a closing bracket.
        case trailingComma = "json.trailing_comma"
        /// Anything but white space after the document.
        case trailingBytes = "json.trailing_bytes"
        /// The text ends inside a value.
        case truncated = "json.truncated"
        /// More levels than ``JSONParser/depthLimit``.
        case tooDeep = "json.depth"
        /// A name twice in one object.
        case duplicateKey = "json.duplicate_key"
        /// A control character inside a string that is not escaped.
        case controlCharacter = "json.control_character"
        /// A backslash followed by what is no escape.
        case escape = "json.escape"
        /// Half of a surrogate pair.
        case loneSurrogate = "json.surrogate"
        /// A number that is not written as RFC 8259 writes numbers.
        case number = "json.number"
        /// A number that fits neither 64 bits nor a double.
        case numberRange = "json.number_range"
    }

    package var code: Code
    /// Offset in bytes from the start of the body.
    package var offset: Int
    /// The innermost value that was being read.
    package var pointer: JSONPointer

    package init(_ code: Code, at offset: Int, in pointer: JSONPointer) {
        self.code = code
        self.offset = offset
        self.pointer = pointer
    }
}

extension JSONFault {
    /// The rule and the place, for a reader.
    package var detail: Phrase {
        let rule = self.code.rule
        return Phrase(
            zh: "第 \(self.offset) 字节处：\(rule.zh)",
            en: "At byte \(self.offset): \(rule.en)"
        )
    }
}

extension JSONFault.Code {
    var rule: Phrase {
        switch self {
        case .empty: Phrase(zh: "请求体为空", en: "the body is empty")
        case .byteOrderMark: Phrase(zh: "不接受字节顺序标记（BOM）", en: "a byte order mark is not accepted")
        case .notUTF8: Phrase(zh: "不是有效的 UTF-8", en: "the bytes are not valid UTF-8")
        case .nul: Phrase(zh: "不接受 U+0000 字符", en: "U+0000 is not accepted")
        case .syntax: Phrase(zh: "此处不是有效的 JSON", en: "this is not JSON")
        case .trailingComma: Phrase(zh: "最后一项之后不得有逗号", en: "no comma may follow the last item")
        case .trailingBytes: Phrase(zh: "文档结束之后还有内容", en: "something follows the document")
        case .truncated: Phrase(zh: "文档未结束", en: "the document does not end")
        case .tooDeep:
            Phrase(
                zh: "嵌套超过 \(JSONParser.depthLimit) 层",
                en: "nested deeper than \(JSONParser.depthLimit) levels"
            )
        case .duplicateKey: Phrase(zh: "对象中有重复的名称", en: "a name occurs twice in one object")
        case .controlCharacter: Phrase(zh: "字符串中的控制字符须转义", en: "control characters in strings must be escaped")
        case .escape: Phrase(zh: "无效的转义", en: "not a valid escape")
        case .loneSurrogate: Phrase(zh: "不成对的代理项", en: "half of a surrogate pair")
        case .number: Phrase(zh: "数字写法有误", en: "not a number as JSON writes it")
        case .numberRange: Phrase(zh: "数字超出可表示的范围", en: "the number does not fit")
        }
    }
}
