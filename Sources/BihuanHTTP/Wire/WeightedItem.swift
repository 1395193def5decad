/// One item of a header that lists preferences, such as `Accept` (RFC 9110 §12.4.2).
struct WeightedItem: Hashable {
    /// The item without parameters, in lower case.
    var name: String
    /// Thousandths; 1000 unless `q` says otherwise, 0 when it says "not this".
    var weight: Int

    /// The items of a header; those that cannot be read are left out.
    static func list(_ header: String) -> [WeightedItem] {
        header.split(separator: ",").compactMap { item in
            let parts = item.split(separator: ";", omittingEmptySubsequences: false)
            guard let first = parts.first else { return nil }
            let name = first.trimmingBlanks.lowercased()
            guard !name.isEmpty else { return nil }
            var weight = 1_000
            for parameter in parts.dropFirst() {
                let parameter = parameter.trimmingBlanks.lowercased()
                guard parameter.utf8.starts(with: "q=".utf8) else { continue }
                guard let quality = Double(parameter.dropFirst(2)), (0...1).contains(quality) else { return nil }
                weight = Int((quality * 1_000).rounded())
            }
            return WeightedItem(name: name, weight: weight)
        }
    }
}

extension Substring {
    /// Without blanks and tabs at both ends.
    var trimmingBlanks: Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        var text = self.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}
