import Glibc

/// How many files, and so connections, this process may have open.
enum FileLimit {
    /// More is never needed: the doors are bounded themselves.
    private static let enough: rlim_t = 65_536

    /// Raises the soft limit as far as the hard one allows. Many systems start programs with 1,024.
    ///
    /// - Returns: how many may be open now.
    @discardableResult
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        let wanted = min(limit.rlim_max, Self.enough)
        if limit.rlim_cur < wanted {
            var raised = rlimit(rlim_cur: wanted, rlim_max: limit.rlim_max)
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        return Int(min(limit.rlim_cur, Self.enough))
    }

    /// Connections that the JSON door may hold, with files left for the database, the line door and everything else.
    static func connections(atMost most: Int) -> Int {
        max(16, min(most, Self.raise() - 256))
    }
}
