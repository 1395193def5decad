/// One pass over a text's UTF-8 that finds what ``PersonalNumbers`` hides.
///
/// Indices are byte offsets. The bytes are valid UTF-8, so a lead byte's followers are there.
struct PersonalNumberScan {
    /// Bytes to be replaced by stars.
    struct Edit {
        var range: Range<Int>
        var stars: Int
    }

    /// Digits without a gap.
    private struct Group {
        /// Where its digits stand in `digits` and `places`.
        var first: Int
        var count: Int
        var end: Int
        /// Whether blanks or hyphens alone lead to the next group; else a closing bracket is among them.
        var isPlainlyJoined = true
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var edits: [Edit] = []
    /// Digits of the chain under the eye: values, and the offset of each. A full-width digit takes 3 bytes.
    private var digits: [UInt8] = []
    private var places: [Int] = []
    private var groups: [Group] = []
    /// Byte ranges of e-mail addresses still ahead, the last first.
    private var addresses: [Range<Int>] = []
    /// Where the last landline ended; `/` and another number may follow.
    private var landlineEnd = -1

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func run() {
        self.findAddresses()
        var index = 0
        while index < self.bytes.count {
            if let address = self.addresses.last, index >= address.lowerBound {
                self.addresses.removeLast()
                self.hideLocalPart(address)
                index = address.upperBound
                continue
            }
            let byte = self.bytes[index]
            if byte >= 0xE3 && byte <= 0xE9 {
                index += 3
            } else if let (value, width) = self.digit(at: index) {
                _ = (value, width)
                index = self.chain(from: index)
            } else if let (_, width) = self.letter(at: index) {
                index = self.plate(at: index, letterWidth: width) ?? index + width
            } else {
                index += 1
            }
        }
    }

    // MARK: Characters

    private func digit(at index: Int) -> (value: UInt8, width: Int)? {
        guard index < self.bytes.count else { return nil }
        let byte = self.bytes[index]
        if byte >= 0x30 && byte <= 0x39 { return (byte - 0x30, 1) }
        if byte == 0xEF, self.bytes[index + 1] == 0xBC {
            let third = self.bytes[index + 2]
            if third >= 0x90 && third <= 0x99 { return (third - 0x90, 3) }
        }
        return nil
    }

    /// A Latin letter, plain or full-width, as a capital.
    private func letter(at index: Int) -> (capital: UInt8, width: Int)? {
        guard index < self.bytes.count else { return nil }
        let byte = self.bytes[index]
        if byte < 0x80 {
            let capital = byte & 0xDF
            return capital >= 0x41 && capital <= 0x5A ? (capital, 1) : nil
        }
        guard byte == 0xEF else { return nil }
        let (second, third) = (self.bytes[index + 1], self.bytes[index + 2])
        if second == 0xBC && third >= 0xA1 && third <= 0xBA { return (third - 0xA1 + 0x41, 3) }
        if second == 0xBD && third >= 0x81 && third <= 0x9A { return (third - 0x81 + 0x41, 3) }
        return nil
    }

    private func follows(_ text: StaticString, at index: Int) -> Bool {
        guard index >= 0, index + text.utf8CodeUnitCount <= self.bytes.count else { return false }
        return text.withUTF8Buffer { $0.elementsEqual(self.bytes[index..<(index + $0.count)]) }
    }

    private func precedes(_ text: StaticString, _ index: Int) -> Bool {
        self.follows(text, at: index - text.utf8CodeUnitCount)
    }

    // MARK: E-mail

