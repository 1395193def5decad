import ArgumentParser
import BihuanDomain
import BihuanStore
import Foundation

struct OfficerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "officer",
        abstract: "人员与岗位：添加、列出、锁定、解锁、重设口令、任免。",
        subcommands: [
            OfficerAdd.self, OfficerList.self, OfficerLock.self, OfficerUnlock.self, OfficerReset.self,
            OfficerPost.self, OfficerPeer.self,
        ]
    )
}

/// Why; it is written among the changes of officers.
struct ReasonOption: ParsableArguments {
    @Option(help: "事由；写入人员变动记录。")
    var reason: String?

    func note(_ otherwise: String) throws -> Registry.Note {
        Registry.Note(self.reason ?? otherwise, by: try SystemAccount.current().name)
    }
}

struct OfficerAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "添加人员及其第一个岗位；口令从终端或标准输入读取。"
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("登录名，例如 liumin@harbin。", valueName: "login"))
    var officer: OfficerName
    @Option(help: "姓名。")
    var name: String
    @Option(help: "岗位所在单位的标识。")
    var unit: String
    @Option(help: "岗位。")
    var role: PostRole
    @OptionGroup var reason: ReasonOption

    func run() async throws {
        let password = try Password.read(confirm: true)
        try await OwnerSession.inCity(self.officer.city, try self.common.settings(), command: "officer add") {
            registry, city, _ in
            _ = try await registry.addOfficer(
                login: self.officer.login,
                name: self.name,
                password: password,
                unit: self.unit,
                role: self.role,
                in: city.id,
                hasher: PasswordHasher(),
                at: Date(),
                note: try self.reason.note("录用")
            )
            Terminal.print("added \(self.officer.login)@\(city.code) \(self.role.rawValue)@\(self.unit)")
        }
    }
}

struct OfficerList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "列出人员与现任岗位。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "officer list") {
            registry, city, _ in
            for officer in try await registry.officers(of: city.id) {
                let state = officer.isLocked ? "locked" : "active"
                Terminal.print(
                    "\(officer.login)@\(city.code)\t\(officer.name)\t\(state)\t\(officer.posts.joined(separator: " "))"
                )
            }
        }
    }
}

struct OfficerLock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "锁定人员；其会话从下一条语句起失效。"
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("登录名。", valueName: "login"))
    var officer: OfficerName
    @OptionGroup var reason: ReasonOption

    func run() async throws {
        try await OwnerSession.inCity(self.officer.city, try self.common.settings(), command: "officer lock") {
            registry, city, _ in
            try await registry.setLocked(
                true, login: self.officer.login, in: city.id, note: try self.reason.note("锁定"))
            Terminal.print("locked \(self.officer.login)@\(city.code)")
        }
    }
}

struct OfficerUnlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock",
        abstract: "解除锁定，包括口令错误过多造成的锁定。"
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("登录名。", valueName: "login"))
    var officer: OfficerName
    @OptionGroup var reason: ReasonOption

    func run() async throws {
        try await OwnerSession.inCity(self.officer.city, try self.common.settings(), command: "officer unlock") {
            registry, city, _ in
            try await registry.setLocked(
                false, login: self.officer.login, in: city.id, note: try self.reason.note("解除锁定"))
            Terminal.print("unlocked \(self.officer.login)@\(city.code)")
        }
    }
}

struct OfficerReset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "重设口令；其会话随之失效。口令从终端或标准输入读取。"
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("登录名。", valueName: "login"))
    var officer: OfficerName
    @OptionGroup var reason: ReasonOption

    func run() async throws {
        let password = try Password.read(confirm: true)
        try await OwnerSession.inCity(self.officer.city, try self.common.settings(), command: "officer reset") {
            registry, city, _ in
            try await registry.reset(
                login: self.officer.login, password: password, in: city.id, hasher: PasswordHasher(),
                note: try self.reason.note("重设口令")
            )
            Terminal.print("reset \(self.officer.login)@\(city.code)")
        }
    }
}

