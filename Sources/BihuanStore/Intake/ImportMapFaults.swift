/// Everything wrong with a mapping file; never empty, in the order of the file.
package struct ImportMapFaults: Error, Hashable, Sendable {
    package var faults: [ImportMapFault]

    package init(_ faults: [ImportMapFault]) {
        self.faults = faults.sorted { ($0.line, $0.path) < ($1.line, $1.path) }
    }
}
