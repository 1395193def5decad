import Glibc

/// What the system call before said, in words.
func systemErrorText(_ code: Int32 = errno) -> String {
    String(cString: strerror(code))
}

extension CommandFailure {
    /// A failed call on `path`: the status follows from `errno`.
    ///
    /// - Parameters:
    ///   - action: what was tried, e.g. `建立目录`.
    ///   - code: the value of `errno` right after the call.
    static func system(_ action: String, _ path: String, code: Int32) -> CommandFailure {
        let status: ExitStatus =
            switch code {
            case EACCES, EPERM, EROFS: .noPermission
            case ENOENT, ENOTDIR: .noInput
            case ENOSPC, EDQUOT: .cannotCreate
            default: .inputOutput
            }
        let text = code == ENOSPC || code == EDQUOT ? "磁盘空间不足" : systemErrorText(code)
        return CommandFailure(status, "\(action) \(path) 失败：\(text)")
    }
}
