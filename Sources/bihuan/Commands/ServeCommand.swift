import ArgumentParser

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "打开两个门，启动时限巡查，直到 Ctrl-C 或 SIGTERM。",
        discussion: "就绪时在标准输出打印一行 ready http=… line=… socket=…。\n\n\(Settings.help)"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var doors: DoorOptions

    func run() async throws {
        try await withServer(try self.common.settings(self.doors.flags), command: "serve") { server in
            Terminal.print(server.addresses.readyLine)
            await server.untilInterrupted()
        }
    }
}
