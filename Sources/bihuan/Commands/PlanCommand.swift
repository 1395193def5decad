import ArgumentParser
import BihuanDomain
import BihuanStore
import Foundation

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "预案：检查、发布、采用、列出、查看、比较、解释。",
        subcommands: [
            PlanCheck.self, PlanPublish.self, PlanAdopt.self, PlanList.self, PlanShow.self, PlanDiff.self,
            PlanExplain.self,
        ]
    )
}

/// Reads a plan file and tells every fault at once, as `file:line:column: path：rule`.
struct PlanCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "检查预案文件，一次列出全部错误（文件:行:列）。"
    )

    @OptionGroup var settings: PlanSettingOptions
    @Argument(help: ArgumentHelp("预案文件（YAML），可以多个。", valueName: "file"))
    var files: [String]

    func run() throws {
        let settings = try self.settings.values()
        var isFaulty = false
        for file in self.files {
            do throws(PlanFaults) {
                let plan = try PlanFile.plan(try PlanText.read(file), values: settings.values)
                Terminal.print(
                    "\(file): fit; \(plan.id), \(plan.levels.count) levels, \(plan.clocks.count) clocks, "
                        + "\(plan.chains.count) chains, \(plan.unsettled.count) values left to the city")
            } catch {
                PlanText.tell(error, of: file)
                isFaulty = true
            }
        }
        if isFaulty { throw ExitCode(ExitStatus.dataError.rawValue) }
    }
}

/// What the city sets where its plan leaves it open.
struct PlanSettingOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "预案留给本市定的一个值，可重复，例如 clocks.feedback.limit.general=P5WD。", valueName: "path=value"))
    var assignments: [String] = []

    func values() throws(CommandFailure) -> PlanSettings {
        var values: [String: String] = [:]
        for assignment in self.assignments {
            guard let sign = assignment.firstIndex(of: "="), sign != assignment.startIndex else {
                throw CommandFailure(.usage, "--set 须写作 路径=值：\(assignment)")
            }
            let path = String(assignment[..<sign])
            guard values.updateValue(String(assignment[assignment.index(after: sign)...]), forKey: path) == nil else {
                throw CommandFailure(.usage, "--set \(path) 写了两次")
            }
        }
        return PlanSettings(values)
    }
}

struct PlanPublish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "发布预案的一个版本，此后不可更改；同样的内容不会再发布一次。",
        discussion: "预案写作 by_city(…) 的值由本市定：用 --set 给出，或用 --accept-suggestions 采用括号中的建议值。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @OptionGroup var settings: PlanSettingOptions
    @Flag(help: "没有给出的值采用建议值。")
    var acceptSuggestions = false
    @Argument(help: ArgumentHelp("预案文件（YAML）。", valueName: "file"))
    var file: String

    func run() async throws {
        let settings = try self.settings.values()
        let (text, _) = try PlanText.plan(self.file, settings)
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "plan publish") {
            registry, city, _ in
            let publication = try await registry.publish(
                text, settings: settings, acceptSuggestions: self.acceptSuggestions, in: city.id)
            let key = publication.key
            let published = try await registry.plan(key.id, version: key.version, of: city.id)
            Terminal.print("plan \(key.id) version \(key.version) sha256 \(published.sha256.hexadecimal)")
            if publication.isKnown {
                var line = "同样的内容已经是第 \(key.version) 版，没有另发一版"
                if publication.newest > key.version {
                    line += "；最新的是第 \(publication.newest) 版，要用这一版：bihuan plan adopt \(key.id) --version \(key.version)"
                }
                Terminal.tell(line + "。")
            }
            let open = published.plan.unsettled.count
            if open > 0 { Terminal.tell("还有 \(open) 个值留给本市定，定了才能采用；见 bihuan plan explain \(key.id)。") }
        }
    }
}

struct PlanAdopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "采用已发布的版本：自某日起新登记的案件依它办理，已有的案件依原来的版本。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("预案的标识，例如 harbin-001。", valueName: "plan"))
    var plan: String
    @Option(help: "版本；不设：号数最大的，不论后来又发布过哪一份旧的。")
    var version: Int?
    @Option(help: ArgumentHelp("从哪一天起；不设：今天，本市首次采用则一直有效。", valueName: "yyyy-mm-dd"))
    var from: String?

    func run() async throws {
        let day = try self.from.map { text in
            guard let day = CivilDay(text) else {
                throw CommandFailure(.usage, "--from 须为日期，例如 2026-12-01：\(text)")
            }
            return day
        }
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "plan adopt") {
            registry, city, _ in
            let adopted = try await registry.adopt(self.plan, version: self.version, from: day, in: city.id)
            let from = day.map { " from \($0.text)" } ?? ""
            Terminal.print("plan \(adopted.key.id) version \(adopted.key.version)\(from)")
            if self.version == nil, adopted.key.version > 1 {
                Terminal.tell(
                    "没有写 --version，采用的是最新的第 \(adopted.key.version) 版，发布于 \(adopted.publishedAt.ISO8601Format())。")
            }
        }
    }
}

