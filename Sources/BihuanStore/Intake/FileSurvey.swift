import Crypto

/// What one pass over a whole file tells before anything of it is read in.
package struct FileSurvey: Hashable, Sendable {
    /// SHA-256 of the file.
    package var hash: [UInt8]
    package var size: Int
    /// The encoding the bytes speak for.
    package var encoding: TextEncoding

    /// Reads the file once.
    ///
    /// The encoding: a byte-order mark says UTF-8; otherwise whichever of UTF-8 and GB18030 fewer lines contradict,
    /// UTF-8 where they are even. So a single damaged row does not turn a whole file into the other encoding.
    package init(_ source: inout some ByteSource) throws(ImportError) {
        var hasher = SHA256()
        var utf8 = UTF8Check()
        var gb18030 = GB18030Check()
        // Lines that contradict each encoding, and whether this one has already.
        var (wrongUTF8, wrongGB18030) = (0, 0)
        var (isWrongUTF8, isWrongGB18030) = (false, false)
        var head: [UInt8] = []
        var size = 0
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = try chunk.withUnsafeMutableBufferPointer { (bytes) throws(ImportError) -> Int in
                try source.read(into: UnsafeMutableRawBufferPointer(bytes))
            }
            if count == 0 { break }
            size += count
            if head.count < 3 { head.append(contentsOf: chunk[0..<min(count, 3)]) }
            chunk.withUnsafeBufferPointer { all in
                let bytes = UnsafeBufferPointer(rebasing: all[0..<count])
                hasher.update(bufferPointer: UnsafeRawBufferPointer(bytes))
                for byte in bytes {
                    if !isWrongUTF8, !utf8.take(byte) { isWrongUTF8 = true }
                    if !isWrongGB18030, !gb18030.take(byte) { isWrongGB18030 = true }
                    if byte == 0x0A {
                        if isWrongUTF8 || !utf8.isWhole { wrongUTF8 += 1 }
                        if isWrongGB18030 || !gb18030.isWhole { wrongGB18030 += 1 }
                        (isWrongUTF8, isWrongGB18030) = (false, false)
                        (utf8, gb18030) = (UTF8Check(), GB18030Check())
                    }
                }
            }
        }
        if isWrongUTF8 || !utf8.isWhole { wrongUTF8 += 1 }
        if isWrongGB18030 || !gb18030.isWhole { wrongGB18030 += 1 }
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { throw .unsupportedEncoding("UTF-16") }

        self.hash = Array(hasher.finalize())
        self.size = size
        self.encoding = head.starts(with: [0xEF, 0xBB, 0xBF]) || wrongUTF8 <= wrongGB18030 ? .utf8 : .gb18030
    }
}
