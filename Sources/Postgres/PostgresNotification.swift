/// What `NOTIFY` sent.
package struct PostgresNotification: Sendable, Hashable {
    package var channel: String
    /// Empty when none was given.
    package var payload: String

    package init(channel: String, payload: String) {
        self.channel = channel
        self.payload = payload
    }
}
