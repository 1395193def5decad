import Hummingbird
import NIOCore

/// What the framework knows of a request beside the request itself.
struct DoorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who is at the other end of the connection; behind a proxy, the proxy.
    let peer: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.peer = source.channel.remoteAddress
    }
}
