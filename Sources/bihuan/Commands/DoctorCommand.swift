import ArgumentParser
import BihuanStore
import Postgres

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "检查安装：数据库版本、角色、迁移、行级安全、时钟、磁盘、权限、端口，并说明如何修正。",
        discussion: "有一项不合格（fail）时退出码为 69。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var doors: DoorOptions

    func run() async throws {
        let settings = try self.common.settings(self.doors.flags)
        let directory = try settings.directory()
        var findings = MachineExamination(settings: settings, directory: directory).findings()
        findings += await self.database(settings, directory)
        for line in findings.flatMap(\.lines) { Terminal.print(line) }
        let failed = findings.count { $0.grade == .fail }
        Terminal.print(
            "合格 \(findings.count { $0.grade == .ok })，注意 \(findings.count { $0.grade == .warn })，不合格 \(failed)")
        if failed > 0 { throw ExitCode(ExitStatus.unavailable.rawValue) }
    }

    /// A private PostgreSQL that does not exist yet is not made for the examination.
    private func database(_ settings: Settings, _ directory: DataDirectory) async -> [Finding] {
        if settings.databaseURL == nil, !directory.hasCluster {
            return [.warn("数据库", "还没有建立", "bihuan serve 或 bihuan demo 会建立它")]
        }
        do {
            let session = try await OwnerSession.open(settings, command: "doctor")
            let schema: SchemaState
            do throws(CommandFailure) {
                schema = try Migrator.of(session.installation).schema
            } catch {
                await session.close()
                return [.fail("迁移", error.message, "重新安装")]
            }
            let findings = await DatabaseExamination(connection: session.connection, schema: schema).findings()
            await session.close()
            return findings
        } catch {
            return [.fail("数据库", error.message, "见上面的说明")]
        }
    }
}
