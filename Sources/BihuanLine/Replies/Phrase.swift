/// What a person reads after the code, in both languages the door speaks.
package struct Phrase: Sendable, Hashable {
    package var zh: String
    package var en: String

    package init(zh: String, en: String) {
        self.zh = zh
        self.en = en
    }

    package func text(in language: Language) -> String {
        switch language {
        case .zh: self.zh
        case .en: self.en
        }
    }
}
