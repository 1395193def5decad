import ArgumentParser
import BihuanDomain
import BihuanStore
import Foundation

struct CityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "city",
        abstract: "城市（租户）：建立、列出。预案见 bihuan plan，节假日见 bihuan calendar。",
        subcommands: [CityAdd.self, CityList.self]
    )
}

/// Founds a city with the plan and the calendar that come with the program, or others.
struct CityAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "建立城市，并采用预案、装入节假日。",
        discussion: """
            预案写作 by_city(…) 的值由本市定，定了才能采用：用 --set 给出，或用 --accept-suggestions 采用括号中的建议值。
            随后用 bihuan units import 装入单位，其中第一个是市局自己。
            """
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "代码，小写字母、数字、连字符，例如 harbin；登录名写作 name@代码。")
    var code: String
    @Option(help: "名称，例如 哈尔滨市。")
    var name: String
    @Option(help: "案号前缀，2–6 个大写字母，例如 HRB。")
    var refPrefix: String
    @Option(help: ArgumentHelp("预案文件；不设：自带的哈尔滨预案。", valueName: "file"))
    var plan: String?
    @Option(help: ArgumentHelp("节假日文件（date,kind,name）；不设：自带的。", valueName: "file"))
    var calendar: String?
    @OptionGroup var settings: PlanSettingOptions
    @Flag(help: "预案留给本市定而没有给出的值，采用建议值。")
    var acceptSuggestions = false

    func run() async throws {
        let settings = try self.settings.values()
        let (planText, plan) = try PlanText.plan(
            self.plan ?? Installation.ofThisProgram().plans.appending(path: "001-harbin.yaml").path, settings)
        let open = plan.unsettled
        guard open.isEmpty || self.acceptSuggestions else {
            throw CommandFailure(
                .dataError,
                "\(plan.name)（\(plan.id)）有 \(open.count) 个值留给本市定，定了才能采用：用 --set 路径=值 给出，"
                    + "或用 --accept-suggestions 采用下列建议值：\n" + Self.lines(open))
        }
        try await OwnerSession.with(try self.common.settings(), command: "city add") { session in
            let calendarText = try TextFile.read(self.calendar ?? session.installation.calendar.path)
            do throws(RegistryFault) {
                let registry = Registry(session.connection)
                let city = try await registry.found(code: self.code, name: self.name, refPrefix: self.refPrefix)
                let key = try await registry.publish(
                    planText, settings: settings, acceptSuggestions: self.acceptSuggestions, in: city.id
                ).key
                _ = try await registry.adopt(key.id, version: key.version, in: city.id)
                let years = try await registry.importCalendar(calendarText, of: city.id).years
                Terminal.print(
                    "city \(city.code) (\(city.name)), plan \(key.id) version \(key.version), "
                        + "calendar \(years.first ?? 0)–\(years.last ?? 0)"
                )
                if !open.isEmpty { Terminal.tell("采用了 \(open.count) 个建议值：\n" + Self.lines(open)) }
            } catch {
                throw CommandFailure(error)
            }
        }
    }

    private static func lines(_ settings: [OpenSetting]) -> String {
        settings.map { "  \($0.path)=\($0.suggested)" }.joined(separator: "\n")
    }
}

struct CityList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "列出城市。")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await OwnerSession.with(try self.common.settings(), command: "city list") { session in
            do throws(RegistryFault) {
                for city in try await Registry(session.connection).cities() {
                    Terminal.print("\(city.code)\t\(city.name)")
                }
            } catch {
                throw CommandFailure(error)
            }
        }
    }
}
