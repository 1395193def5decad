import ArgumentParser
import BihuanStore
import Foundation

struct CasesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cases",
        abstract: "案件：从文件导入。",
        subcommands: [CasesImport.self]
    )
}

struct CasesImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "导入工单、留言、投诉；每行成为一个已登记的案件。",
        discussion: """
            同一（来源，编号）只导入一次：内容相同则不变，不同则记为一次修订。中断后再次运行从断处继续。
            每一行的结果写入报告文件；最后一行输出 imported N, unchanged N, changed N, rejected N。
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("CSV 文件，UTF-8 或 GB18030。", valueName: "file"))
    var file: String
    @Option(help: ArgumentHelp("映射文件（YAML）。", valueName: "map"))
    var map: String
    @Option(help: ArgumentHelp("报告文件；不设：当前目录下的 文件名.report.csv。", valueName: "file"))
    var report: String?

    func run() async throws {
        let report = self.report ?? (self.file as NSString).lastPathComponent + ".report.csv"
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "cases import") {
            registry, city, session in
            let importer = CaseImporter(
                connection: session.connection,
                city: city.code,
                actor: "local:\(try SystemAccount.current().name)",
                clocks: try await registry.registrationClocks(of: city.id)
            )
            let bar = ImportBar(isScreen: Terminal.hasScreen)
            let summary: ImportSummary
            do throws(ImportError) {
                summary = try await importer.run(file: self.file, map: self.map, report: report) { bar.show($0) }
            } catch {
                bar.end()
                throw CommandFailure(error)
            }
            bar.end()
            Terminal.tell("报告：\(report)")
            Terminal.print(summary.description)
        }
    }
}
