/// Everything that is wrong with a draft; never empty, in the order of ``LeadField``.
package struct LeadFaults: Error, Hashable, Sendable {
    package var faults: [LeadFault]

    package init(_ faults: [LeadFault]) {
        self.faults = faults
    }
}
