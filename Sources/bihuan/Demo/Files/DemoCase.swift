/// A row of `cases.csv`: what somebody raised, and what it will turn out to be.
struct DemoCase: Sendable, Hashable {
    /// The number at the source it came from.
    var reference: String
    var channel: String
    var category: String
    var place: String
    var title: String
    var content: String
    /// Minutes after the day opens; negative: the evening or the days before.
    var occurredAt: Int
    /// Label of the district or department that it belongs to.
    var unit: String
    /// Label of the station that it belongs to; nil when the unit itself looks into it.
    var station: String?
    /// Key of the level that the dispatch office gives it.
    var level: String
    var outlet: String?
    var link: String?
}
