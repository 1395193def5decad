package import BihuanDomain
package import FoundationEssentials
import Postgres

/// What runs from a case's registration on, as the city's plan sets it.
package struct RegistrationClocks: Sendable {
    /// What clocks may count from when a case is registered.
    package struct Moments: Hashable, Sendable {
        package var registeredAt: Date
        package var receivedAt: Date
        package var occurredAt: Date?

        package init(registeredAt: Date, receivedAt: Date, occurredAt: Date?) {
            self.registeredAt = registeredAt
            self.receivedAt = receivedAt
            self.occurredAt = occurredAt
        }
    }

    /// Whether the plan counts from when it happened, so that a row must say so.
    package let needsOccurrence: Bool
    /// The clocks for such moments. It throws where a deadline cannot be told, since a case without its clock would be
    /// on nobody's list.
    package let starting: @Sendable (Moments) throws(ImportError) -> [ClockRecord]

    package init(
        needsOccurrence: Bool, starting: @escaping @Sendable (Moments) throws(ImportError) -> [ClockRecord]
    ) {
        self.needsOccurrence = needsOccurrence
        self.starting = starting
    }
}

/// Clocks of a batch's new cases, column by column as `unnest` takes them.
struct ImportedClocks {
    private var ids: [UUID] = []
    private var cases: [UUID] = []
    private var kinds: [String] = []
    private var rules: [String?] = []
    private var limits: [String] = []
    private var startEvents: [String] = []
    private var startedAts: [Date] = []
    private var dueAts: [Date] = []
    private var nextRungs: [String?] = []
    private var nextAts: [Date?] = []

    mutating func append(_ clocks: [ClockRecord], of record: UUID, ids mint: inout UUIDv7Mint) {
        for clock in clocks {
            self.ids.append(mint.next())
            self.cases.append(record)
            self.kinds.append(clock.kind.rawValue)
            self.rules.append(clock.rule == clock.kind.rawValue ? nil : clock.rule)
            self.limits.append(clock.limit.text)
            self.startEvents.append(clock.startEvent)
            self.startedAts.append(clock.startedAt)
            self.dueAts.append(clock.dueAt)
            self.nextRungs.append(clock.nextRung?.rawValue)
            self.nextAts.append(clock.nextAt)
        }
    }

    func statements(_ site: ImportSite) -> [SQL] {
        guard !self.ids.isEmpty else { return [] }
        return [
            """
            insert into bihuan.clocks
                   (city_id, clock_id, case_id, unit_id, kind, rule, "limit", start_event, started_at, due_at, next_rung,
                    next_at)
            select \(site.cityID), u.clock_id, u.case_id, \(site.rootUnit), u.kind, u.rule, u."limit", u.start_event,
                   u.started_at, u.due_at, u.next_rung, u.next_at
              from unnest(\(self.ids)::uuid[], \(self.cases)::uuid[], \(self.kinds)::text[], \(self.rules)::text[],
                          \(self.limits)::text[], \(self.startEvents)::text[], \(self.startedAts)::timestamptz[],
                          \(self.dueAts)::timestamptz[], \(self.nextRungs)::text[], \(self.nextAts)::timestamptz[])
                   as u (clock_id, case_id, kind, rule, "limit", start_event, started_at, due_at, next_rung, next_at)
            """
        ]
    }
}
