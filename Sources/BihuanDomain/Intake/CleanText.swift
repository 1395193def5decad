import Foundation

/// Text as it may be kept: composed (NFC), line breaks as LF, no blanks at the ends, nothing invisible that steers
/// the writing direction or splits a number.
///
/// Zero-width spaces, byte-order marks and direction marks come along when a number is pasted from an address book;
/// left in, they would hide it from masking and could show a text in another order than it has.
struct CleanText {
    /// Nil when nothing but blanks was there, or a control character was.
    let text: String?
    /// Whether a control character was found: any but tab and line breaks, or these too unless lines are kept.
    let hasControl: Bool

    init(_ raw: String, keepingLines: Bool) {
        var raw = raw
        let survey = raw.withUTF8 { Survey($0) }
        self.hasControl = survey.hasControl || (!keepingLines && survey.hasLines)
        guard !self.hasControl else {
            self.text = nil
            return
        }
        var text = raw
        if survey.mustRewrite { text = Self.rewritten(text) }
        if survey.mayNeedComposing { text = text.precomposedStringWithCanonicalMapping }
        let trimmed = Self.trimmed(text)
        self.text = trimmed.isEmpty ? nil : trimmed
    }

    /// What one pass over the bytes found.
    private struct Survey {
        var hasControl = false
        var hasLines = false
        var mustRewrite = false
        /// Set for all but the ranges known to be composed already: Latin-1, Chinese, full-width forms, punctuation.
        var mayNeedComposing = false

        init(_ bytes: UnsafeBufferPointer<UInt8>) {
            var index = 0
            let count = bytes.count
            while index < count {
                let byte = bytes[index]
                switch byte {
                case 0x20...0x7E, 0xE4...0xE9:
                    // The bytes that follow a lead byte are none of the cases below.
                    index += byte < 0x80 ? 1 : 3
                case 0x09, 0x0A:
                    self.hasLines = true
                    index += 1
                case 0x0D:
                    self.hasLines = true
                    self.mustRewrite = true
                    index += 1
                case 0x00...0x1F, 0x7F:
                    self.hasControl = true
                    index += 1
                case 0xC2:
                    if bytes[index + 1] < 0xA0 { self.hasControl = true }
                    index += 2
                case 0xC3...0xCB:
                    index += 2
                case 0xE2:
                    self.survey2000(bytes[index + 1], bytes[index + 2])
                    index += 3
                case 0xE3:
                    // Tone marks and the kana voicing marks combine.
                    let (second, third) = (bytes[index + 1], bytes[index + 2])
                    if (second == 0x80 && third >= 0xAA && third <= 0xAF)
                        || (second == 0x82 && third >= 0x99 && third <= 0x9A)
                    {
                        self.mayNeedComposing = true
                    }
                    index += 3
                case 0xEF:
                    let (second, third) = (bytes[index + 1], bytes[index + 2])
                    if second == 0xBB && third == 0xBF { self.mustRewrite = true }
                    if second >= 0xA4 && second <= 0xAC || second == 0xB8 { self.mayNeedComposing = true }
                    index += 3
                case 0xF0...:
                    // Emoji and the further ideographs have no other form.
                    let second = bytes[index + 1]
                    if second != 0x9F && !(second >= 0xA0 && second <= 0xAE) { self.mayNeedComposing = true }
                    index += 4
                default:
                    self.mayNeedComposing = true
                    index += byte < 0xE0 ? 2 : 3
                }
            }
        }

        /// U+2000 to U+2FFF, by the second and third byte.
        private mutating func survey2000(_ second: UInt8, _ third: UInt8) {
            switch (second, third) {
            case (0x80, 0x8B), (0x80, 0x8E...0x8F), (0x80, 0xAA...0xAE), (0x81, 0xA0), (0x81, 0xA6...0xA9):
                self.mustRewrite = true
            case (0x80, 0xA8...0xA9):
                self.hasLines = true
                self.mustRewrite = true
            case (0x80, 0x80...0x81), (0x84, 0xA6), (0x84, 0xAA...0xAB), (0x8C, 0xA9...0xAA), (0xAB, 0x9C),
                (0x83, 0x90...):
                self.mayNeedComposing = true
            default:
                break
            }
        }
    }

    /// CRLF, CR, U+2028 and U+2029 become LF; what is invisible goes.
    private static func rewritten(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        var afterReturn = false
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0D:
                scalars.append("\n")
                afterReturn = true
                continue
            case 0x0A where afterReturn:
                break
            case 0x2028, 0x2029:
                scalars.append("\n")
            case 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060, 0x2066...0x2069, 0xFEFF:
                break
            default:
                scalars.append(scalar)
            }
            afterReturn = false
        }
        return String(scalars)
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        var end = scalars.endIndex
        while end > first {
            let before = scalars.index(before: end)
            guard scalars[before].properties.isWhitespace else { break }
            end = before
        }
        if first == scalars.startIndex && end == scalars.endIndex { return text }
        return String(scalars[first..<end])
    }
}
