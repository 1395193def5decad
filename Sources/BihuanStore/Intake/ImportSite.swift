import FoundationEssentials

/// Where an import writes: the city, and what every registered case of it shares.
struct ImportSite: Sendable {
    var cityID: Int
    var refPrefix: String
    /// The dispatch office, i.e. the city's root unit: owner of the cases.
    var rootUnit: Int
    var planID: String
    var planVersion: Int
    /// Domain time when the import began; told times are measured against it.
    var now: Date
}
