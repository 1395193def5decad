package import BihuanDomain

/// What a city's decisions rest on and rarely changes: its units, its calendar, its plans (城市底册).
///
/// Immutable; a server keeps one a city and rereads it when `cities.book_version` has gone up.
package struct CityBook: Sendable {
    package let city: CityID
    package let code: String
    package let name: String
    package let refPrefix: String
    package let version: Int
    package let tree: UnitTree
    package let calendar: WorkingCalendar
    /// Every published version, since a case keeps the one it opened under.
    package let plans: [PlanKey: Plan]
    /// The one new cases open under; nil until the city has adopted one.
    package let adopted: PlanKey?

    package struct PlanKey: Hashable, Sendable {
        package let id: String
        package let version: Int
    }

    package var offset: UTCOffset { self.calendar.offset }
}
