/// One way that a case may go after it was graded.
struct DayWay: Sendable, Hashable, Decodable {
    /// Who looks into a case in the end.
    enum Route: String, Sendable, Hashable, Decodable, CaseIterable {
        case station, district, department
    }

    var name: String
    /// How often it is drawn, against the others that fit.
    var weight: Int
    var routes: Set<Route>
    /// Keys of levels.
    var levels: Set<String>
    var steps: [DayStep]

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, weight, routes, levels, steps }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.name = try container.decode(String.self, forKey: .name)
        self.weight = try container.decode(Int.self, forKey: .weight)
        self.routes = try container.decode(Set<Route>.self, forKey: .routes)
        self.levels = try container.decode(Set<String>.self, forKey: .levels)
        self.steps = try container.decode([DayStep].self, forKey: .steps)
    }

    func fits(_ route: Route, _ level: String) -> Bool { self.routes.contains(route) && self.levels.contains(level) }
}
