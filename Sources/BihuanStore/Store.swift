/// Everything the doors and workers may do with the database, put together once.
package struct Store: Sendable {
    package let gate: Gate
    package let desk: Desk
    package let queries: Queries
    package let clockClaims: ClockClaims
    package let outbox: Outbox
    package let health: Health
    package let administration: Administration

    /// - Parameters:
    ///   - sessionHours: absolute life of a session, 1–168.
    ///   - schema: what the database must be for the server to be ready.
    ///   - vault: seals and opens contacts.
    package init(
        pools: Pools, hasher: PasswordHasher, sessionHours: Int = 8, schema: SchemaState, vault: ContactVault = .none
    ) {
        let books = CityBooks()
        self.gate = Gate(pools: pools, hasher: hasher, hours: sessionHours)
        self.desk = Desk(pools: pools, books: books, vault: vault)
        self.queries = Queries(pools: pools, books: books, vault: vault)
        self.clockClaims = ClockClaims(pools: pools)
        self.outbox = Outbox(pools: pools)
        self.health = Health(pools: pools, schema: schema)
        self.administration = Administration(pools: pools, hasher: hasher, queries: self.queries)
    }
}
