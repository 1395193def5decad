import BihuanDomain
import Foundation
import Postgres

/// Moves the city's time forward, as the owner of the database: nobody else may.
struct DayClock: Sendable {
    /// A connection as `bihuan_migrate`.
    let owner: Connection
    /// Midnight at the start of the day that is played.
    let midnight: Date

    init(owner: Connection, day: CivilDay, offset: UTCOffset) {
        self.owner = owner
        self.midnight = day.start(offset: offset)
    }

    /// The moment `minute` minutes after midnight.
    func date(_ minute: Int) -> Date { self.midnight.addingTimeInterval(Double(minute) * 60) }

    /// Sets the city's time, even back: before anything has happened.
    func begin(at minute: Int) async throws(PostgresError) {
        let date = self.date(minute)
        _ = try await self.owner.query("select bihuan.set_time_offset(\(date)::timestamptz - statement_timestamp())")
    }

    /// Sets the city's time unless it is later already: domain time never runs backwards once something happened.
    func move(to minute: Int) async throws(PostgresError) {
        let date = self.date(minute)
        _ = try await self.owner.query(
            """
            select bihuan.set_time_offset(\(date)::timestamptz - statement_timestamp())
             where bihuan.now() < \(date)::timestamptz
            """)
    }
}
