/// Answers the two questions about formats: what may be sent back, and what came in.
enum MediaRange {
    /// Whether an `Accept` header admits a media type (RFC 9110 §12.5.1); the most specific range decides.
    static func accepts(_ header: String?, type: String, subtype: String) -> Bool {
        guard let header else { return true }
        let items = WeightedItem.list(header)
        guard !items.isEmpty else { return true }
        for range in ["\(type)/\(subtype)", "\(type)/*", "*/*"] {
            let weights = items.filter { $0.name == range }.map(\.weight)
            if let weight = weights.max() { return weight > 0 }
        }
        return false
    }

    /// Whether a `Content-Type` is JSON in UTF-8.
    static func isJSON(_ header: String) -> Bool {
        let parts = header.split(separator: ";", omittingEmptySubsequences: false)
        guard let first = parts.first, first.trimmingBlanks.lowercased() == "application/json" else { return false }
        return parts.dropFirst().allSatisfy { parameter in
            let parameter = parameter.trimmingBlanks.lowercased()
            return parameter.isEmpty || parameter == "charset=utf-8" || parameter == "charset=\"utf-8\""
        }
    }
}
