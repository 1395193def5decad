#if FAILPOINTS
    /// What was said of failpoints and means nothing.
    package struct FailpointFault: Error, Hashable, CustomStringConvertible {
        package var description: String

        init(_ description: String) {
            self.description = description
        }
    }
#endif
