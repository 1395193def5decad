/// A named place where a test build can be made to fail.
///
/// A debug build waits, hangs or dies here when it was told to; see ``Failpoints``. In a release build the call is
/// nothing, and neither the names nor the code that reads them is in the program (`deploy/fault/check-release`).
///
/// - Parameter name: one of ``Failpoints/names``.
/// - Returns: whether the caller is to fail as if the world had failed it here.
#if FAILPOINTS
    @discardableResult
    package func failpoint(_ name: StaticString) -> Bool {
        guard Failpoints.isArmed else { return false }
        return Failpoints.reach("\(name)")
    }
#else
    @inlinable @inline(__always) @discardableResult
    package func failpoint(_ name: StaticString) -> Bool { false }
#endif
