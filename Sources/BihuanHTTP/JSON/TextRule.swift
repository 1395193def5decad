import Foundation

/// What a text field may hold.
package struct TextRule: Sendable {
    /// What is wrong with a text.
    package enum Fault: String, Error, CaseIterable, Sendable {
        /// Nothing but white space where something must be said.
        case blank = "text.blank"
        case tooShort = "text.too_short"
        case tooLong = "text.too_long"
        /// A control character other than line feed and tab, or a line end where one line is meant.
        case control = "text.control"
        /// An identifier that is not in normal form C, so that two of them could look the same and differ.
        case notNormal = "text.not_nfc"
    }

    /// Permitted length in Unicode scalars, which is what PostgreSQL's `length` counts, after normalisation.
    package var length: ClosedRange<Int>
    /// Whether line feeds and tabs may occur.
    package var isProse: Bool
    /// Whether the text names something: then it is taken as it is or not at all, never normalised.
    package var isIdentifier: Bool

    /// Running text: normalised to form C.
    package static func prose(_ length: ClosedRange<Int>) -> TextRule {
        TextRule(length: length, isProse: true, isIdentifier: false)
    }

    /// One line: normalised to form C.
    package static func line(_ length: ClosedRange<Int>) -> TextRule {
        TextRule(length: length, isProse: false, isIdentifier: false)
    }

    /// A name that must match byte for byte.
    package static func identifier(_ length: ClosedRange<Int>) -> TextRule {
        TextRule(length: length, isProse: false, isIdentifier: true)
    }

    /// Checks a text and gives it back in normal form C.
    package func check(_ text: String) throws(Fault) -> String {
        let normal = Self.normalForm(text)
        // Swift's == would call the two equal.
        if self.isIdentifier, !normal.utf8.elementsEqual(text.utf8) { throw .notNormal }
        for scalar in normal.unicodeScalars where scalar.properties.generalCategory == .control {
            guard self.isProse, scalar == "\n" || scalar == "\t" || scalar == "\r" else { throw .control }
        }
        let count = normal.unicodeScalars.count
        if count > self.length.upperBound { throw .tooLong }
        if self.length.lowerBound > 0, normal.unicodeScalars.allSatisfy(\.properties.isWhitespace) { throw .blank }
        if count < self.length.lowerBound { throw .tooShort }
        return normal
    }

    func detail(_ fault: Fault) -> Phrase {
        switch fault {
        case .blank: Phrase(zh: "不得为空", en: "It must not be blank.")
        case .tooShort:
            Phrase(zh: "至少 \(self.length.lowerBound) 个字符", en: "At least \(self.length.lowerBound) characters.")
        case .tooLong:
            Phrase(zh: "至多 \(self.length.upperBound) 个字符", en: "At most \(self.length.upperBound) characters.")
        case .control: Phrase(zh: "含有不允许的控制字符", en: "It holds a control character.")
        case .notNormal: Phrase(zh: "须为 Unicode 规范形式 NFC", en: "It must be in Unicode normal form C.")
        }
    }

    /// Scalars below U+0300, CJK ideographs and full-width forms never combine, so nearly every text is as it should be.
    private static func normalForm(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.value < 0x300 || (0x4E00...0x9FFF).contains($0.value) || (0xFF00...0xFFEF).contains($0.value)
                || (0x3000...0x3029).contains($0.value) || (0x2010...0x2027).contains($0.value)
        }
        return isPlain ? text : text.precomposedStringWithCanonicalMapping
    }
}
