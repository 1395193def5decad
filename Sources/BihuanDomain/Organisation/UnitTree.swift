/// A unit as the rules need it.
package struct Unit: Sendable, Hashable {
    package let id: UnitID
    package let label: String
    package let name: String
    package let tier: Tier
    package let line: String?
    package let parent: UnitID?
    package let isDisabled: Bool

    package init(
        id: UnitID, label: String, name: String, tier: Tier, line: String? = nil, parent: UnitID?,
        isDisabled: Bool = false
    ) {
        self.id = id
        self.label = label
        self.name = name
        self.tier = tier
        self.line = line
        self.parent = parent
        self.isDisabled = isDisabled
    }
}

/// The units of one city. Any depth; the tier is an attribute, not the depth.
package struct UnitTree: Sendable {
    package let units: [UnitID: Unit]
    private let labels: [String: UnitID]

    package init(_ units: [Unit]) {
        self.units = Dictionary(units.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.labels = Dictionary(units.map { ($0.label, $0.id) }, uniquingKeysWith: { first, _ in first })
    }

    package subscript(id: UnitID) -> Unit? { self.units[id] }

    package subscript(label: String) -> Unit? { self.labels[label].flatMap { self.units[$0] } }

    package var root: Unit? { self.units.values.first { $0.parent == nil } }

    /// The unit and everything above it, nearest first; empty for a unit that is not there.
    package func lineage(of id: UnitID) -> [Unit] {
        var line: [Unit] = []
        var next: UnitID? = id
        while let id = next, let unit = self.units[id], line.count <= self.units.count {
            line.append(unit)
            next = unit.parent
        }
        return line
    }

    /// Whether `upper` is `lower` or stands above it.
    package func contains(_ upper: UnitID, _ lower: UnitID) -> Bool {
        self.lineage(of: lower).contains { $0.id == upper }
    }

    /// Labels from the top down, joined by dots: `harbin.nangang.huayuan`.
    package func path(of id: UnitID) -> String {
        self.lineage(of: id).reversed().map(\.label).joined(separator: ".")
    }
}
