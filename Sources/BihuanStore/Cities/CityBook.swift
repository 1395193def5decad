package import BihuanDomain

package import struct Foundation.Date

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
    /// Published versions that this program cannot read, and why.
    package let unreadablePlans: [PlanKey: String]
    /// From which day new cases open under which version, in the order of days.
    package let adoptions: [Adoption]

    package let sensitivePeriods: [SensitivePeriod]
    /// Who gets what, by the city's own rules and words.
    package let routing: CityRouting

    package struct Adoption: Hashable, Sendable {
        package let effectiveOn: CivilDay
        package let plan: PlanKey
    }

    package struct PlanKey: Hashable, Sendable {
        package let id: String
        package let version: Int
    }

    package var offset: UTCOffset { self.calendar.offset }

    /// The version that a case opens under at a moment; nil until the city has adopted one.
    package func adopted(at moment: Date) -> PlanKey? {
        let day = CivilDay(moment, offset: self.offset)
        return self.adoptions.last { $0.effectiveOn <= day }?.plan
    }

    /// The version of a plan that is in force at a moment, where it is newer than this one; nil also for one that this
    /// program cannot read.
    func successor(of key: PlanKey, at moment: Date) -> (version: Int, plan: Plan)? {
        guard let newest = self.adopted(at: moment), newest.id == key.id, newest.version > key.version else {
            return nil
        }
        return self.plans[newest].map { (newest.version, $0) }
    }

    /// - Throws: `.unavailable` for a version that this program cannot read.
    func plan(_ key: PlanKey) throws(DeskError) -> Plan {
        if let plan = self.plans[key] { return plan }
        let reason = self.unreadablePlans[key] ?? "it is not there"
        throw .unavailable("plan \(key.id) version \(key.version) of city \(self.code) cannot be read: \(reason)")
    }
}
