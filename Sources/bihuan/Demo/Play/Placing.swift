import BihuanDomain

/// Finds a unit for a case that does not say where it belongs: by the name of the place, else by turns.
struct Placing: Sendable {
    struct Place: Sendable {
        var route: DayWay.Route
        var unit: String
        var station: String?
        var department: String
    }

    private let districts: [DemoUnit]
    private let stations: [String: [String]]
    private let departments: [String]
    /// Categories with their departments, the longest names first.
    private let categories: [(name: String, department: String)]
    private var turn = 0
    private var stationTurns: [String: Int] = [:]
    private var departmentTurn = 0

    init(_ files: DemoFiles) {
        self.districts = files.units.filter { $0.tier == .district }
        self.departments = files.units.filter { $0.tier == .department }.map(\.label)
        self.stations = Dictionary(
            grouping: files.units.filter { $0.tier == .station }, by: { $0.parent ?? "" }
        ).mapValues { $0.map(\.label) }
        self.categories = files.departments.map { (name: $0.key, department: $0.value) }
            .sorted { ($1.name.count, $0.name) < ($0.name.count, $1.name) }
    }

    mutating func place(_ one: DayIntake.Registered, _ route: DayWay.Route) -> Place {
        let known = self.categories.first { one.category?.contains($0.name) == true }?.department
        if route == .department {
            let unit = known ?? self.departments[self.departmentTurn % self.departments.count]
            self.departmentTurn += 1
            return Place(route: route, unit: unit, station: nil, department: unit)
        }
        let words = (one.place ?? "") + one.title
        let district: DemoUnit
        if let named = self.districts.first(where: { $0.area.map(words.contains) == true }) {
            district = named
        } else {
            district = self.districts[self.turn % self.districts.count]
            self.turn += 1
        }
        guard route == .station, let stations = self.stations[district.label], !stations.isEmpty else {
            return Place(route: .district, unit: district.label, station: nil, department: known ?? "")
        }
        let turn = self.stationTurns[district.label, default: 0]
        self.stationTurns[district.label] = turn + 1
        return Place(
            route: .station, unit: district.label, station: stations[turn % stations.count], department: known ?? "")
    }
}
