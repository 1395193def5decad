/// Why the rig itself could not go on; not a fault of what it tests.
struct RigFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
