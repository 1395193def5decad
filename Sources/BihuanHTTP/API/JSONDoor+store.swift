package import BihuanStore
import Crypto
package import Logging

extension JSONDoor {
    /// The door with every resource of `/api/v1`.
    ///
    /// - Parameters:
    ///   - cursorKey: at least 32 secret bytes, the same on every server of an installation; cursors made under another
    ///     key are refused.
    ///   - onListening: called once with the port that was bound.
    package init(
        configuration: JSONDoorConfiguration,
        store: Store,
        cursorKey: [UInt8],
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        precondition(cursorKey.count >= 32, "a key of less than 32 bytes could be guessed")
        let api = API(store: store, seal: CursorSeal(key: SymmetricKey(data: cursorKey)), logger: logger)
        let health = store.health
        self.init(
            configuration: configuration,
            routes: api.routes,
            readiness: {
                await health.checks().map { ReadinessCheck($0.name, isReady: $0.status != .fail, text: $0.text) }
            },
            logger: logger,
            onListening: onListening
        )
    }
}