struct OfficerPost: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "post",
        abstract: "任命一个岗位，或用 --end 免去；免去时在该岗位上的会话随之失效。",
        discussion: """
            预案中岗位与所在单位都相同的角色（组长、副组长 …）须用 --as 任命；已有该岗位的，只改其角色。
            例：bihuan officer post wangfang@harbin --unit harbin --role leader --as chief
            """
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("登录名。", valueName: "login"))
    var officer: OfficerName
    @Option(help: "岗位所在单位的标识。")
    var unit: String
    @Option(help: "岗位。")
    var role: PostRole
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("任为现行预案中的角色，例如 chief；可重复，代替已任的。", valueName: "plan-role"))
    var appointments: [String] = []
    @Flag(help: "免去。")
    var end = false
    @Option(help: ArgumentHelp("起：RFC 3339，例如 2026-10-01T00:00:00+08:00；不设：即时。", valueName: "time"))
    var from: RFC3339Time?
    @Option(help: ArgumentHelp("止：RFC 3339；到时其会话随之失效。", valueName: "time"))
    var until: RFC3339Time?
    @Option(help: ArgumentHelp("代理此人的这一岗位（代理）；须有 --until。", valueName: "login"))
    var actingFor: OfficerName?
    @OptionGroup var reason: ReasonOption
    @Option(help: "知悉范围：0 一般案件，1 含限制案件，2 含严格限制的；已有该岗位的，改其范围，在该岗位上的会话随之失效。")
    var clearance: Int?

    func validate() throws {
        guard self.clearance.map({ (0...2).contains($0) }) ?? true else {
            throw ValidationError("--clearance 须为 0、1 或 2")
        }
    }

    func run() async throws {
        try await OwnerSession.inCity(self.officer.city, try self.common.settings(), command: "officer post") {
            registry, city, _ in
            let login = self.officer.login
            let done: String
            if self.end {
                try await registry.endPost(
                    login: login, unit: self.unit, role: self.role, in: city.id, note: try self.reason.note("免去"))
                done = "ended"
            } else if self.from != nil || self.until != nil || self.actingFor != nil {
                _ = try await registry.addPost(
                    login: login,
                    PostDraft(
                        unit: self.unit, role: self.role, appointments: self.appointments, from: self.from?.date,
                        until: self.until?.date, actingFor: self.actingFor?.login),
                    reason: self.reason.reason ?? (self.actingFor == nil ? "任命" : "代理"),
                    by: try SystemAccount.current().name, in: city.id, at: Date())
                done = "added"
            } else if !self.appointments.isEmpty,
                try await registry.holds(login: login, unit: self.unit, role: self.role, in: city.id)
            {
                try await registry.appoint(
                    login: login, unit: self.unit, role: self.role, to: self.appointments, in: city.id)
                done = "appointed"
            } else if self.clearance != nil,
                try await registry.holds(login: login, unit: self.unit, role: self.role, in: city.id)
            {
                done = "cleared"
            } else {
                _ = try await registry.addPost(
                    login: login, unit: self.unit, role: self.role, appointments: self.appointments, in: city.id,
                    at: Date(), note: try self.reason.note("任命"))
                done = "added"
            }
            if let clearance = self.clearance, !self.end {
                try await registry.setClearance(
                    clearance, login: login, unit: self.unit, role: self.role, in: city.id)
            }
            let roles = self.appointments.isEmpty ? "" : "(\(self.appointments.joined(separator: ",")))"
            Terminal.print("\(done) \(login)@\(city.code) \(self.role.rawValue)@\(self.unit)\(roles)")
        }
    }
}

/// Lets a local account open an operator's session over the Unix socket of the line door.
struct OfficerPeer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer",
        abstract: "让本机的一个系统用户经 Unix 套接字登录此人的操作员岗位。"
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("登录名；须有 operator 岗位。", valueName: "login"))
    var officer: OfficerName
    @Argument(help: ArgumentHelp("系统用户名，例如 root。", valueName: "os-user"))
    var account: String

    func run() async throws {
        let settings = try self.common.settings()
        let secret = try SecretFile.load(SecretFile.peer, in: settings.directory())
        try await OwnerSession.inCity(self.officer.city, settings, command: "officer peer") { registry, city, _ in
            try await registry.setPeer(
                osUser: self.account, login: self.officer.login, secret: secret, in: city.id
            )
            Terminal.print("\(self.account) opens \(self.officer.login)@\(city.code)")
        }
    }
}
