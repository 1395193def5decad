/// The language of the texts that people read; `SET lang=`.
package enum Language: String, Sendable, CaseIterable {
    case zh
    case en
}
