/// What is said of a number out of its range.
enum NumberRule {
    static func detail(_ range: ClosedRange<Int64>) -> Phrase {
        Phrase(
            zh: "须在 \(range.lowerBound) 至 \(range.upperBound) 之间",
            en: "Between \(range.lowerBound) and \(range.upperBound)."
        )
    }
}
