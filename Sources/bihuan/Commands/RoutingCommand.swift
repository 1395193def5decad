import ArgumentParser
import BihuanDomain
import BihuanStore

struct RoutingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routing",
        abstract: "派单规则：本市自己的规则、条线用语，以及用文件预演。",
        subcommands: [
            RoutingImport.self, RoutingList.self, RoutingAdd.self, RoutingRemove.self, RoutingWords.self,
            RoutingPreviewCommand.self,
        ]
    )

    static let columns = ["number", "target", "reason", "levels", "matters", "words", "line", "area", "role"]
}

struct RoutingImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "装入派单规则，取代本市已有的全部规则；要么全部生效，要么都不生效。",
        discussion: """
            CSV，首行为列名：number,target,reason 必须有；levels,matters,words,line,area,role 可缺。
            按 number 的次序，先合的先用，排在预案的规则之前。空着的条件不限。
              levels、matters   预案的等级、事项的标识，几个用 | 隔开
              words             分类中出现其中之一，几个用 | 隔开
              line              业务条线
              area              属地单位的标识，含其下级
              target            单位标识；或 @district（属地区县）、@station（属地所）、@line（条线处室）、@city
              role              lead（主办，缺省）、assist（协办）、guide（指导）、inform（抄告）
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("CSV 文件。", valueName: "file"))
    var file: String

    func run() async throws {
        let rows = try TableFile.read(self.file, columns: RoutingCommand.columns, needed: 3)
        var drafts: [RoutingRuleDraft] = []
        for (index, row) in rows.enumerated() {
            guard let number = row["number"].flatMap({ Int($0) }) else {
                throw CommandFailure(.dataError, "第 \(index + 2) 行：number 须为整数")
            }
            func list(_ name: String) -> [String] { (row[name] ?? "").split(separator: "|").map(String.init) }
            func optional(_ name: String) -> String? { row[name].flatMap { $0.isEmpty ? nil : $0 } }
            drafts.append(
                RoutingRuleDraft(
                    number: number, levels: list("levels"), matters: list("matters"), words: list("words"),
                    line: optional("line"), area: optional("area"), target: row["target"] ?? "",
                    role: optional("role") ?? AssignmentRole.lead.rawValue, reason: row["reason"] ?? ""))
        }
        let rules = drafts
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "routing import") {
            registry, city, _ in
            try await registry.importRoutingRules(rules, of: city.id)
            Terminal.print("rules \(rules.count)")
        }
    }
}

struct RoutingList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "列出本市的派单规则，各列与 routing import 的文件相同，以制表符分隔。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "routing list") {
            registry, city, _ in
            for rule in try await registry.routingRules(of: city.id) {
                let fields = [
                    String(rule.number), rule.target, rule.reason, rule.levels.joined(separator: "|"),
                    rule.matters.joined(separator: "|"), rule.words.joined(separator: "|"), rule.line ?? "",
                    rule.area ?? "", rule.role,
                ]
                Terminal.print(fields.joined(separator: "\t"))
            }
        }
    }
}

struct RoutingAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "加一条派单规则；写法见 routing import --help。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: "编号，即次序。")
    var number: Int
    @Argument(help: "单位标识，或 @district、@station、@line、@city。")
    var target: String
    @Option(help: "依据。")
    var reason: String
    @Option(help: "等级，几个用 | 隔开。")
    var levels: String = ""
    @Option(help: "事项，几个用 | 隔开。")
    var matters: String = ""
    @Option(help: "分类用语，几个用 | 隔开。")
    var words: String = ""
    @Option(help: "业务条线。")
    var line: String?
    @Option(help: "属地单位。")
    var area: String?
    @Option(help: "lead、assist、guide、inform。")
    var role: String = AssignmentRole.lead.rawValue

    func run() async throws {
        func list(_ text: String) -> [String] { text.split(separator: "|").map(String.init) }
        let draft = RoutingRuleDraft(
            number: self.number, levels: list(self.levels), matters: list(self.matters), words: list(self.words),
            line: self.line, area: self.area, target: self.target, role: self.role, reason: self.reason)
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "routing add") {
            registry, city, _ in
            try await registry.add(draft, of: city.id)
            Terminal.print("rule \(draft.number)")
        }
    }
}

struct RoutingRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "去掉一条派单规则。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: "编号。")
    var number: Int

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "routing remove") {
            registry, city, _ in
            try await registry.removeRoutingRule(self.number, of: city.id)
            Terminal.print("removed \(self.number)")
        }
    }
}

struct RoutingWords: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "words", abstract: "条线用语：分类、标题、正文里说明业务条线的词。",
        subcommands: [RoutingWordsImport.self, RoutingWordsList.self])
}

struct RoutingWordsImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "装入条线用语，取代本市已有的全部；CSV，列为 line,word。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("CSV 文件。", valueName: "file"))
    var file: String

    func run() async throws {
        let words = try TableFile.read(self.file, columns: ["line", "word"], needed: 2).map {
            LineWord(line: $0["line"] ?? "", word: $0["word"] ?? "")
        }
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "routing words import") {
            registry, city, _ in
            try await registry.importLineWords(words, of: city.id)
            Terminal.print("words \(words.count)")
        }
    }
}

struct RoutingWordsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "列出条线用语，以制表符分隔。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "routing words list") {
            registry, city, _ in
            for word in try await registry.lineWords(of: city.id) { Terminal.print("\(word.line)\t\(word.word)") }
        }
    }
}

struct RoutingPreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "用本市的规则预演一个文件：各单位会派多少，与实际承办单位相符多少，缺什么。什么也不登记。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Option(help: ArgumentHelp("CSV 文件，UTF-8 或 GB18030。", valueName: "file"))
    var file: String
    @Option(help: ArgumentHelp("映射文件（YAML），与 cases import 的相同。", valueName: "map"))
    var map: String
    @Option(help: ArgumentHelp("写着实际承办单位（标识或名称）的列；不设：不比较。", valueName: "column"))
    var unitColumn: String?

    func run() async throws {
        let map: ImportMap
        do throws(ImportError) { map = try ImportMap(path: self.map) } catch { throw CommandFailure(error) }
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "routing preview") {
            registry, city, _ in
            let (router, tree, plan) = try await registry.routing(of: city.id)
            let clock = ContinuousClock()
            let begin = clock.now
            let report: RoutingRehearsal.Report
            do throws(ImportError) {
                report = try RoutingRehearsal(router: router, tree: tree, plan: plan)
                    .run(file: self.file, map: map, unitColumn: self.unitColumn)
            } catch {
                throw CommandFailure(error)
            }
            Self.show(report, tree, after: clock.now - begin)
        }
    }

    private static func show(_ report: RoutingRehearsal.Report, _ tree: UnitTree, after time: Duration) {
        let tally = report.tally
        func percent(_ part: Int, _ whole: Int) -> String {
            whole == 0 ? "-" : "\((part * 1_000 / whole) / 10).\((part * 1_000 / whole) % 10)%"
        }
        let milliseconds = time.components.seconds * 1_000 + time.components.attoseconds / 1_000_000_000_000_000
        Terminal.print("cases \(tally.cases), damaged \(report.damaged), milliseconds \(milliseconds)")
        Terminal.print("proposed \(tally.proposed) (\(percent(tally.proposed, tally.cases)))")
        Terminal.print(
            "hits \(tally.hits) of \(tally.handled) (\(percent(tally.hits, tally.handled))), "
                + "of those with a proposal \(tally.comparable) (\(percent(tally.hits, tally.comparable)))")
        for (kind, count) in tally.gaps.sorted(by: { $0.value > $1.value }) {
            Terminal.print("gap\t\(kind.rawValue)\t\(count)\t\(kind.label)")
        }
        for (unit, count) in tally.units.sorted(by: {
            ($1.value.proposed, $0.key.rawValue) < ($0.value.proposed, $1.key.rawValue)
        }) {
            let name = tree[unit].map { "\($0.label)\t\($0.name)" } ?? ""
            Terminal.print("unit\t\(name)\tproposed \(count.proposed)\thandled \(count.handled)\thits \(count.hits)")
        }
        for (name, count) in report.unknownUnits.sorted(by: { $0.value > $1.value }).prefix(20) {
            Terminal.print("unknown\t\(name)\t\(count)")
        }
    }
}
