/// `day.yaml`: how a working day is played, told as data.
struct DayScript: Sendable, Hashable, Decodable {
    /// Which cases the duty desk registers by hand.
    struct ByHand: Sendable, Hashable, Decodable {
        /// Levels that are not waited for.
        var levels: Set<String>
        /// Of the others, the first of so many.
        var every: Int
    }

    /// What imported cases are played as, which say neither level nor unit.
    struct Imported: Sendable, Hashable, Decodable {
        /// Weights by key of level.
        var levels: [String: Int]
        var routes: [String: Int]
        /// How many are played at all; more than that are imported and stay registered.
        var most: Int
        /// How many are played all the way.
        var deep: Int
        /// Weights of the levels of the others.
        var shallowLevels: [String: Int]
        var at: TimeOfDay
        /// The grading of all of them begins within so many minutes.
        var spread: Int

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case levels, routes, most, deep, at, spread
            case shallowLevels = "shallow_levels"
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.levels = try container.decode([String: Int].self, forKey: .levels)
            self.routes = try container.decode([String: Int].self, forKey: .routes)
            self.most = try container.decode(Int.self, forKey: .most)
            self.deep = try container.decode(Int.self, forKey: .deep)
            self.shallowLevels = try container.decode([String: Int].self, forKey: .shallowLevels)
            self.at = try container.decode(TimeOfDay.self, forKey: .at)
            self.spread = try container.decode(Int.self, forKey: .spread)
        }
    }

    var opens: TimeOfDay
    var closes: TimeOfDay
    /// The longest time between two looks at the clocks, in minutes.
    var sweepEvery: Int
    var seed: UInt64
    var waves: [TimeOfDay]
    var byHand: ByHand
    var imported: Imported
    /// What a delay is multiplied by, by key of level.
    var tempo: [String: Double]
    /// How every case begins.
    var beginning: [DayStep]
    var ways: [DayWay]
    /// How the imported cases go on that are not played all the way.
    var remainder: [DayStep]

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case opens, closes, seed, waves, imported, tempo, beginning, ways, remainder
        case sweepEvery = "sweep_every"
        case byHand = "by_hand"
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.opens = try container.decode(TimeOfDay.self, forKey: .opens)
        self.closes = try container.decode(TimeOfDay.self, forKey: .closes)
        self.sweepEvery = try container.decode(Int.self, forKey: .sweepEvery)
        self.seed = try container.decode(UInt64.self, forKey: .seed)
        self.waves = try container.decode([TimeOfDay].self, forKey: .waves)
        self.byHand = try container.decode(ByHand.self, forKey: .byHand)
        self.imported = try container.decode(Imported.self, forKey: .imported)
        self.tempo = try container.decode([String: Double].self, forKey: .tempo)
        self.beginning = try container.decode([DayStep].self, forKey: .beginning)
        self.ways = try container.decode([DayWay].self, forKey: .ways)
        self.remainder = try container.decode([DayStep].self, forKey: .remainder)
    }

    /// The ways open to a case.
    func ways(_ route: DayWay.Route, _ level: String) -> [DayWay] { self.ways.filter { $0.fits(route, level) } }
}
