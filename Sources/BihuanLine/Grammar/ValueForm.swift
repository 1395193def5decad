package import Foundation

/// What a value must look like; the meaning is checked where the command is carried out.
package enum ValueForm: Sendable, Hashable {
    /// Anything, up to so many characters. Texts of people: never written to the log.
    case text(max: Int)
    /// A key or label: printable ASCII without blanks.
    case word(max: Int)
    /// A whole number in the range.
    case integer(ClosedRange<Int>)
    /// One of these words.
    case oneOf([String])
    /// Some of these words, with commas between.
    case someOf([String])
    /// `HRB-2026-000123`, `A-000412`: letters, digits and hyphens.
    case ref
    /// A unit: its label, or its dotted path, of which the last label counts.
    case unit
    /// `yes` or `no`.
    case flag
    /// A pattern of RFC 3977 §4.
    case wildmat
    /// Hours, minutes or seconds of real time: `2h`, `90m`, `30s`.
    case duration
    /// RFC 3339 with an offset.
    case instant

    /// Whether a value may stand in the log as it is.
    package var isLoggable: Bool {
        switch self {
        case .text: false
        case .word, .integer, .oneOf, .someOf, .ref, .unit, .flag, .wildmat, .duration, .instant: true
        }
    }

    /// How HELP shows the form.
    package var usage: String {
        switch self {
        case .text: "\"…\""
        case .word: "<key>"
        case .integer: "N"
        case .oneOf(let words): words.joined(separator: "|")
        case .someOf(let words): "\(words.joined(separator: "|"))[,…]"
        case .ref: "<ref>"
        case .unit: "<unit>"
        case .flag: "yes|no"
        case .wildmat: "<wildmat>"
        case .duration: "2h|90m|30s"
        case .instant: "<RFC3339>"
        }
    }

    /// The rule a value breaks, or nil.
    package func fault(in value: String) -> GrammarFault.Rule? {
        switch self {
        case .text(let max):
            if value.isEmpty { return .valueMissing }
            return value.unicodeScalars.count > max ? .valueTooLong : nil
        case .word(let max):
            if value.utf8.count > max { return .valueTooLong }
            return Self.all(value) { (0x21...0x7E).contains($0) } ? nil : .valueInvalid
        case .integer(let range):
            guard Self.all(value, where: Self.isDigit), let number = Int(value) else { return .valueInvalid }
            return range.contains(number) ? nil : .valueInvalid
        case .oneOf(let words):
            return words.contains { $0.utf8.elementsEqual(value.utf8) } ? nil : .valueInvalid
        case .someOf(let words):
            let parts = value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            let areKnown = parts.allSatisfy { part in words.contains { $0.utf8.elementsEqual(part) } }
            return areKnown && parts.count <= words.count ? nil : .valueInvalid
        case .ref:
            if value.utf8.count > 64 { return .valueTooLong }
            return Self.all(value) { Self.isAlphanumeric($0) || $0 == UInt8(ascii: "-") } ? nil : .valueInvalid
        case .unit:
            if value.utf8.count > 512 { return .valueTooLong }
            let labels = value.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            let isPath = labels.allSatisfy { label in
                !label.isEmpty && label.allSatisfy { Self.isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            }
            return isPath ? nil : .valueInvalid
        case .flag:
            return value == "yes" || value == "no" ? nil : .valueInvalid
        case .wildmat:
            return Wildmat(value) == nil ? .valueInvalid : nil
        case .duration:
            return Self.seconds(value) == nil ? .valueInvalid : nil
        case .instant:
            return Self.instant(value) == nil ? .valueInvalid : nil
        }
    }

    /// Seconds of a duration of at most a year, or nil.
    package static func seconds(_ value: String) -> Int? {
        guard let unit = value.utf8.last, let scale = [0x68: 3_600, 0x6D: 60, 0x73: 1][Int(unit)] else { return nil }
        let digits = value.utf8.dropLast()
        guard !digits.isEmpty, digits.count <= 8, digits.allSatisfy(Self.isDigit), let number = Int(value.dropLast())
        else { return nil }
        let seconds = number * scale
        return (1...31_536_000).contains(seconds) ? seconds : nil
    }

    /// The instant of an RFC 3339 text with an offset, or nil; a time without offset is nobody's time.
    package static func instant(_ value: String) -> Date? {
        guard value.utf8.count <= 40 else { return nil }
        if let date = try? Date(value, strategy: .iso8601) { return date }
        return try? Date(value, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    private static func all(_ value: String, where isAllowed: (UInt8) -> Bool) -> Bool {
        !value.isEmpty && value.utf8.allSatisfy(isAllowed)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || Self.isDigit(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        Self.isLowerAlphanumeric(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
