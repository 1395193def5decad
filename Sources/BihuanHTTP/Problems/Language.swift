/// What language a client wants its messages in.
package enum Language: String, CaseIterable, Sendable {
    case chinese = "zh-CN"
    case english = "en"

    /// Reads `Accept-Language` (RFC 9110 §12.5.4).
    ///
    /// Chinese unless English is named with a higher weight than any Chinese. A header that cannot be read asks for
    /// nothing; a wrong language is no reason to refuse.
    package init(accepting header: String?) {
        guard let header else {
            self = .chinese
            return
        }
        var chinese: Int?
        var english: Int?
        for item in WeightedItem.list(header) {
            let primary = item.name.split(separator: "-", maxSplits: 1).first ?? ""
            switch primary {
            case "zh": chinese = max(chinese ?? 0, item.weight)
            case "en": english = max(english ?? 0, item.weight)
            case "*": chinese = chinese ?? item.weight
            default: break
            }
        }
        self = (english ?? 0) > (chinese ?? 0) ? .english : .chinese
    }
}
