/// Everything wrong with the files of the demo city, so that an author mends them in one pass.
struct DemoFaults: Error, Hashable, CustomStringConvertible {
    var faults: [String]

    init(_ faults: [String]) { self.faults = faults }

    var description: String { self.faults.joined(separator: "\n") }
}
