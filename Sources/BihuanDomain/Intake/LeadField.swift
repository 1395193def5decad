/// A field of a lead (线索), by the name it has in the JSON door, in mapping files and in import reports.
///
/// There is no field for who wrote it: a map can leave a personal column out, but it has nowhere to put it.
package enum LeadField: String, CaseIterable, Hashable, Sendable {
    /// The system it came from, e.g. `hotline-12345`.
    case source
    /// Its number there (工单编号).
    case reference
    /// The way the public used, e.g. `phone`.
    case channel
    case title
    case content
    case category
    /// Where it happened, as told.
    case place
    /// The medium that published it.
    case outlet
    case link
    /// A reply the source has already given.
    case reply
    case repliedAt = "replied_at"
    case occurredAt = "occurred_at"
    case receivedAt = "received_at"

    /// Whether a text may name a source or a channel: a lower-case letter, then letters, digits and hyphens.
    package static func isLabel(_ text: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let numerals = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = text.utf8.first, letters.contains(first), text.utf8.count <= 63 else { return false }
        return text.utf8.allSatisfy { letters.contains($0) || numerals.contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// Most code points a text of this field may have; nil for times.
    ///
    /// Titles and contents become those of a case, so their limits are the constraints of `bihuan.cases`.
    package var limit: Int? {
        switch self {
        case .source, .channel: 63
        case .reference: 100
        case .title: 200
        case .category, .outlet: 200
        case .place: 500
        case .link: 2_048
        case .content, .reply: 20_000
        case .repliedAt, .occurredAt, .receivedAt: nil
        }
    }
}
