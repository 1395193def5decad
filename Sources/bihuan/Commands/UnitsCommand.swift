import ArgumentParser
import BihuanStore

struct UnitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "units",
        abstract: "单位：装入与列出。",
        subcommands: [UnitsImport.self, UnitsList.self, UnitAliasCommand.self]
    )
}

struct UnitsImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "装入单位，已有的按标识更新；要么全部生效，要么都不生效。",
        discussion: "CSV，首行为列名：label,parent,tier,name,line,division_code（后两列可缺）；UTF-8 或 GB18030。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("CSV 文件。", valueName: "file"))
    var file: String

    func run() async throws {
        let drafts = try UnitFile.read(self.file)
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "units import") {
            registry, city, _ in
            let result = try await registry.importUnits(drafts, of: city.id)
            Terminal.print("added \(result.added), changed \(result.changed), unchanged \(result.unchanged)")
        }
    }
}

struct UnitsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "列出单位，格式与 units import 的文件相同，以制表符分隔。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "units list") {
            registry, city, _ in
            for unit in try await registry.units(of: city.id) {
                let fields = [
                    unit.label, unit.parent ?? "", unit.tier, unit.name, unit.line ?? "", unit.divisionCode ?? "",
                ]
                Terminal.print(fields.joined(separator: "\t"))
            }
        }
    }
}
