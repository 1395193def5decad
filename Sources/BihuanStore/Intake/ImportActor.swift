/// Who an import is recorded under, and why its rows came.
struct ImportActor: Sendable {
    /// `local:<account of the machine>`.
    var name: String
    /// Names the file and the map.
    var reason: String
}
