import ArgumentParser
import BihuanDomain
import BihuanStore
import Foundation

struct ContactsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contacts",
        abstract: "联系方式：到期或应要求删除，更换密钥。",
        subcommands: [ContactsPurge.self, ContactsRotate.self]
    )
}

struct ContactsPurge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "删除联系方式：某时之前办结（或不予受理）的案件的，或指明的一个；删除后无法恢复。",
        discussion: """
            例：bihuan contacts purge --concluded-before 2026-06-01T00:00:00+08:00 --reason 保存期满
            以 purged N 结束。
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Option(
        help: ArgumentHelp("此时之前办结的案件，RFC 3339。", valueName: "time"),
        transform: { text in
            guard let date = try? Date(text, strategy: .iso8601) else {
                throw ValidationError("\(text) 不是带时区的 RFC 3339 时间")
            }
            return date
        })
    var concludedBefore: Date?
    @Option(
        help: ArgumentHelp("一个联系方式的编号。", valueName: "id"),
        transform: { text in
            guard let id = UUID(uuidString: text) else { throw ValidationError("\(text) 不是联系方式的编号") }
            return id
        })
    var id: UUID?
    @Option(help: "为何删除，例如 保存期满、本人要求。")
    var reason: String

    func validate() throws {
        guard (self.concludedBefore == nil) != (self.id == nil) else {
            throw ValidationError("须给出 --concluded-before 或 --id 其中之一")
        }
        guard !self.reason.allSatisfy(\.isWhitespace) else { throw ValidationError("须说明为何删除") }
    }

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "contacts purge") {
            registry, city, _ in
            let purged: Int
            if let id = self.id {
                purged = try await registry.purgeContact(ContactID(rawValue: id), reason: self.reason, in: city.id)
            } else {
                purged = try await registry.purgeContacts(
                    concludedBefore: self.concludedBefore ?? .distantPast, reason: self.reason, in: city.id)
            }
            Terminal.print("purged \(purged)")
        }
    }
}

struct ContactsRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "生成下一个密钥；服务器重新启动后用它加密，旧的仍用来解密以前的。"
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let number = try ContactKeys.rotate(try self.common.settings())
        Terminal.print("key \(number)")
    }
}
