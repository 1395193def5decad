/// How a CSV file is written.
package struct CSVForm: Hashable, Sendable {
    /// One ASCII byte: comma, semicolon, tab or the like.
    package var delimiter: UInt8
    /// Most bytes that one record may have.
    package var longestRecord: Int

    package init(delimiter: UInt8 = UInt8(ascii: ","), longestRecord: Int = 1 << 20) {
        self.delimiter = delimiter
        self.longestRecord = longestRecord
    }
}
