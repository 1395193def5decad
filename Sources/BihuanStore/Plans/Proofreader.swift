import BihuanDomain

/// Reads the bare lines of a plan file for slips of the keyboard, of which YAML would speak in riddles or take them for text:
/// signs of a Chinese keyboard where YAML has signs of its own, tabs, quotes and brackets left open.
///
/// What stands in quotes, in comments and within Chinese text is left alone.
struct Proofreader {
    private var faults: [PlanFault] = []
    private var line: [Unicode.Scalar] = []
    private var number = 0
    private var at = 0
    /// Brackets that are open, with the line and the indentation in which they stand.
    private var open: [(bracket: Unicode.Scalar, place: PlanNode.Place, indentation: Int)] = []
    /// Indentation of the line that began a text of several lines (`|`, `>`).
    private var block: Int?

    /// The slips in a file, line by line.
    static func faults(in lines: [[Unicode.Scalar]]) -> [PlanFault] {
        var reader = Proofreader()
        for (index, line) in lines.enumerated() {
            reader.line = line
            reader.number = index + 1
            reader.read()
            // Beyond this nothing is told that could be trusted.
            if reader.isLost { break }
        }
        for bracket in reader.open { reader.tell("这个 \(bracket.bracket) 没有闭合", at: bracket.place) }
        return reader.faults
    }

    private var isLost = false

    private mutating func tell(_ rule: String, at place: PlanNode.Place) {
        self.faults.append(PlanFault(place, "", rule))
    }

    private mutating func tell(_ rule: String, at column: Int? = nil) {
        self.tell(rule, at: PlanNode.Place(line: self.number, column: (column ?? self.at) + 1))
    }

    // MARK: One line

    private mutating func read() {
        self.tellControls()
        let indentation = self.line.prefix { $0 == " " }.count
        if let block {
            guard indentation <= block, indentation < self.line.count else { return }
            self.block = nil
        }
        self.at = indentation
        self.closeForgotten(indentation)
        // A key or a value may begin here; where it must be a key if it is followed by a colon.
        var mayBegin = true
        var isKeyPlace = self.open.last?.bracket != "["
        var isItem = false
        var dashes = 0
        while self.at < self.line.count {
            let sign = self.line[self.at]
            let isBeforeBlank = self.at + 1 == self.line.count || Self.isBlank(self.line[self.at + 1])
            switch sign {
            case " ": break
            case "\t":
                self.tell("这里是制表符（Tab），应为空格")
            case "\u{3000}": self.tell("这里是全角空格，应为半角空格")
            case "\u{A0}", "\u{2002}"..."\u{200A}": self.tell("这里是网页或文档里的特殊空格，应为普通空格")
            case "#" where self.at == 0 || Self.isBlank(self.line[self.at - 1]):
                return
            case "-" where mayBegin && isBeforeBlank && self.open.isEmpty:
                dashes += 1
                isItem = true
            case "?" where mayBegin && isBeforeBlank: dashes += 1
            case "\"" where mayBegin, "'" where mayBegin:
                guard self.skipQuoted(sign) else { return }
                (mayBegin, isKeyPlace) = (false, false)
                continue
            case "[" where mayBegin || self.isAfterKey, "{" where mayBegin || self.isAfterKey:
                self.open.append((sign, PlanNode.Place(line: self.number, column: self.at + 1), indentation))
                (mayBegin, isKeyPlace) = (true, sign == "{")
            case "]" where !self.open.isEmpty, "}" where !self.open.isEmpty:
                self.open.removeLast()
                mayBegin = false
            case "," where !self.open.isEmpty:
                (mayBegin, isKeyPlace) = (true, self.open.last?.bracket == "{")
            case ":" where isBeforeBlank:
                (mayBegin, isKeyPlace) = (true, false)
            case "|" where mayBegin && self.open.isEmpty, ">" where mayBegin && self.open.isEmpty:
                self.tell("文字应写在一行里，不用 \(sign)")
                self.block = indentation
                return
            default:
                if mayBegin {
                    if self.tellBeginning(isKeyPlace, isItem: isItem) { return }
                    mayBegin = false
                } else {
                    self.tellWithin()
                }
            }
            if self.open.count > PlanFile.deepest || dashes > PlanFile.deepest || indentation > 8 * PlanFile.deepest {
                self.tell("层次太深，最多 \(PlanFile.deepest) 层")
                (self.isLost, self.open) = (true, [])
                return
            }
            self.at += 1
        }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

    /// Behind `"key":` in braces, where no blank is needed.
    private var isAfterKey: Bool { !self.open.isEmpty && self.at > 0 && self.line[self.at - 1] == ":" }

    private mutating func tellControls() {
        for (column, scalar) in self.line.enumerated() where scalar != "\t" {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
                self.tell("这里有看不见的控制字符（U+\(code)），应删去", at: column)
            default: break
            }
        }
    }

    /// A line that is no further in than the one with the bracket belongs to something else.
    private mutating func closeForgotten(_ indentation: Int) {
        guard let outermost = self.open.first, indentation <= outermost.indentation, indentation < self.line.count,
            self.line[indentation] != "]", self.line[indentation] != "}", self.line[indentation] != "#"
        else { return }
        for bracket in self.open { self.tell("这个 \(bracket.bracket) 没有闭合", at: bracket.place) }
        self.open = []
    }

