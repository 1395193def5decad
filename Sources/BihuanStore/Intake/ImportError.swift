package import BihuanDomain
package import Postgres

/// What stops an import as a whole; a fault of one row only rejects that row.
package enum ImportError: Error, Sendable {
    /// The file, the map or the report cannot be opened, read or written.
    case unreadable(path: String, reason: String)
    /// The mapping file cannot be used; every fault with its line.
    case map(path: String, faults: [ImportMapFault])
    /// The columns of the file and the map do not fit; found before anything is read in.
    case columns([String])
    /// Named by a byte-order mark, or not known to the C library.
    case unsupportedEncoding(String)
    case unknownCity(String)
    /// The city has no units, so nobody would own its cases.
    case noUnits(city: String)
    /// Cases are opened under a plan, and the city has adopted none.
    case noPlan(city: String)
    /// When new cases must be graded cannot be told, e.g. for want of a calendar.
    case noDeadline(Refusal)
    /// Another import of this source is running in the city.
    case busy(source: String)
    /// Stopped on request; the next import of the same file goes on from here.
    case interrupted(ImportSummary)
    case database(PostgresError)
}
