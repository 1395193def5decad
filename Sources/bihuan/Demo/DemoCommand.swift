import ArgumentParser
import AsyncHTTPClient
import BihuanDomain
import BihuanLine
import BihuanStore
import Foundation
import Postgres

/// A fictional city with one working day played through the real doors, then served until it is interrupted.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "演示：虚构的一座城市，走完一个工作日，然后继续服务。",
        discussion: "再次运行时数据仍在，不会重演。"
    )

    @Flag(help: "演完并显示升级汇总后退出，状态 0。")
    var once = false

    @Option(help: ArgumentHelp("不用自带的案件，改用这个文件中的工单。", valueName: "file"))
    var cases: String?

    @Option(help: ArgumentHelp("该文件的映射，见 deploy/maps。", valueName: "file"))
    var map: String?

    @OptionGroup var common: CommonOptions
    @OptionGroup var doors: DoorOptions

    func validate() throws {
        guard (self.cases == nil) == (self.map == nil) else {
            throw ValidationError("--cases 与 --map 要一起给出。")
        }
    }

    func run() async throws {
        let settings = try self.common.settings(self.doors.flags, standard: ["log.level": "warning"])
        for file in [self.cases, self.map].compactMap(\.self) {
            guard FileManager.default.isReadableFile(atPath: file) else {
                throw CommandFailure(.noInput, "不能读取 \(file)")
            }
        }
        let source: DayPlayer.Source
        if let cases, let map {
            source = .imported(file: URL(fileURLWithPath: cases), map: URL(fileURLWithPath: map))
        } else {
            source = .authored
        }
        let once = self.once
        try await withServer(settings, command: "demo") { server in
            let demo = try await Demo(server)
            let failed = try await demo.play(source)
            Terminal.print(server.addresses.readyLine)
            if once {
                if failed { throw CommandFailure(.software, "演示中有步骤失败，见上面的清单") }
                return
            }
            Terminal.tell("正在服务；Ctrl-C 停止，再次运行数据仍在。")
            await server.untilInterrupted()
            if failed { throw CommandFailure(.software, "演示中有步骤失败，见上面的清单") }
        }
    }
}
