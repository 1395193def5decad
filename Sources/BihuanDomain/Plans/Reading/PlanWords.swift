/// Words as people type them.
package enum PlanWords {
    /// The one of `known` that `text` was probably meant to be: other case or width, or at most two slips of a key.
    package static func nearest(_ text: String, of known: some Sequence<String>) -> String? {
        let typed = Array(Self.narrow(text).lowercased().unicodeScalars)
        var best: (word: String, distance: Int)?
        for word in known {
            let letters = Array(word.unicodeScalars)
            let distance = Self.distance(typed, letters)
            guard distance <= 2, 2 * distance <= max(typed.count, letters.count), distance < best?.distance ?? 3 else {
                continue
            }
            best = (word, distance)
        }
        return best?.word
    }

    /// Full-width letters, digits and signs as their narrow ones.
    package static func narrow(_ text: String) -> String {
        var narrowed = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E: narrowed.append(Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar)
            case 0x3000: narrowed.append(" ")
            default: narrowed.append(scalar)
            }
        }
        return String(narrowed)
    }

    /// How many letters must be added, dropped, changed or swapped with their neighbour.
    static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        guard abs(a.count - b.count) <= 2 else { return 3 }
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
                row.append(least)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
