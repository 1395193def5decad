package import BihuanDomain
import Postgres

/// The sensitive periods (敏感时期) of a city.
extension Registry {
    package func sensitivePeriods(of city: CityID) async throws(RegistryFault) -> [SensitivePeriod] {
        try await self.book(of: city).sensitivePeriods
    }

    /// Cases graded and warnings proposed from now on follow it; what was graded before stays.
    ///
    /// - Throws: `.badInput` for a period that ends before it begins, `.conflict` for one that is there.
    package func add(_ period: SensitivePeriod, of city: CityID) async throws(RegistryFault) {
        guard period.first <= period.last else {
            throw RegistryFault(.badInput, "the period ends before it begins")
        }
        guard (1...100).contains(period.name.unicodeScalars.count) else {
            throw RegistryFault(.badInput, "the name of a period has 1 to 100 characters")
        }
        try await self.run { connection throws(PostgresError) in
            _ = try connection.query(
                """
                insert into bihuan.sensitive_periods (city_id, name, first_on, last_on)
                values (\(city.rawValue), \(period.name), date '1970-01-01' + \(period.first.rawValue)::integer,
                        date '1970-01-01' + \(period.last.rawValue)::integer)
                """)
        }
    }

    /// Takes out the period of this name that begins on this day.
    package func removeSensitivePeriod(
        _ name: String, beginning first: CivilDay, of city: CityID
    ) async throws(RegistryFault) {
        let removed = try await self.run { connection throws(PostgresError) in
            try connection.query(
                """
                delete from bihuan.sensitive_periods
                 where city_id = \(city.rawValue) and name = \(name)
                   and first_on = date '1970-01-01' + \(first.rawValue)::integer
                """
            ).affected
        }
        guard removed == 1 else {
            throw RegistryFault(.missing, "there is no sensitive period \(name) beginning on \(first.text)")
        }
    }
}