    private mutating func findAddresses() {
        func isLocal(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x5F, 0x25, 0x2B, 0x2D: true
            default: false
            }
        }
        var index = self.bytes.count
        while index > 0 {
            index -= 1
            guard self.bytes[index] == UInt8(ascii: "@") else { continue }
            var start = index
            while start > 0, index - start < 64, isLocal(self.bytes[start - 1]) { start -= 1 }
            var end = index + 1
            var lastDot: Int?
            while end < self.bytes.count, end - index < 254 {
                let byte = self.bytes[end]
                if byte == UInt8(ascii: ".") {
                    lastDot = end
                } else if !(isLocal(byte) && byte != 0x5F && byte != 0x25 && byte != 0x2B) {
                    break
                }
                end += 1
            }
            // A full stop after the address is not part of it.
            while end > index + 1, self.bytes[end - 1] == UInt8(ascii: ".") {
                end -= 1
                lastDot = self.bytes[(index + 1)..<end].lastIndex(of: UInt8(ascii: "."))
            }
            guard start < index, let lastDot, lastDot > index + 1, end - lastDot >= 3 else { continue }
            self.addresses.append(start..<end)
            index = start
        }
    }

    private mutating func hideLocalPart(_ address: Range<Int>) {
        guard let at = self.bytes[address].firstIndex(of: UInt8(ascii: "@")) else { return }
        let from = at - address.lowerBound > 2 ? address.lowerBound + 1 : address.lowerBound
        self.edits.append(Edit(range: from..<at, stars: at - from))
    }

    // MARK: Plates

    /// First characters of the names of provinces on plates.
    private static let provinces: Set<UInt32> = Set(
        "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼".unicodeScalars.map(\.value)
    )

    /// Hides the plate whose letter stands at `index` and says where it ends; nil if there is none.
    private mutating func plate(at index: Int, letterWidth: Int) -> Int? {
        guard index >= 3, self.bytes[index - 3] >= 0xE4, self.bytes[index - 3] <= 0xE9 else { return nil }
        let province =
            UInt32(self.bytes[index - 3] & 0x0F) << 12 | UInt32(self.bytes[index - 2] & 0x3F) << 6
            | UInt32(self.bytes[index - 1] & 0x3F)
        guard Self.provinces.contains(province) else { return nil }
        var next = index + letterWidth
        if self.follows("·", at: next) {
            next += 2
        } else if self.follows("•", at: next) {
            next += 3
        } else if self.follows(".", at: next) || self.follows("-", at: next) || self.follows(" ", at: next) {
            next += 1
        }
        var places: [Int] = []
        var numerals = 0
        while places.count < 7 {
            if let (_, width) = self.digit(at: next) {
                places.append(next)
                numerals += 1
                next += width
            } else if let (_, width) = self.letter(at: next) {
                places.append(next)
                next += width
            } else {
                break
            }
        }
        let isPlate =
            switch places.count {
            case 4:
                numerals >= 3
                    && (self.follows("警", at: next) || self.follows("学", at: next) || self.follows("挂", at: next)
                        || self.follows("领", at: next) || self.follows("港", at: next) || self.follows("澳", at: next))
            case 5: numerals >= 2
            case 6: numerals >= 4
            default: false
            }
        guard isPlate else { return nil }
        for place in places.dropLast(2) { self.hide(place) }
        return next
    }

    // MARK: Numbers

    private mutating func hide(_ place: Int) {
        let width = self.bytes[place] < 0x80 ? 1 : 3
        self.edits.append(Edit(range: place..<(place + width), stars: 1))
    }

    /// Hides digits of the chain, counted from `first`.
    private mutating func hide(_ range: Range<Int>, from first: Int) {
        for offset in range { self.hide(self.places[first + offset]) }
    }

    /// Reads the groups of digits that begin at `index`, hides what is personal and says where the chain ends.
    private mutating func chain(from index: Int) -> Int {
        self.digits.removeAll(keepingCapacity: true)
        self.places.removeAll(keepingCapacity: true)
        self.groups.removeAll(keepingCapacity: true)
        var next = index
        while true {
            let first = self.digits.count
            while let (value, width) = self.digit(at: next) {
                // Nothing personal is longer than 19 digits; 20 are kept to tell that it was longer.
                if self.digits.count - first < 20 {
                    self.digits.append(value)
                    self.places.append(next)
                }
                next += width
            }
            var group = Group(first: first, count: self.digits.count - first, end: next)
            guard self.groups.count < 64, let gap = self.gap(at: next), self.digit(at: next + gap.width) != nil else {
                self.groups.append(group)
                break
            }
            group.isPlainlyJoined = gap.isPlain
            self.groups.append(group)
            next += gap.width
        }

        var at = 0
        while at < self.groups.count {
            at += max(1, self.hideNumber(at: at))
        }
        return next
    }

