import NIOCore

/// Closes a channel whose session has waited too long. RFC 3977 §3.1: without a word.
final class DeadlineHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let deadline: Deadline
    private let tick: Duration
    private var check: RepeatedTask?

    init(_ deadline: Deadline, tick: Duration) {
        self.deadline = deadline
        self.tick = tick
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let deadline = self.deadline
        let channel = context.channel
        let tick = TimeAmount(self.tick)
        self.check = context.eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { task in
            guard deadline.hasPassed else { return }
            task.cancel()
            channel.close(mode: .all, promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.check?.cancel()
        self.check = nil
    }
}
