/// Chance that can be had again: SplitMix64 (Steele, Lea, Flood 2014).
struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func next(in range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// One of `choices` by its weight; nil when nothing has any.
    mutating func pick<Choice>(_ choices: [(choice: Choice, weight: Int)]) -> Choice? {
        let whole = choices.reduce(0) { $0 + max(0, $1.weight) }
        guard whole > 0 else { return nil }
        var rest = self.next(in: 0...(whole - 1))
        for (choice, weight) in choices where weight > 0 {
            if rest < weight { return choice }
            rest -= weight
        }
        return nil
    }
}
