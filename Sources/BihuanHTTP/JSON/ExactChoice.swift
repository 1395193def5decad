/// Finds a word of a closed list byte for byte.
enum ExactChoice {
    static func find<Choice: RawRepresentable & CaseIterable>(
        _ text: String,
        in type: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        type.allCases.first { $0.rawValue.utf8.elementsEqual(text.utf8) }
    }

    static func detail<Choice: RawRepresentable & CaseIterable>(
        _ type: Choice.Type
    ) -> Phrase where Choice.RawValue == String {
        let words = type.allCases.map(\.rawValue).joined(separator: ", ")
        return Phrase(zh: "可取值：\(words)", en: "One of: \(words).")
    }
}
