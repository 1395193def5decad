/// A text as words are looked for in it: full-width letters and digits as ASCII, small letters, no blanks.
///
/// People write `Ａ７县`, `龙华 区` and `KTV`; a name must be found in all of them.
struct PlainText: Sendable, Hashable {
    let scalars: [UInt32]

    init(_ text: String) {
        var scalars: [UInt32] = []
        scalars.reserveCapacity(text.utf8.count / 3 + 8)
        var isPending = false
        for scalar in text.unicodeScalars {
            var value = scalar.value
            if value == 0x20 || (0x09...0x0D).contains(value) || value == 0x3000 || value == 0xA0 || value == 0xFEFF
                || (0x200B...0x200D).contains(value)
            {
                isPending = true
                continue
            }
            if (0xFF01...0xFF5E).contains(value) { value -= 0xFEE0 }
            if (0x41...0x5A).contains(value) { value += 0x20 }
            // Between two Latin words the blank is what parts them.
            if isPending, let last = scalars.last, Self.isLatin(last), Self.isLatin(value) { scalars.append(0x20) }
            isPending = false
            scalars.append(value)
        }
        self.scalars = scalars
    }

    var isEmpty: Bool { self.scalars.isEmpty }

    static func isLatin(_ value: UInt32) -> Bool {
        (0x30...0x39).contains(value) || (0x61...0x7A).contains(value)
    }

    /// Whether a word stands somewhere in the text.
    func contains(_ word: PlainText) -> Bool {
        guard let first = word.scalars.first, word.scalars.count <= self.scalars.count else { return false }
        return (0...(self.scalars.count - word.scalars.count)).contains { start in
            self.scalars[start] == first
                && self.scalars[start..<(start + word.scalars.count)].elementsEqual(word.scalars)
        }
    }
}