struct PlanList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "列出已发布的预案，新的在前。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "plan list") {
            registry, city, _ in
            for published in try await registry.plans(of: city.id) {
                let open = published.plan.unsettled.count
                Terminal.print(
                    [
                        published.key.id, "\(published.key.version)", published.isInForce ? "in-force" : "-",
                        "from=" + published.effectiveOn.map(\.text).joined(separator: ","),
                        published.publishedAt.ISO8601Format(), published.sha256.hexadecimal, "unsettled=\(open)",
                        published.plan.name,
                    ].joined(separator: "\t"))
            }
        }
    }
}

struct PlanShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "查看一份预案：原文（yaml）或供程序读的 json，连同本市定的值。"
    )

    enum Format: String, ExpressibleByArgument, CaseIterable { case yaml, json }

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @OptionGroup var which: PlanArgument
    @Option(help: "yaml 或 json。")
    var format: Format = .yaml

    func run() async throws {
        let found = try await self.which.find(self.which.plan, self.city, self.common, "plan show")
        switch self.format {
        case .yaml:
            for line in self.header(found) { Terminal.print(line) }
            Terminal.print(found.text.hasSuffix("\n") ? String(found.text.dropLast()) : found.text)
        case .json: Terminal.print(PlanOutline(found.plan, version: found.version, sha256: found.sha256).json)
        }
    }

    /// What the city has set, which the text alone does not say; nothing where it has set nothing.
    private func header(_ found: PlanArgument.Found) -> [String] {
        let set = found.plan.openSettings.compactMap { setting in setting.value.map { "#   \(setting.path) = \($0)" } }
        guard !set.isEmpty else { return [] }
        return ["# \(found.plan.id) 第 \(found.version ?? 0) 版。下文写作 by_city(…) 的，本市定为："] + set + ["#"]
    }
}

/// A plan by its id, published in the city, or by the path of a file.
struct PlanArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("已发布的预案的标识，例如 harbin-001；或一个文件。", valueName: "plan|file"))
    var plan: String
    @Option(help: "版本；不设：最新的。")
    var version: Int?

    struct Found: Sendable {
        var plan: Plan
        var text: String
        var version: Int?
        var sha256: [UInt8]?
        var settings = PlanSettings()
    }

    func find(
        _ name: String, _ city: CityOption, _ common: CommonOptions, _ command: String
    ) async throws -> Found {
        try await Self.find(name, self.version, city, common, command)
    }

    /// `harbin-001`, `harbin-001@2`, or a path.
    static func find(
        _ name: String, _ version: Int?, _ city: CityOption, _ common: CommonOptions, _ command: String
    ) async throws -> Found {
        if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            let (text, plan) = try PlanText.plan(name)
            return Found(plan: plan, text: text)
        }
        let parts = name.split(separator: "@", maxSplits: 1).map(String.init)
        let wanted = parts.count == 2 ? Int(parts[1]) : version
        if parts.count == 2, wanted == nil { throw CommandFailure(.usage, "版本须为整数：\(name)") }
        return try await OwnerSession.inCity(city.city, try common.settings(), command: command) {
            registry, city, _ in
            let published = try await registry.plan(parts[0], version: wanted, of: city.id)
            return Found(
                plan: published.plan, text: published.source, version: published.key.version,
                sha256: published.sha256, settings: published.settings)
        }
    }
}

/// What differs between two plans, value by value.
struct PlanDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "逐值比较两份预案；每份是 标识、标识@版本 或文件。",
        discussion: "比的是生效的值：本市定过的，以所定的为准；等级还比先后。没有差别时退出码为 0，有差别为 1。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Argument(help: ArgumentHelp("一份。", valueName: "a"))
    var first: String
    @Argument(help: ArgumentHelp("另一份。", valueName: "b"))
    var second: String

    func run() async throws {
        let first = try await PlanArgument.find(self.first, nil, self.city, self.common, "plan diff")
        let second = try await PlanArgument.find(self.second, nil, self.city, self.common, "plan diff")
        let changes: [PlanFile.Change]
        do throws(PlanFaults) {
            changes = try PlanFile.changes(
                from: first.text, to: second.text, values: (first.settings.values, second.settings.values))
        } catch {
            throw CommandFailure(.dataError, error.description)
        }
        for change in changes {
            if let old = change.old { Terminal.print("- \(change.path): \(old)") }
            if let new = change.new { Terminal.print("+ \(change.path): \(new)") }
        }
        if !changes.isEmpty { throw ExitCode(1) }
    }
}

/// A plan in sentences.
struct PlanExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "把一份预案说成话：等级、时限、签批、谁被告知，以及哪些由本市定。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @OptionGroup var which: PlanArgument

    func run() async throws {
        let found = try await self.which.find(self.which.plan, self.city, self.common, "plan explain")
        for line in PlanExplanation(found.plan).lines { Terminal.print(line) }
    }
}
