#if FAILPOINTS
    /// What one failpoint is to do, and when.
    struct FailpointOrder: Sendable, Hashable {
        enum Action: Sendable, Hashable {
            case kill, error
            case wait(milliseconds: Int)
        }

        enum Occasion: Sendable, Hashable {
            case always
            case hit(Int)
            /// Out of a million.
            case chance(Int)
        }

        /// Longest that anything waits: a test must end.
        static let longestWait = 120_000

        var name: String
        var action: Action
        var occasion: Occasion
        /// State of the generator for chances.
        var random: UInt64

        static func list(_ text: String) throws(FailpointFault) -> [FailpointOrder] {
            var orders: [FailpointOrder] = []
            for part in text.split(separator: ";") where part.contains(where: { $0 != " " }) {
                orders.append(try Self(part))
            }
            return orders
        }

        init(_ text: Substring) throws(FailpointFault) {
            let halves = text.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            guard halves.count == 2 else { throw FailpointFault("\(text.trimmed): expected NAME=ACTION") }
            guard Failpoints.names.contains(halves[0]) else {
                throw FailpointFault(
                    "\(halves[0]) is no failpoint; there are: \(Failpoints.names.joined(separator: ", "))")
            }
            self.name = halves[0]
            var words = Substring(halves[1])
            self.random = 1
            self.occasion = .always
            if let mark = words.firstIndex(of: "@") {
                guard let hit = Int(words[words.index(after: mark)...]), hit >= 1 else {
                    throw FailpointFault("\(text.trimmed): after @ stands the number of a hit, 1 or more")
                }
                self.occasion = .hit(hit)
                words = words[..<mark]
            } else if let mark = words.firstIndex(of: "%") {
                let parts = words[words.index(after: mark)...].split(separator: "#", maxSplits: 1)
                guard let chance = parts.first.flatMap({ Double($0) }), (0...1).contains(chance),
                    let seed = parts.count == 2 ? UInt64(parts[1]) : 1
                else { throw FailpointFault("\(text.trimmed): after % stands a probability, then perhaps #SEED") }
                self.occasion = .chance(Int(chance * 1_000_000))
                self.random = seed
                words = words[..<mark]
            }
            let parts = words.split(separator: ":", maxSplits: 1)
            var milliseconds: Int?
            if parts.count == 2 {
                guard let number = Int(parts[1]), (0...Self.longestWait).contains(number) else {
                    throw FailpointFault("\(text.trimmed): after : stand milliseconds up to \(Self.longestWait)")
                }
                milliseconds = number
            }
            switch (parts.first, milliseconds) {
            case ("kill", nil): self.action = .kill
            case ("error", nil): self.action = .error
            case ("delay", _): self.action = .wait(milliseconds: milliseconds ?? 100)
            case ("hang", _): self.action = .wait(milliseconds: milliseconds ?? 30_000)
            default:
                throw FailpointFault("\(text.trimmed): expected kill, error, delay[:MS] or hang[:MS]")
            }
        }

        /// What is done at the `hit`th time; nil: nothing.
        mutating func action(atHit hit: Int) -> Action? {
            switch self.occasion {
            case .always: return self.action
            case .hit(let wanted): return hit == wanted ? self.action : nil
            case .chance(let chance): return Int(self.next() % 1_000_000) < chance ? self.action : nil
            }
        }

        /// SplitMix64.
        private mutating func next() -> UInt64 {
            self.random &+= 0x9E37_79B9_7F4A_7C15
            var mixed = self.random
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    extension Substring {
        fileprivate var trimmed: String {
            String(self.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }
#endif