    /// Blanks, hyphens and closing brackets between two groups: at most three of them.
    private func gap(at index: Int) -> (width: Int, isPlain: Bool)? {
        var next = index
        var isPlain = true
        for _ in 0..<3 {
            if self.follows(" ", at: next) || self.follows("-", at: next) {
                next += 1
            } else if self.follows("\u{A0}", at: next) {
                next += 2
            } else if self.follows(")", at: next) {
                isPlain = false
                next += 1
            } else if self.follows("）", at: next) {
                isPlain = false
                next += 3
            } else if self.follows("\u{3000}", at: next) || self.follows("－", at: next) || self.follows("—", at: next)
                || self.follows("–", at: next) || self.follows("‐", at: next) || self.follows("‑", at: next)
                || self.follows("─", at: next)
            {
                next += 3
            } else {
                break
            }
        }
        return next > index ? (next - index, isPlain) : nil
    }

    /// Hides the number that begins with group `at`; returns how many groups it took, 0 if there is none.
    private mutating func hideNumber(at: Int) -> Int {
        let group = self.groups[at]
        let first = group.first
        if self.hideWhole(group) { return 1 }

        func count(_ offset: Int) -> Int {
            at + offset < self.groups.count ? self.groups[at + offset].count : 0
        }
        /// Whether the first `n` groups are joined by blanks and hyphens alone.
        func isPlain(_ n: Int) -> Bool {
            at + n <= self.groups.count && self.groups[at..<(at + n - 1)].allSatisfy(\.isPlainlyJoined)
        }

        switch (group.count, count(1), count(2)) {
        case (3, 4, 4) where isPlain(3) && self.isMobile(first):
            self.hide(3..<7, from: first)
            return 3
        case (3, 8, _), (7, 4, _):
            if isPlain(2), self.isMobile(first) {
                self.hide(3..<7, from: first)
                return 2
            }
        case (6, 8, 4) where isPlain(3) && self.isIdentityCard(first, 18):
            self.hide(3..<14, from: first)
            return 3
        case (6, 8, 3) where isPlain(3) && self.letter(at: self.groups[at + 2].end)?.capital == UInt8(ascii: "X"):
            if self.isIdentityCard(first, 17) {
                self.hide(3..<14, from: first)
                return 3
            }
        case (4, 4, 4) where isPlain(4) && count(3) == 4:
            // The rest of a card's number, where it has more than 16 digits.
            let tail = isPlain(5) && count(4) <= 3 ? count(4) : 0
            if tail > 0, self.isBankCard(first, 16 + tail) {
                self.hide(4..<(12 + tail), from: first)
                return 5
            }
            if self.isBankCard(first, 16) {
                self.hide(4..<12, from: first)
                return 4
            }
        case (6, 10...13, _) where isPlain(2) && self.isBankCard(first, 6 + count(1)):
            self.hide(4..<(2 + count(1)), from: first)
            return 2
        default:
            break
        }

        // Area code and local number: 0451-87654321, (010) 8765 4321, 86-451-87654321.
        if let local = self.areaCode(at: at) {
            for n in 1...2 where at + n < self.groups.count {
                let total = (1...n).reduce(0) { $0 + count($1) }
                guard isPlain(n + 1) || n == 1 || self.groups[(at + 1)..<(at + n)].allSatisfy(\.isPlainlyJoined) else {
                    break
                }
                if local.contains(total), self.isLocal(self.groups[at + 1].first) {
                    self.hide(0..<4, from: self.groups[at + 1].first)
                    self.landlineEnd = self.groups[at + n].end
                    return n + 1
                }
            }
        }

        // A number without its area code, where the text says that it is one.
        let length = group.count == 7 || group.count == 8 ? group.count : group.count + count(1)
        let isSplit = length != group.count
        if (group.count == 7 || group.count == 8)
            || (isPlain(2) && (group.count == 3 || group.count == 4) && count(1) == 4)
        {
            let isNamed =
                self.follows(self.landlineEnd, soonBefore: self.places[first]) || self.isNamedPhone(self.places[first])
            if isNamed, self.isLocal(first), !(length == 8 && self.isDay(first)) {
                self.hide(0..<4, from: first)
                self.landlineEnd = self.groups[isSplit ? at + 1 : at].end
                return isSplit ? 2 : 1
            }
        }
        return 0
    }

