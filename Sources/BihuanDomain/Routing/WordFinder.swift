/// Finds many words in a text at once.
///
/// A tree of scalars: one step for each scalar of the text where no word begins, and as many as the longest word has
/// where one may. Of words that overlap the longest stands, and the earlier of two as long.
struct WordFinder<Meaning: Hashable & Sendable>: Sendable {
    /// A word that was found.
    struct Found: Sendable {
        let word: String
        /// Everything the word may mean.
        let meanings: [Meaning]
        let start: Int
        let length: Int
    }

    private struct Entry: Sendable {
        var word: String
        var length: Int
        var meanings: [Meaning]
    }

    /// The next node, by node and scalar.
    private var steps: [UInt64: Int32] = [:]
    private var ends: [Int32: Int] = [:]
    private var entries: [Entry] = []
    private var count: Int32 = 1

    init() {}

    mutating func add(_ word: String, _ meaning: Meaning) {
        let scalars = PlainText(word).scalars
        guard !scalars.isEmpty else { return }
        var node: Int32 = 0
        for scalar in scalars {
            let step = Self.step(node, scalar)
            if let next = self.steps[step] {
                node = next
            } else {
                self.steps[step] = self.count
                node = self.count
                self.count += 1
            }
        }
        if let end = self.ends[node] {
            if !self.entries[end].meanings.contains(meaning) { self.entries[end].meanings.append(meaning) }
        } else {
            self.ends[node] = self.entries.count
            self.entries.append(Entry(word: word, length: scalars.count, meanings: [meaning]))
        }
    }

    /// - Parameter isMeant: whether the meanings of a word that stands here count; a word without any is passed over.
    func find(in text: PlainText, _ isMeant: (Meaning, _ start: Int, _ length: Int) -> Bool = { _, _, _ in true })
        -> [Found]
    {
        guard !self.entries.isEmpty else { return [] }
        let scalars = text.scalars
        var found: [Found] = []
        for start in scalars.indices {
            var node: Int32 = 0
            var best: Found?
            var place = start
            while place < scalars.count, let next = self.steps[Self.step(node, scalars[place])] {
                node = next
                place += 1
                guard let end = self.ends[node], Self.isWhole(scalars, start, place) else { continue }
                let entry = self.entries[end]
                let meanings = entry.meanings.filter { isMeant($0, start, entry.length) }
                guard !meanings.isEmpty else { continue }
                best = Found(word: entry.word, meanings: meanings, start: start, length: entry.length)
            }
            if let best { found.append(best) }
        }
        return Self.apart(found)
    }

    private static func step(_ node: Int32, _ scalar: UInt32) -> UInt64 { UInt64(UInt32(node)) << 32 | UInt64(scalar) }

    /// `A1区` is none in `BA1区`, nor `A1` in `A12`.
    private static func isWhole(_ scalars: [UInt32], _ start: Int, _ end: Int) -> Bool {
        func isCut(_ left: Int, _ right: Int) -> Bool {
            left >= 0 && right < scalars.count && PlainText.isLatin(scalars[left]) && PlainText.isLatin(scalars[right])
        }
        return !isCut(start - 1, start) && !isCut(end - 1, end)
    }

    private static func apart(_ found: [Found]) -> [Found] {
        var kept: [Found] = []
        for next in found {
            // In the order of their starts; each overlaps at most those at the end.
            var stands = true
            while let last = kept.last, next.start < last.start + last.length {
                if next.length > last.length {
                    kept.removeLast()
                } else {
                    stands = false
                    break
                }
            }
            if stands { kept.append(next) }
        }
        return kept
    }
}
