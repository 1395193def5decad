/// A pattern of RFC 3977 §4: comma-separated, `*` and `?`, the rightmost that matches decides, `!` before it says no.
package struct Wildmat: Sendable, Hashable {
    private struct Pattern: Sendable, Hashable {
        var isNegated: Bool
        var scalars: [Unicode.Scalar]
    }

    private let patterns: [Pattern]

    /// Nil when the text is not a wildmat: an empty pattern, or one of `\`, `[`, `]`, which the RFC keeps for later.
    package init?(_ text: String) {
        var patterns: [Pattern] = []
        for part in text.unicodeScalars.split(separator: ",", omittingEmptySubsequences: false) {
            let isNegated = part.first == "!"
            let body = isNegated ? part.dropFirst() : part
            guard !body.isEmpty, !body.contains(where: { "\\[]!".unicodeScalars.contains($0) }) else { return nil }
            patterns.append(Pattern(isNegated: isNegated, scalars: Array(body)))
        }
        // Sixteen patterns serve any real question and bound the work a line can ask for.
        guard patterns.count <= 16 else { return nil }
        self.patterns = patterns
    }

    package func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard let last = self.patterns.last(where: { Self.matches(scalars, $0.scalars) }) else { return false }
        return !last.isNegated
    }

    /// Greedy with one place to go back to, so never worse than text times pattern.
    private static func matches(_ text: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
        var position = 0
        var place = 0
        var star: Int?
        var retry = 0
        while position < text.count {
            if place < pattern.count, pattern[place] == "*" {
                star = place
                retry = position
                place += 1
            } else if place < pattern.count, pattern[place] == "?" || pattern[place] == text[position] {
                position += 1
                place += 1
            } else if let star {
                retry += 1
                position = retry
                place = star + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "*" }
    }
}
