import ArgumentParser
import BihuanDomain
import BihuanStore

/// What the registers' commands have in common.
private enum RegisterWork {
    static func load(
        _ rows: [Registry.FileRow], _ register: Register, _ city: CityOption, _ common: CommonOptions, command: String
    ) async throws {
        try await OwnerSession.inCity(city.city, try common.settings(), command: command) { registry, city, _ in
            let imported = try await registry.importRows(rows, into: register, of: city.id)
            Terminal.print("added \(imported.added), unchanged \(imported.unchanged)")
        }
    }

    static func list(_ register: Register, _ city: CityOption, _ common: CommonOptions, command: String) async throws {
        try await OwnerSession.inCity(city.city, try common.settings(), command: command) { registry, city, _ in
            for row in try await registry.rows(of: register, of: city.id) {
                Terminal.print(row.joined(separator: "\t"))
            }
        }
    }
}

struct DutyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duty", abstract: "值班表：装入、添加、列出。",
        subcommands: [DutyImport.self, DutyAdd.self, DutyList.self])
}

struct DutyImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "装入班次，已有的不变；要么全部生效，要么都不生效。",
        discussion: "CSV，首行为列名：unit,officer,from,until；officer 为账号，时间带时区；UTF-8 或 GB18030。同一人的班次不得重叠。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("CSV 文件。", valueName: "file"))
    var file: String

    func run() async throws {
        let rows = try RegisterFile.read(self.file, .duty)
        try await RegisterWork.load(rows, .duty, self.city, self.common, command: "duty import")
    }
}

struct DutyAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "添加一个班次。",
        discussion: "例：bihuan duty add city zhang 2026-03-02T18:00:00+08:00 2026-03-03T08:00:00+08:00")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("单位标识。", valueName: "unit"))
    var unit: String
    @Argument(help: ArgumentHelp("账号。", valueName: "officer"))
    var officer: String
    @Argument(help: ArgumentHelp("开始时间。", valueName: "from"))
    var from: String
    @Argument(help: ArgumentHelp("结束时间。", valueName: "until"))
    var until: String

    func run() async throws {
        let row = Registry.FileRow(
            line: 1,
            values: ["unit": self.unit, "officer": self.officer, "from": self.from, "until": self.until])
        try await RegisterWork.load([row], .duty, self.city, self.common, command: "duty add")
    }
}

struct DutyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "列出尚未结束的班次，各列与 duty import 的文件相同，以制表符分隔。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption

    func run() async throws {
        try await RegisterWork.list(.duty, self.city, self.common, command: "duty list")
    }
}

struct LiaisonsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "liaisons", abstract: "联络名单：装入与列出。", subcommands: [LiaisonsImport.self, LiaisonsList.self])
}

struct LiaisonsImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "装入联络人，已有的不变；要么全部生效，要么都不生效。",
        discussion: """
            CSV，首行为列名：unit,kind,name,officer,phone,email,from,until（后五列可缺）；UTF-8 或 GB18030。
            kind 为 liaison 舆情联络员、information_officer 舆情信息员、responsible 第一责任人、spokesperson 新闻发言人。
            一个单位同时只有一名舆情信息员。
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("CSV 文件。", valueName: "file"))
    var file: String

    func run() async throws {
        let rows = try RegisterFile.read(self.file, .liaisons)
        try await RegisterWork.load(rows, .liaisons, self.city, self.common, command: "liaisons import")
    }
}

struct LiaisonsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "列出在任的联络人：unit, kind, name, officer, phone, email，以制表符分隔。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption

    func run() async throws {
        try await RegisterWork.list(.liaisons, self.city, self.common, command: "liaisons list")
    }
}

struct ExpertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experts", abstract: "专家库：装入与列出。", subcommands: [ExpertsImport.self, ExpertsList.self])
}

struct ExpertsImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "装入专家，同名同领域的更新；要么全部生效，要么都不生效。",
        discussion: "CSV，首行为列名：name,field,organisation,contact,valid_from,valid_until（后四列可缺）；UTF-8 或 GB18030。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("CSV 文件。", valueName: "file"))
    var file: String

    func run() async throws {
        let rows = try RegisterFile.read(self.file, .experts)
        try await RegisterWork.load(rows, .experts, self.city, self.common, command: "experts import")
    }
}

struct ExpertsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "列出专家：name, field, organisation, contact, valid_from, valid_until，以制表符分隔。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption

    func run() async throws {
        try await RegisterWork.list(.experts, self.city, self.common, command: "experts list")
    }
}

struct SuppliesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supplies", abstract: "物资台账：装入与列出。", subcommands: [SuppliesImport.self, SuppliesList.self])
}

struct SuppliesImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "装入物资，同一单位、品名、地点的更新；要么全部生效，要么都不生效。",
        discussion: "CSV，首行为列名：unit,item,quantity,place,measure,next_inspection_on（后两列可缺）；UTF-8 或 GB18030。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("CSV 文件。", valueName: "file"))
    var file: String

    func run() async throws {
        let rows = try RegisterFile.read(self.file, .supplies)
        try await RegisterWork.load(rows, .supplies, self.city, self.common, command: "supplies import")
    }
}

struct SuppliesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "列出物资：unit, item, quantity, place, measure, next_inspection_on，以制表符分隔。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption

    func run() async throws {
        try await RegisterWork.list(.supplies, self.city, self.common, command: "supplies list")
    }
}
