/// What became of the day: counted while it is played, told at its end.
struct DayRecord: Sendable {
    /// Whether the cases are those of a file that says neither level nor unit.
    var isForeign = false
    /// Steps taken, by deed.
    var taken: [DayStep.Deed: Int] = [:]
    /// Steps taken through the line door.
    var byLine = 0
    /// Cases that came in through the JSON door, and by import.
    var posted = 0
    var imported = 0
    /// Rungs that the clocks reached.
    var fired = 0
    /// Cases played by a whole way, and those only taken in, graded, assigned and received.
    var deep = 0
    var shallow = 0
    /// Steps that were planned for later than the day lasted.
    var leftOver = 0
    /// Steps about an order that was not issued before the day closed.
    var withoutOrder = 0
    /// Every step that failed.
    var failures: [(ref: String, deed: String, failure: DoorFailure)] = []

    var steps: Int { self.taken.values.reduce(0, +) }
}
