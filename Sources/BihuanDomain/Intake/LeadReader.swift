import FoundationEssentials

/// Reads the fields of one draft and collects what is wrong with them.
struct LeadReader {
    let now: Date
    private(set) var faults: [LeadFault] = []

    /// Spreadsheets show an empty or broken date cell as a day in 1899 or 1900.
    private static let earliest = Date(timeIntervalSince1970: -2_208_902_400)  // 1900-01-02T00:00:00Z

    init(now: Date) {
        self.now = now
    }

    /// A name of lower-case letters, digits and hyphens. Always required.
    mutating func label(_ raw: String?, _ field: LeadField) -> String? {
        guard let raw, !raw.utf8.isEmpty else {
            self.add(field, .missing, "必填")
            return nil
        }
        guard LeadField.isLabel(raw) else {
            self.add(field, .notALabel, "只能用小写字母、数字和连字符，以字母开头，最多 63 个")
            return nil
        }
        return raw
    }

    /// A number or name of another system: kept as it is or refused, never repaired, because it is a key.
    mutating func identifier(_ raw: String?, _ field: LeadField, required: Bool) -> String? {
        guard let raw, !raw.utf8.isEmpty else {
            if required { self.add(field, .missing, "必填") }
            return nil
        }
        let cleaned = CleanText(raw, keepingLines: false)
        if cleaned.hasControl {
            self.add(field, .controlCharacter, "含有控制字符")
            return nil
        }
        guard let text = cleaned.text, text.utf8.elementsEqual(raw.utf8),
            !text.unicodeScalars.contains(where: \.properties.isWhitespace)
        else {
            self.add(field, .notPlain, "编号不能含有空白、不可见字符或未规范化（NFC）的字符")
            return nil
        }
        return self.fitting(raw, field)
    }

    /// One line of free text, masked; blank is absent.
    mutating func line(_ raw: String?, _ field: LeadField) -> String? {
        self.masked(raw, field, keepingLines: false)
    }

    /// Free text of any number of lines, masked.
    mutating func text(_ raw: String?, _ field: LeadField, required: Bool) -> String? {
        let before = self.faults.count
        let text = self.masked(raw, field, keepingLines: true)
        if required, text == nil, self.faults.count == before { self.add(field, .missing, "必填") }
        return text
    }

    mutating func link(_ raw: String?) -> String? {
        guard let raw, !raw.utf8.isEmpty else { return nil }
        let cleaned = CleanText(raw, keepingLines: false)
        if cleaned.hasControl {
            self.add(.link, .controlCharacter, "含有控制字符")
            return nil
        }
        guard let text = cleaned.text else { return nil }
        let lower = text.prefix(8).lowercased()
        let rest: Substring
        if lower.hasPrefix("https://") {
            rest = text.dropFirst(8)
        } else if lower.hasPrefix("http://") {
            rest = text.dropFirst(7)
        } else {
            self.add(.link, .notALink, "必须是 http:// 或 https:// 开头的完整网址")
            return nil
        }
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        // `@` would put another host, or a password, before the one that is read.
        guard !host.isEmpty, !host.contains("@"), !text.unicodeScalars.contains(where: \.properties.isWhitespace) else {
            self.add(.link, .notALink, "网址不完整，或含有空白、账号")
            return nil
        }
        return self.fitting(text, .link)
    }

    mutating func time(_ raw: LeadDraft.Time?, _ field: LeadField) -> Date? {
        let instant: Date
        switch raw {
        case nil: return nil
        case .instant(let date): instant = date
        case .text(let text):
            guard let date = TimeForm.rfc3339.date(from: text, utcOffset: nil) else {
                self.add(field, .notATime, "必须是带时区的 RFC 3339 时间，例如 2026-03-02T08:15:00+08:00")
                return nil
            }
            instant = date
        }
        if let (code, detail) = Self.fault(of: instant, now: self.now) {
            self.add(field, code, detail)
            return nil
        }
        return instant
    }

    /// What is wrong with a told time of something that happened; nil: nothing.
    static func fault(of instant: Date, now: Date) -> (code: LeadFault.Code, detail: String)? {
        if instant < Self.earliest { return (.tooEarly, "时间早于 1900 年") }
        if instant > now.addingTimeInterval(Lead.tolerance) { return (.inTheFuture, "时间晚于现在一天以上") }
        return nil
    }

    private mutating func masked(_ raw: String?, _ field: LeadField, keepingLines: Bool) -> String? {
        guard let raw, !raw.utf8.isEmpty else { return nil }
        let cleaned = CleanText(raw, keepingLines: keepingLines)
        if cleaned.hasControl {
            self.add(field, .controlCharacter, keepingLines ? "含有控制字符" : "含有控制字符或换行")
            return nil
        }
        guard let text = cleaned.text else { return nil }
        if let mark = SecrecyMark.found(in: text) {
            self.add(field, .stateSecret, "标有“\(mark)”：国家秘密不得录入本系统，请按保密规定办理")
            return nil
        }
        return self.fitting(PersonalNumbers.masked(text), field)
    }

    private mutating func fitting(_ text: String, _ field: LeadField) -> String? {
        // A code point is at least one byte, so short texts need no counting.
        if let limit = field.limit, text.utf8.count > limit {
            let count = text.unicodeScalars.count
            if count > limit {
                self.add(field, .tooLong, "最多 \(limit) 个字符，实有 \(count) 个")
                return nil
            }
        }
        return text
    }

    private mutating func add(_ field: LeadField, _ code: LeadFault.Code, _ detail: String) {
        self.faults.append(LeadFault(field: field, code: code, detail: detail))
    }
}
