import ArgumentParser
import BihuanDomain
import BihuanStore

struct UnitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unit",
        abstract: "机构变动：设立、更名、划转、合并、分设、撤销、移交未了事项；沿革可查。",
        subcommands: [
            UnitAdd.self, UnitRename.self, UnitMove.self, UnitMerge.self, UnitSplit.self, UnitClose.self,
            UnitHandOver.self, UnitChanges.self,
        ]
    )
}

/// What every change of a unit takes.
struct UnitOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Option(help: "事由，例如 三定方案；写入沿革与案件轨迹。")
    var reason: String

    func validate() throws {
        guard self.reason.contains(where: { !$0.isWhitespace }) else { throw ValidationError("--reason 不得为空") }
    }

    /// Carries the step out and tells it.
    func perform(_ step: UnitStep, _ command: String, told: String) async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "unit \(command)") {
            registry, city, _ in
            let handedOver = try await registry.perform(
                step, reason: self.reason, by: try SystemAccount.current().name, in: city.id)
            Terminal.print(handedOver == 0 ? told : "\(told), \(handedOver) cases handed over")
        }
    }
}

struct UnitAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "设立单位；成批装入见 units import。")

    @OptionGroup var options: UnitOptions
    @Argument(help: "标识，小写字母、数字、连字符；设立后不变。")
    var label: String
    @Option(help: "上级单位的标识。")
    var parent: String
    @Option(help: "层级：department、district 或 station。")
    var tier: String
    @Option(help: "名称。")
    var name: String
    @Option(help: "业务条线。")
    var line: String?

    func run() async throws {
        let draft = UnitDraft(
            label: self.label, parent: self.parent, tier: self.tier, name: self.name, line: self.line)
        try await self.options.perform(.open(draft), "add", told: "opened \(self.label)")
    }
}

struct UnitRename: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rename", abstract: "更名；标识不变，旧名留在沿革中。")

    @OptionGroup var options: UnitOptions
    @Argument(help: "单位的标识。")
    var unit: String
    @Option(help: "新名称。")
    var name: String

    func run() async throws {
        try await self.options.perform(.rename(self.unit, to: self.name), "rename", told: "renamed \(self.unit)")
    }
}

struct UnitMove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "划转到另一单位之下，连同其下级与未了事项。")

    @OptionGroup var options: UnitOptions
    @Argument(help: "单位的标识。")
    var unit: String
    @Option(help: "新的上级单位的标识。")
    var parent: String

    func run() async throws {
        try await self.options.perform(
            .move(self.unit, under: self.parent), "move", told: "moved \(self.unit) under \(self.parent)")
    }
}

struct UnitMerge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "把一个单位并入另一个：未了事项、下级单位与岗位都随之，原单位撤销。",
        discussion: "例：bihuan unit merge hexi hedong --reason 区划调整"
    )

    @OptionGroup var options: UnitOptions
    @Argument(help: "被并入的单位的标识。")
    var unit: String
    @Argument(help: "承接单位的标识。")
    var other: String
    @Flag(help: "免去原单位的岗位，而不是带到承接单位。")
    var endPosts = false

    func run() async throws {
        try await self.options.perform(
            .merge(self.unit, into: self.other, posts: self.endPosts ? .end : .move), "merge",
            told: "merged \(self.unit) into \(self.other)")
    }
}

struct UnitSplit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split", abstract: "分设：在同一上级之下新设单位，带走一些下级单位与案件。")

    @OptionGroup var options: UnitOptions
    @Argument(help: "原单位的标识。")
    var unit: String
    @Argument(help: "新单位的标识。")
    var label: String
    @Option(help: "新单位的名称。")
    var name: String
    @Option(help: "业务条线；不设：与原单位相同。")
    var line: String?
    @Option(name: .customLong("take"), help: ArgumentHelp("带走的直接下级，连同转给它们的案件；可重复。", valueName: "unit"))
    var units: [String] = []
    @Option(name: .customLong("case"), help: ArgumentHelp("带走的案件的案号；可重复。", valueName: "ref"))
    var cases: [String] = []

    func run() async throws {
        let draft = UnitDraft(label: self.label, parent: nil, tier: "", name: self.name, line: self.line)
        try await self.options.perform(
            .split(self.unit, into: draft, taking: self.units, cases: self.cases), "split",
            told: "split \(self.label) from \(self.unit)")
    }
}

struct UnitClose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close",
        abstract: "撤销单位。有未了事项、下级单位或在任岗位的，须用 --successor 指明承接单位。"
    )

    @OptionGroup var options: UnitOptions
    @Argument(help: "单位的标识。")
    var unit: String
    @Option(help: "承接单位的标识。")
    var successor: String?
    @Flag(help: "把岗位带到承接单位，而不是免去。")
    var movePosts = false

    func run() async throws {
        try await self.options.perform(
            .close(self.unit, successor: self.successor, posts: self.movePosts ? .move : .end), "close",
            told: "closed \(self.unit)")
    }
}

struct UnitHandOver: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hand-over", abstract: "把未了事项移交给另一单位；两个单位都照常存在。")

    @OptionGroup var options: UnitOptions
    @Argument(help: "移交单位的标识。")
    var unit: String
    @Argument(help: "承接单位的标识。")
    var other: String
    @Option(name: .customLong("case"), help: ArgumentHelp("只移交这些案件，写案号；可重复。", valueName: "ref"))
    var cases: [String] = []

    func run() async throws {
        try await self.options.perform(
            .handOver(self.unit, to: self.other, cases: self.cases.isEmpty ? nil : self.cases), "hand-over",
            told: "handed over from \(self.unit) to \(self.other)")
    }
}

struct UnitChanges: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes",
        abstract: "沿革，以制表符分隔：序号、时间、类别、单位、另一单位、旧名、新名、旧上级、新上级、办理人、事由。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: "单位的标识；不写则全部。")
    var unit: String?

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "unit changes") {
            registry, city, _ in
            for fields in try await registry.changes(of: self.unit, in: city.id) {
                Terminal.print(fields.joined(separator: "\t"))
            }
        }
    }
}
