import ArgumentParser
import BihuanStore
import Postgres

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "把数据库结构升到本程序的版本。",
        discussion: "只进不退；库比程序新时拒绝。serve 与 demo 启动时会自己做。"
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let session = try await OwnerSession.open(try self.common.settings(), command: "migrate")
        do {
            let report = try await Migrator.of(session.installation).bring(session.connection)
            await session.close()
            for name in report.applied { Terminal.print("applied \(name)") }
            Terminal.print("schema \(report.current)")
        } catch {
            await session.close()
            throw error
        }
    }
}
