import BihuanStore

/// Bytes that come in pieces of a given length.
struct ImportPieces: ByteSource {
    private var rest: ArraySlice<UInt8>
    private let piece: Int

    init(_ bytes: [UInt8], piece: Int) {
        self.rest = bytes[...]
        self.piece = piece
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        let count = min(self.piece, buffer.count, self.rest.count)
        buffer.copyBytes(from: self.rest.prefix(count))
        self.rest = self.rest.dropFirst(count)
        return count
    }
}
