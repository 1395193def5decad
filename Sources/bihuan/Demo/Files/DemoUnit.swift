import BihuanDomain

/// A row of `units.csv`.
struct DemoUnit: Sendable, Hashable {
    var label: String
    /// Label of the unit above; nil for the city bureau.
    var parent: String?
    var tier: Tier
    var name: String

    /// The part of the name that stands in an address, e.g. 望澜区 of 望澜区市场监督管理局; nil where there is none.
    var area: String? {
        guard self.tier == .district else { return nil }
        let name = self.name.hasPrefix("市局") ? self.name.dropFirst(2) : self.name[...]
        guard let end = name.dropFirst().firstIndex(where: { "区县市".contains($0) }) else { return nil }
        return String(name[...end])
    }
}
