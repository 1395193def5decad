/// Hides the numbers in free text that lead to a person.
///
/// | what | kept | example |
/// |---|---|---|
/// | mobile number, also with 86, blanks or hyphens | first 3, last 4 | `138****1234` |
/// | landline with area code; without one after 电话, 座机 … | area code, all but the first 4 | `0451-****6789` |
/// | identity card, 18 or 15 digits with a plausible birth date | first 3, last 4 | `230***********1234` |
/// | bank card, 16 to 19 digits that pass Luhn under an issuer's prefix | first 4, last 4 | `6222***********0123` |
/// | e-mail address | first letter, domain | `z*****@example.com` |
/// | vehicle plate, new-energy plates too | province, letter, last 2 | `黑A***45` |
///
/// Service numbers (400…, 800…, 12315, 12345, 95…, 96…) belong to firms and offices and stay. So do dates, prices,
/// amounts and ticket numbers: a run of digits counts as a whole, so 14 digits never hide a telephone number.
/// Full-width digits and letters count like plain ones. Where a number might be either, it is hidden.
///
/// It works on bytes in one pass with bounded look-ahead, so no text can make it slow; text without such a number
/// comes back as it is. Masking twice changes nothing more.
package enum PersonalNumbers {
    package static func masked(_ text: String) -> String {
        var text = text
        let edits = text.withUTF8 { bytes in
            var scan = PersonalNumberScan(bytes)
            scan.run()
            return scan.edits
        }
        guard !edits.isEmpty else { return text }
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        text.withUTF8 { bytes in
            var from = 0
            for edit in edits {
                out.append(contentsOf: bytes[from..<edit.range.lowerBound])
                out.append(contentsOf: repeatElement(UInt8(ascii: "*"), count: edit.stars))
                from = edit.range.upperBound
            }
            out.append(contentsOf: bytes[from...])
        }
        return String(decoding: out, as: UTF8.self)
    }
}
