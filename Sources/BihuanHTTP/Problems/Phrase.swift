/// A sentence for people, in both languages that this door speaks.
package struct Phrase: Hashable, Sendable {
    package var zh: String
    package var en: String

    package init(zh: String, en: String) {
        self.zh = zh
        self.en = en
    }

    package subscript(_ language: Language) -> String {
        switch language {
        case .chinese: self.zh
        case .english: self.en
        }
    }
}