    /// Goes behind the closing quote; false when the line has none.
    private mutating func skipQuoted(_ quote: Unicode.Scalar) -> Bool {
        let begin = self.at
        self.at += 1
        while self.at < self.line.count {
            if self.line[self.at] == quote {
                self.at += 1
                // '' is a quote within.
                guard quote == "'", self.at < self.line.count, self.line[self.at] == "'" else { return true }
            } else if quote == "\"", self.line[self.at] == "\\" {
                self.at += 1
            }
            self.at += 1
        }
        self.tell("这个引号没有在本行闭合", at: begin)
        return false
    }

    // MARK: Where a key or a value begins

    /// Keys that begin an item of a list.
    private static let itemKeys: Set<String> = ["key", "name", "role", "level", "levels", "matters", "lead", "tell"]

    /// - Returns: whether the rest of the line is better left alone.
    private mutating func tellBeginning(_ isKeyPlace: Bool, isItem: Bool) -> Bool {
        let rest = self.line[self.at...]
        switch self.line[self.at] {
        case "【", "［": self.tell("这里是全角括号，应为 [ ]")
        case "｛": self.tell("这里是全角括号，应为 { }")
        case "－", "—", "–": if isKeyPlace { self.tell("这里应为半角的“- ”") }
        case "“", "”", "‘", "’", "＂", "＇": self.tellCurly()
        case "＃": self.tell("注释应以半角 # 开头")
        default: break
        }
        guard isKeyPlace else { return false }
        let key = rest.prefix { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", "-", "０"..."９", "Ａ"..."Ｚ", "ａ"..."ｚ", "＿": true
            default: false
            }
        }
        guard let first = key.first, !("0"..."9" ~= first) else { return false }
        let name = String(String.UnicodeScalarView(key))
        var end = key.endIndex
        while end < self.line.count, Self.isBlank(self.line[end]) || self.line[end] == "\u{3000}" { end += 1 }
        guard end < self.line.count else { return false }
        let isAtColon = end == key.endIndex
        switch self.line[end] {
        case "：", "︰", "﹕":
            if isItem, self.open.isEmpty, !Self.itemKeys.contains(name) { return false }
            self.tell("这里是全角冒号，应为半角冒号加空格", at: end)
            return self.open.isEmpty
        case ":" where isAtColon:
            let after = end + 1
            guard after < self.line.count, !Self.isBlank(self.line[after]) else { return false }
            if self.line[after] == "/" || self.line[after] == ":" { return false }
            if isItem, self.open.isEmpty, !Self.itemKeys.contains(name) { return false }
            self.tell("冒号后面少一个空格", at: end)
            return self.open.isEmpty
        case "=", "＝":
            if isItem, self.open.isEmpty { return false }
            self.tell("这里是等号，应为冒号加空格", at: end)
            return self.open.isEmpty
        default: return false
        }
    }

    /// A value all in curly quotes came from a table or a document; within a text they are the author's.
    private mutating func tellCurly() {
        var rest = self.line[(self.at + 1)...]
        if !self.open.isEmpty { rest = rest.prefix { $0 != "," && $0 != "]" && $0 != "}" } }
        for index in rest.indices where rest[index] == "#" && Self.isBlank(self.line[index - 1]) {
            rest = rest[..<index]
            break
        }
        while let last = rest.last, Self.isBlank(last) { rest.removeLast() }
        let curly: Set<Unicode.Scalar> = ["“", "”", "‘", "’", "＂", "＇"]
        guard let last = rest.last, curly.contains(last), rest.dropLast().allSatisfy({ !curly.contains($0) }) else {
            return
        }
        self.tell("这里是弯引号，应为直引号 \"…\"，或者不加引号")
    }

    // MARK: Within a value

    private mutating func tellWithin() {
        switch self.line[self.at] {
        case "，", "、", "；":
            guard let bracket = self.open.last?.bracket, self.separates(bracket) else { return }
            self.tell("这里是全角的 \(self.line[self.at])，应为半角逗号加空格")
        case "（":
            if self.precedes("by_city") { self.tell("这里是全角括号，应为半角 (") }
        case "）":
            // No suggestion is longer.
            let open = self.line[..<self.at].suffix(80).lastIndex { $0 == "(" || $0 == "（" }
            if let open, self.precedes("by_city", open) { self.tell("这里是全角括号，应为半角 )") }
        case "］", "】", "｝":
            if !self.open.isEmpty { self.tell("这里是全角括号，应为 ] 或 }") }
        default: break
        }
    }

    private func precedes(_ word: String, _ column: Int? = nil) -> Bool {
        self.line[..<(column ?? self.at)].suffix(word.unicodeScalars.count).elementsEqual(word.unicodeScalars)
    }

    /// Whether a comma of a Chinese keyboard stands between two items and not within a text: what follows is a key, or
    /// both neighbours are names.
    private func separates(_ bracket: Unicode.Scalar) -> Bool {
        func isName(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": true
            default: false
            }
        }
        let after = self.line[(self.at + 1)...].drop(while: Self.isBlank)
        let key = after.prefix(while: isName)
        guard !key.isEmpty else { return false }
        let next = after[key.endIndex...].drop(while: Self.isBlank).first
        if bracket == "{" { return next == ":" || next == "：" }
        let before = self.line[..<self.at].last { !Self.isBlank($0) }
        return before.map { isName($0) || $0 == ")" } ?? false
    }
}