    /// Hides a number that stands without gaps.
    private mutating func hideWhole(_ group: Group) -> Bool {
        let first = group.first
        switch group.count {
        case 11 where self.isMobile(first):
            if self.isAmount(group) { return false }
            self.hide(3..<7, from: first)
        case 12 where self.digits[first] == 0 && self.isMobile(first + 1):
            self.hide(4..<8, from: first)
        case 13 where self.digits[first] == 8 && self.digits[first + 1] == 6 && self.isMobile(first + 2):
            self.hide(5..<9, from: first)
        case 15
        where self.digits[first..<(first + 4)].elementsEqual([0, 0, 8, 6]) && self.isMobile(first + 4):
            self.hide(7..<11, from: first)
        case 11, 12:
            let area: Int
            switch (self.digits[first], self.digits[first + 1], self.digits[first + 2]) {
            case (0, 1, 0), (0, 2, _): area = 3
            case (0, 3..., _): area = 4
            default: return false
            }
            let local = group.count - area
            guard local == 8 || (area == 4 && local == 7), self.isLocal(first + area) else { return false }
            self.hide(area..<(area + 4), from: first)
            self.landlineEnd = group.end
        case 18 where self.isIdentityCard(first, 18):
            self.hide(3..<14, from: first)
        case 17 where self.letter(at: group.end)?.capital == UInt8(ascii: "X") && self.isIdentityCard(first, 17):
            self.hide(3..<14, from: first)
        case 15 where self.isIdentityCard(first, 15):
            self.hide(3..<11, from: first)
        case 16...19 where self.isBankCard(first, group.count):
            // Part of a web address or of a longer name: a serial number that happens to pass.
            let start = self.places[first]
            if start > 0, "/=_".utf8.contains(self.bytes[start - 1]) || self.letter(at: start - 1) != nil {
                return false
            }
            if self.isAmount(group) { return false }
            self.hide(4..<(group.count - 4), from: first)
        default:
            return false
        }
        return true
    }

    // MARK: What a number is

    private func isMobile(_ first: Int) -> Bool {
        self.digits[first] == 1 && self.digits[first + 1] >= 3
    }

    /// Local numbers begin with 2 to 9; 0 and 1 lead elsewhere.
    private func isLocal(_ first: Int) -> Bool {
        self.digits[first] >= 2
    }

    /// Lengths of the local number after the area code that group `at` is; nil if it is none.
    private func areaCode(at: Int) -> ClosedRange<Int>? {
        let group = self.groups[at]
        let (first, count) = (group.first, group.count)
        if count == 3, self.digits[first] == 0 {
            if self.digits[first + 1] == 1 && self.digits[first + 2] == 0 || self.digits[first + 1] == 2 {
                return 8...8
            }
        }
        if count == 4, self.digits[first] == 0, self.digits[first + 1] >= 3 { return 7...8 }
        // Abroad one dials 86 and the area code without its 0.
        guard at > 0, self.groups[at - 1].count == 2 else { return nil }
        let before = self.groups[at - 1].first
        guard self.digits[before] == 8, self.digits[before + 1] == 6 else { return nil }
        if count == 2, self.digits[first] == 1 && self.digits[first + 1] == 0 || self.digits[first] == 2 {
            return 8...8
        }
        if count == 3, self.digits[first] >= 3 { return 7...8 }
        return nil
    }

