/// Days on which a city takes everything more seriously (敏感时期), both ends included.
package struct SensitivePeriod: Sendable, Hashable {
    package var name: String
    package var first: CivilDay
    package var last: CivilDay

    package init(name: String, first: CivilDay, last: CivilDay) {
        self.name = name
        self.first = first
        self.last = last
    }

    /// A level as the plan's rule raises it on a day.
    package struct Raise: Sendable, Hashable {
        package var period: SensitivePeriod
        /// Keys of levels.
        package var from: String
        package var to: String
    }
}

extension Plan {
    /// How a sensitive period raises a level by the plan's rule; nil on other days, by other rules and at the top.
    package func raise(
        of level: String, in scheme: SensitivePeriodRule.Scheme, on day: CivilDay, during periods: [SensitivePeriod]
    ) -> SensitivePeriod.Raise? {
        let levels = scheme == .record ? self.levels : self.warningLevels
        guard let rule = self.sensitivePeriods, rule.scheme == scheme,
            let period = periods.first(where: { $0.first <= day && day <= $0.last }),
            let index = levels.firstIndex(where: { $0.key == level })
        else { return nil }
        let raised = levels[min(index + rule.raiseBy, levels.count - 1)].key
        return raised == level ? nil : SensitivePeriod.Raise(period: period, from: level, to: raised)
    }
}
