/// How like two texts are (R: 重复线索): by the characters they are made of, two at a time, without a dictionary and
/// without any service.
///
/// Measured on 6,785 real messages to a province's board: of the share of common bigrams (Jaccard), the same weighted
/// by rarity, the cosine of both and containment, plain Jaccard finds doubles as well as any (precision 0.94 at recall
/// 0.99), and needs to know nothing of other texts. What tells of one event in different words it does not find; the
/// title of the one told in the other does. So the score is the mean of the two.
package struct Likeness: Sendable, Hashable {
    /// From here on two texts are shown as like each other.
    ///
    /// At 0.33, measured over those messages with candidates as the database gives them: 99.6 % of the known doubles
    /// (`near_duplicate_pairs`, 558 of which both texts are there) are found. Of the messages of a known event
    /// (`same_event_clusters`) 83 % get another of the event among the first five, though of all pairs of an event only
    /// 15 %. 56 % of all shown pairs are known as right: a floor, because the lists are not complete.
    package static let threshold = 0.33

    /// Characters of the content that are looked at.
    package static let longest = 600

    private let title: Set<UInt64>
    private let whole: Set<UInt64>

    package init(title: String, content: String) {
        self.title = Self.pairs(title, longest: Self.longest)
        self.whole = self.title.union(Self.pairs(content, longest: Self.longest))
    }

    /// 0…1.
    package func score(_ other: Likeness) -> Double {
        let common = self.whole.intersection(other.whole).count
        guard common > 0 else { return 0 }
        let shared = Double(common) / Double(self.whole.count + other.whole.count - common)
        return (shared + (self.told(in: other) * other.told(in: self)).squareRoot()) / 2
    }

    /// How much of the title the other text says.
    private func told(in other: Likeness) -> Double {
        guard !self.title.isEmpty else { return 0 }
        return Double(self.title.intersection(other.whole).count) / Double(self.title.count)
    }

    /// The pairs of neighbouring characters that tell something: letters, digits and Chinese characters, in lower case
    /// and half width; everything else divides.
    private static func pairs(_ text: String, longest: Int) -> Set<UInt64> {
        var pairs: Set<UInt64> = []
        var before: UInt32?
        for scalar in text.unicodeScalars.prefix(longest) {
            let now = Self.plain(scalar.value)
            if let before, let now { pairs.insert(UInt64(before) << 32 | UInt64(now)) }
            before = now
        }
        return pairs
    }

    private static func plain(_ value: UInt32) -> UInt32? {
        let value = (0xFF01...0xFF5E).contains(value) ? value - 0xFEE0 : value
        switch value {
        case 0x30...0x39, 0x61...0x7A, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x323AF: return value
        case 0x41...0x5A: return value + 0x20
        default: return nil
        }
    }

    // MARK: What the database keeps

    /// Characters of the content of which grams are kept.
    private static let kept = 200

    /// Hashes of the pairs that title and beginning are made of, in order, each once. The city is part of them, so that an
    /// index of all cities leads to texts of one.
    package static func grams(title: String, content: String, in city: CityID) -> [Int] {
        let pairs = Self.pairs(title, longest: Self.kept).union(Self.pairs(content, longest: Self.kept))
        return Set(pairs.map { Self.hash($0, city) }).sorted()
    }

    /// FNV-1a of city and pair, as a 32-bit integer with its sign.
    private static func hash(_ pair: UInt64, _ city: CityID) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for word in [UInt64(UInt32(truncatingIfNeeded: city.rawValue)), pair] {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                hash = (hash ^ (word >> shift & 0xFF)) &* 0x100_0000_01b3
            }
        }
        return Int(Int32(truncatingIfNeeded: hash ^ hash >> 32))
    }

    /// A link without what does not tell one page from another: scheme, `www.`, `m.`, fragment, slash at the end, and the
    /// parameters that say how somebody came there.
    package static func key(ofLink link: String?) -> String? {
        guard var rest = link?.lowercased()[...] else { return nil }
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        for host in ["www.", "m.", "wap."] where rest.hasPrefix(host) { rest = rest.dropFirst(host.count) }
        rest = rest.prefix { $0 != "#" }
        let parts = rest.split(separator: "?", maxSplits: 1)
        guard var path = parts.first else { return nil }
        while path.last == "/" { path = path.dropLast() }
        guard !path.isEmpty else { return nil }
        let query =
            parts.count < 2
            ? []
            : parts[1].split(separator: "&").filter { parameter in
                let name = parameter.prefix { $0 != "=" }
                return !name.hasPrefix("utm_")
                    && !["from", "share", "share_token", "spm", "isappinstalled"].contains(name)
            }.sorted()
        return String(path) + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// A place in plain characters; nil where too little is said to tell it from others.
    package static func key(ofPlace place: String?) -> String? {
        let plain = (place ?? "").unicodeScalars.compactMap { Self.plain($0.value).flatMap(Unicode.Scalar.init) }
        guard plain.count >= 4 else { return nil }
        var text = ""
        text.unicodeScalars.append(contentsOf: plain)
        return text
    }
}

/// A case that something is like, and what to do about it.
package struct LikenessFinding: Sendable, Hashable {
    package enum Why: String, Sendable, Hashable, CaseIterable {
        case text, link
        case placeAndTime = "place_and_time"
    }

    package enum Proposal: String, Sendable, Hashable, CaseIterable {
        /// Merge the case that was asked about into it.
        case merge
        /// Attach the lead that was asked about to it.
        case attach
        /// It is over, and raised again.
        case reopen
    }

    package var score: Double
    package var why: [Why]

    /// How far apart two things may have come in to have happened at one time, in seconds.
    package static let window: Double = 3 * 86_400

    /// Nil where the two are not like each other.
    ///
    /// The same link says it all. The same place within three days says something where the texts say something too.
    ///
    /// - Parameter text: likeness of the texts.
    package init?(text: Double, sameLink: Bool, samePlace: Bool, apart: Double) {
        var (score, why) = (text, [Why]())
        if text >= Likeness.threshold { why.append(.text) }
        if sameLink {
            why.append(.link)
            score = max(score, 0.95)
        }
        if samePlace, abs(apart) <= Self.window, text >= Likeness.threshold / 2 {
            why.append(.placeAndTime)
            score = min(1, score + 0.2)
        }
        guard !why.isEmpty else { return nil }
        self.score = score
        self.why = why
    }
}
