/// The schemes: levels with their criteria, triggers, scores and spread.
extension PlanReading {
    mutating func scheme(_ value: Value) -> LevelScheme {
        var scheme = LevelScheme(name: "", levels: [], factors: [])
        guard let fields = self.reader.fields(value, ["name", "factors", "levels"], required: ["name", "levels"])
        else { return scheme }
        scheme.name = self.reader.text(fields["name"]) ?? ""
        scheme.factors = self.criteria(fields["factors"]).map { .init(key: $0.key, name: $0.name) }
        var keys: Set<String> = []
        var labels: Set<String> = []
        var score = -1
        for (index, item) in self.reader.list(fields["levels"]).enumerated() {
            guard
                let fields = self.reader.fields(
                    item, ["key", "name", "colour", "criteria", "triggers", "score", "spread"],
                    required: ["key", "name", "colour"])
            else { continue }
            var level = Level(
                key: self.reader.key(fields, among: &keys), name: self.reader.label(fields, among: &labels),
                rank: index + 1, colour: self.reader.word(fields["colour"]) ?? .blue)
            level.criteria = self.criteria(fields["criteria"])
            level.triggers = self.criteria(fields["triggers"])
            let most = 3 * scheme.factors.count
            if let value = fields["score"] {
                if scheme.factors.isEmpty {
                    self.reader.fault(value, "这一套等级没有写 factors，无从评分")
                } else if let number = self.reader.integer(value, 0...most) {
                    level.score = number
                    if number <= score { self.reader.fault(value, "应大于较轻一级的 \(score)；等级由轻到重排") }
                    score = number
                }
            }
            if let value = fields["spread"],
                let spread = self.reader.fields(value, SpreadMetric.allCases.map(\.rawValue))
            {
                for (key, _, value) in spread.values {
                    guard let metric = SpreadMetric(rawValue: key),
                        let number = self.reader.integer(value, 1...1_000_000_000)
                    else { continue }
                    level.spread[metric] = number
                    if let milder = scheme.levels.last(where: { $0.spread[metric] != nil })?.spread[metric],
                        number <= milder
                    {
                        self.reader.fault(value, "应大于较轻一级的 \(milder)；等级由轻到重排")
                    }
                }
            }
            scheme.levels.append(level)
        }
        if let value = fields["levels"], case .list(let items, _) = value.node, items.isEmpty {
            self.reader.fault(value, "至少要有一个等级")
        }
        return scheme
    }

    mutating func criteria(_ value: Value?) -> [Level.Criterion] {
        var keys: Set<String> = []
        var labels: Set<String> = []
        return self.reader.list(value).compactMap { item in
            guard let fields = self.reader.fields(item, ["key", "name"], required: ["key", "name"]) else { return nil }
            return .init(
                key: self.reader.key(fields, among: &keys), name: self.reader.label(fields, among: &labels))
        }
    }

    /// Levels that a rule is for: `levels: [major, critical]`; all where it says nothing, or nothing that is a level.
    mutating func levels(_ value: Value?, of known: [String]? = nil) -> Set<String> {
        let known = known ?? self.names.levels
        guard let value else { return Set(known) }
        var levels: Set<String> = []
        var isEmpty = true
        for (text, item) in self.reader.texts(value) {
            isEmpty = false
            guard known.contains(text) else {
                self.reader.unknown("等级", text, known, item)
                continue
            }
            if !levels.insert(text).inserted { self.reader.fault(item, "\(text) 写了两次") }
        }
        if isEmpty { self.reader.fault(value, "至少要有一个等级；各级都适用就不写这一行") }
        return levels.isEmpty ? Set(known) : levels
    }

    mutating func matters(of value: Value?) -> Set<String>? {
        guard let value else { return nil }
        var matters: Set<String> = []
        var isEmpty = true
        for (text, item) in self.reader.texts(value) {
            isEmpty = false
            guard self.names.matters.contains(text) else {
                self.reader.unknown("事项", text, self.names.matters, item)
                continue
            }
            if !matters.insert(text).inserted { self.reader.fault(item, "\(text) 写了两次") }
        }
        if isEmpty { self.reader.fault(value, "至少要有一个事项；各种事项都适用就不写这一行") }
        return matters
    }
}
