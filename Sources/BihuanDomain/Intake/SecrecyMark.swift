/// The mark of a state secret on a text: 绝密、机密、秘密 with their star (保守国家秘密法 标志), or standing alone.
///
/// What bears one does not belong here, however it came (R141). The words alone prove nothing: people complain of
/// 秘密窝点, so they count only as a mark, at the very beginning.
package enum SecrecyMark {
    private static let words = ["绝密", "机密", "秘密"]
    private static let stars: Set<Character> = ["★", "☆", "*", "＊"]
    private static let brackets: Set<Character> = ["【", "[", "［", "（", "(", "〔", "《"]
    private static let ends: Set<Character> = ["】", "]", "］", "）", ")", "〕", "》", "\n", "\r\n", "：", ":"]

    /// The mark that a text begins with; nil: none.
    package static func found(in text: String) -> String? {
        let start = text.drop { $0.isWhitespace || self.brackets.contains($0) }
        guard let word = self.words.first(where: start.hasPrefix) else { return nil }
        let rest = start.dropFirst(word.count)
        let next = rest.first { $0 != " " && $0 != "\u{3000}" }
        guard let next else { return word }
        return self.stars.contains(next) || self.ends.contains(next) ? word : nil
    }
}
