import ArgumentParser
import BihuanStore

struct UnitAliasCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alias",
        abstract: "单位的别名：街道、乡镇、小区、简称；派单时按它认出属地或处室。",
        subcommands: [UnitAliasAdd.self, UnitAliasList.self, UnitAliasRemove.self, UnitAliasImport.self]
    )
}

struct UnitAliasAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "加别名，可以一次几个。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: "单位标识。")
    var unit: String
    @Argument(help: "别名，2 至 50 个字。")
    var names: [String]

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "units alias add") {
            registry, city, _ in
            let drafts = self.names.map { UnitAliasDraft(unit: self.unit, alias: $0) }
            let added = try await registry.addAliases(drafts, of: city.id)
            Terminal.print("added \(added)")
        }
    }
}

struct UnitAliasRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "去掉一个别名。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: "单位标识。")
    var unit: String
    @Argument(help: "别名。")
    var name: String

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "units alias remove") {
            registry, city, _ in
            try await registry.removeAlias(UnitAliasDraft(unit: self.unit, alias: self.name), of: city.id)
            Terminal.print("removed \(self.name)")
        }
    }
}

struct UnitAliasList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "列出别名：单位、别名，以制表符分隔。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "units alias list") {
            registry, city, _ in
            for alias in try await registry.aliases(of: city.id) { Terminal.print("\(alias.unit)\t\(alias.alias)") }
        }
    }
}

struct UnitAliasImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "装入别名，已有的不变；CSV，列为 unit,alias；要么全部生效，要么都不生效。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("CSV 文件。", valueName: "file"))
    var file: String

    func run() async throws {
        let drafts = try TableFile.read(self.file, columns: ["unit", "alias"], needed: 2).map {
            UnitAliasDraft(unit: $0["unit"] ?? "", alias: $0["alias"] ?? "")
        }
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "units alias import") {
            registry, city, _ in
            let added = try await registry.addAliases(drafts, of: city.id)
            Terminal.print("added \(added), unchanged \(drafts.count - added)")
        }
    }
}