    private func number(_ first: Int, _ count: Int) -> Int {
        self.digits[first..<(first + count)].reduce(0) { $0 * 10 + Int($1) }
    }

    /// Whether eight digits are a day of these two centuries.
    private func isDay(_ first: Int) -> Bool {
        (1900...2099).contains(self.number(first, 4)) && self.isMonthAndDay(first + 4)
    }

    private func isMonthAndDay(_ first: Int) -> Bool {
        switch self.number(first, 2) {
        case 2: (1...29).contains(self.number(first + 2, 2))
        case 4, 6, 9, 11: (1...30).contains(self.number(first + 2, 2))
        case 1...12: (1...31).contains(self.number(first + 2, 2))
        default: false
        }
    }

    /// GB 11643: division, birth date, serial, and with 18 digits a check digit. A slip of the pen does not make a
    /// number less personal, so the check digit decides only where the division is unknown.
    private func isIdentityCard(_ first: Int, _ count: Int) -> Bool {
        let isProvince =
            switch self.number(first, 2) {
            case 11...15, 21...23, 31...37, 41...46, 50...54, 61...65, 71, 81...83: true
            default: false
            }
        if count == 15 { return isProvince && self.isMonthAndDay(first + 8) }
        guard self.isDay(first + 6) else { return false }
        if isProvince { return true }
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = weights.indices.reduce(0) { $0 + weights[$1] * Int(self.digits[first + $1]) }
        let check = (12 - sum % 11) % 11
        return count == 17 ? check == 10 : check == Int(self.digits[first + 17])
    }

    private func isBankCard(_ first: Int, _ count: Int) -> Bool {
        switch self.number(first, 2) {
        case 40...49, 51...55, 35, 60, 62, 68, 69, 84, 87, 88, 90, 94, 95, 98, 99: break
        default: return false
        }
        var sum = 0
        for offset in 0..<count {
            let digit = Int(self.digits[first + count - 1 - offset])
            let doubled = digit * 2
            sum += offset % 2 == 0 ? digit : (doubled > 9 ? doubled - 9 : doubled)
        }
        return sum % 10 == 0
    }

    /// Whether currency stands round a number.
    private func isAmount(_ group: Group) -> Bool {
        let start = self.places[group.first]
        return self.precedes("¥", start) || self.precedes("￥", start) || self.precedes("$", start)
            || self.follows("元", at: group.end) || self.follows("万元", at: group.end) || self.follows("亿", at: group.end)
    }

    private static let phoneWords: [StaticString] = ["电话", "座机", "固话", "致电", "手机", "来电", "拨打"]
    private static let fillers: [StaticString] = [
        " ", ":", "：", "(", "（", "号码", "号", "是", "为", "，", ",", "、", "/", "或",
    ]

    /// Whether the words before say that a telephone number follows.
    private func isNamedPhone(_ index: Int) -> Bool {
        var index = index
        for _ in 0..<4 {
            if Self.phoneWords.contains(where: { self.precedes($0, index) }) { return true }
            guard let filler = Self.fillers.first(where: { self.precedes($0, index) }) else { return false }
            index -= filler.utf8CodeUnitCount
        }
        return Self.phoneWords.contains { self.precedes($0, index) }
    }

    /// Whether only a stroke or a comma lies between a landline and what begins at `index`.
    private func follows(_ end: Int, soonBefore index: Int) -> Bool {
        guard end >= 0, end <= index, index - end <= 3 else { return false }
        return end == index
            || ["/", "、", "，", ",", "或", "；", ";"].contains { (mark: StaticString) in
                mark.utf8CodeUnitCount == index - end && self.follows(mark, at: end)
            }
    }
}
