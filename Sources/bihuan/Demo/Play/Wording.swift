import BihuanDomain

/// Finds the words for a step: those that fit the case, each in its turn.
struct Wording: Sendable {
    private let phrases: [DemoPhrase.Kind: [DemoPhrase]]
    private let findings: [DemoFinding]
    /// How often each list has been used.
    private var turns: [String: Int] = [:]

    init(_ files: DemoFiles) {
        self.phrases = Dictionary(grouping: files.phrases, by: \.kind)
        self.findings = files.findings
    }

    /// A phrase of the kind.
    ///
    /// - Parameter fitting: the department of the category, or the level; phrases made for it go before those for all.
    mutating func phrase(_ kind: DemoPhrase.Kind, fitting: String = "") -> String {
        let all = self.phrases[kind] ?? []
        let made = all.filter { $0.fits.contains(fitting) }
        let choice = made.isEmpty ? all.filter(\.fits.isEmpty) : made
        return self.take(choice, "\(kind.rawValue) \(made.isEmpty ? "" : fitting)")?.text ?? ""
    }

    /// What an investigation of the case comes to: findings about its very subject, else of its category, else any.
    mutating func finding(category: String, title: String, content: String) -> DemoFinding? {
        let category = self.findings.contains { $0.category == category } ? category : ""
        let ofCategory = self.findings.filter { $0.category == category }
        let about = ofCategory.filter { $0.about.contains { title.contains($0) || content.contains($0) } }
        let plain = ofCategory.filter(\.about.isEmpty)
        if !about.isEmpty { return self.take(about, "about \(about[0].findings)") }
        if !plain.isEmpty { return self.take(plain, "category \(category)") }
        return self.take(self.findings.filter { $0.category.isEmpty }, "any")
    }

    private mutating func take<Text>(_ texts: [Text], _ list: String) -> Text? {
        guard !texts.isEmpty else { return nil }
        let turn = self.turns[list, default: 0]
        self.turns[list] = turn + 1
        return texts[turn % texts.count]
    }
}
