/// Why a line is not a command: the rule it breaks, where, and which argument is meant.
package struct GrammarFault: Error, Sendable, Hashable {
    /// Stable names; they stand in the reply before the text.
    package enum Rule: String, Sendable, CaseIterable {
        case emptyLine = "line.empty"
        case leadingBlank = "line.blank-first"
        case unknownVerb = "verb.unknown"
        case unknownSecondWord = "verb.second-word"
        case quoteNotClosed = "quote.open"
        case quoteMisplaced = "quote.place"
        case quoteEscape = "quote.escape"
        case quoteFollowed = "quote.followed"
        case nameNotLowerCase = "name.case"
        case nameUnknown = "name.unknown"
        case nameRepeated = "name.repeated"
        case valueMissing = "value.missing"
        case valueInvalid = "value.form"
        case valueTooLong = "value.length"
        case argumentMissing = "argument.missing"
        case argumentSurplus = "argument.surplus"
        case tooLong = "line.too-long"
    }

    package var rule: Rule
    /// Octet of the line, counted from 1; for something missing, the octet after the last.
    package var position: Int
    /// The argument's name, where one is meant.
    package var name: String?
    /// What would have been right, where that is a short list or form.
    package var expected: String?

    package init(_ rule: Rule, at position: Int, name: String? = nil, expected: String? = nil) {
        self.rule = rule
        self.position = position
        self.name = name
        self.expected = expected
    }

    package var phrase: Phrase {
        let name = self.name.map { " \($0)" } ?? ""
        let zh: String
        let en: String
        switch self.rule {
        case .emptyLine: (zh, en) = ("空行", "empty line")
        case .leadingBlank: (zh, en) = ("命令须从行首开始", "a command begins with its verb")
        case .unknownVerb: (zh, en) = ("没有这个命令", "no such command")
        case .unknownSecondWord: (zh, en) = ("命令的第二个词不对", "no such command of this family")
        case .quoteNotClosed: (zh, en) = ("引号没有闭合", "quote not closed")
        case .quoteMisplaced: (zh, en) = ("引号只能在值的开头", "a quote may only begin a value")
        case .quoteEscape: (zh, en) = ("反斜杠后只能是 \" \\ n t", "after a backslash only \" \\ n t")
        case .quoteFollowed: (zh, en) = ("引号之后须有空格", "a blank must follow the closing quote")
        case .nameNotLowerCase: (zh, en) = ("参数名须小写:\(name)", "names are lower-case:\(name)")
        case .nameUnknown: (zh, en) = ("没有这个参数:\(name)", "no such argument:\(name)")
        case .nameRepeated: (zh, en) = ("参数重复:\(name)", "argument given twice:\(name)")
        case .valueMissing: (zh, en) = ("参数没有值:\(name)", "argument without a value:\(name)")
        case .valueInvalid: (zh, en) = ("参数值不对:\(name)", "not a value for:\(name)")
        case .valueTooLong: (zh, en) = ("参数值太长:\(name)", "value too long:\(name)")
        case .argumentMissing: (zh, en) = ("缺少参数:\(name)", "argument missing:\(name)")
        case .argumentSurplus: (zh, en) = ("多余的参数", "more arguments than the command takes")
        case .tooLong: (zh, en) = ("该命令一行超过限制", "line longer than this command may be")
        }
        guard let expected else { return Phrase(zh: zh, en: en) }
        return Phrase(zh: "\(zh) (应为 \(expected))", en: "\(en) (expected \(expected))")
    }
}
