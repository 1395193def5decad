import BihuanStore
import Logging

/// A server whose doors are open.
struct RunningServer: Sendable {
    let addresses: ServerAddresses
    let access: DatabaseAccess
    let store: Store
    let installation: Installation
    let settings: Settings
    let logger: Logger

    /// Returns at Ctrl-C or SIGTERM, and when the server itself ends.
    func untilInterrupted() async {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
    }
}
