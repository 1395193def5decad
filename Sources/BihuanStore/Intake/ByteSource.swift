import Glibc

/// Where bytes come from, front to back.
package protocol ByteSource {
    /// Fills `buffer` from its beginning; returns how many bytes it put there, 0 at the end.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int
}

/// A file read from the beginning; closed when it goes.
package final class FileSource: ByteSource {
    private let descriptor: Int32
    private let path: String
    /// Bytes in the file when it was opened.
    package let size: Int

    package init(path: String) throws(ImportError) {
        self.path = path
        self.descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard self.descriptor >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        var status = stat()
        guard fstat(self.descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(self.descriptor)
            throw .unreadable(path: path, reason: "not a regular file")
        }
        self.size = Int(status.st_size)
    }

    deinit {
        close(self.descriptor)
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        while true {
            let count = Glibc.read(self.descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw .unreadable(path: self.path, reason: String(cString: strerror(errno))) }
        }
    }
}
