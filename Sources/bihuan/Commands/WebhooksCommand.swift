import ArgumentParser
import BihuanDomain
import BihuanStore
import Foundation

struct WebhooksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks",
        abstract: "回调：把发给一个单位的消息推送到它自己的系统（Standard Webhooks 签名，CloudEvents 正文）。",
        subcommands: [
            WebhooksAdd.self, WebhooksList.self, WebhooksRotate.self, WebhooksDisable.self, WebhooksEnable.self,
            WebhooksRemove.self,
        ]
    )
}

struct WebhooksAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "添加回调地址；密钥只显示这一次。",
        discussion: "内网地址和不加密的 http 须先列入服务器的配置 webhooks.allow，否则不会发送。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @Option(help: "单位的标识。")
    var unit: String
    @Option(help: "地址，https:// 或 http://。")
    var url: String
    @Option(help: ArgumentHelp("只要这些主题，可重复，例如 clock.reminder 或 clock.*；不设：全部。", valueName: "topic"))
    var topic: [String] = []

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "webhooks add") {
            registry, city, _ in
            let made = try await registry.addWebhook(
                unit: self.unit, url: self.url, topics: self.topic, in: city.id
            )
            Terminal.print("added \(made.id.text)")
            Terminal.print("secret \(made.secret.text)")
        }
    }
}

struct WebhooksList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "列出回调及其积压。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "webhooks list") {
            registry, city, _ in
            for webhook in try await registry.webhooks(of: city.id) {
                let fields = [
                    webhook.id.text, webhook.unit, webhook.url, webhook.topics?.joined(separator: " ") ?? "*",
                    webhook.disabledBy.map { "disabled(\($0))" } ?? "active", "secrets=\(webhook.secrets)",
                    "waiting=\(webhook.waiting)", "aside=\(webhook.aside)",
                ]
                Terminal.print(fields.joined(separator: "\t"))
            }
        }
    }
}

/// Which webhook is meant.
struct WebhookArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("回调的编号，见 webhooks list。", valueName: "id"), transform: Self.read)
    var id: UUID

    var webhook: WebhookID { WebhookID(rawValue: self.id) }

    private static func read(_ text: String) throws -> UUID {
        guard let id = UUID(uuidString: text) else { throw ValidationError("\(text) 不是回调的编号") }
        return id
    }
}

struct WebhooksRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "换密钥；旧密钥在一段时间内与新密钥同时签名。新密钥只显示这一次。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @OptionGroup var webhook: WebhookArgument
    @Option(help: "旧密钥继续签名的小时数，0–720。")
    var keepHours: Int = 24

    func validate() throws {
        if !(0...720).contains(self.keepHours) { throw ValidationError("--keep-hours 须在 0–720 之间") }
    }

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "webhooks rotate") {
            registry, city, _ in
            let secret = try await registry.rotateWebhook(
                self.webhook.webhook, keepingOldFor: self.keepHours, in: city.id
            )
            Terminal.print("rotated \(self.webhook.webhook.text)")
            Terminal.print("secret \(secret.text)")
        }
    }
}

struct WebhooksDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "disable", abstract: "停用回调；已排队的留着。")

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @OptionGroup var webhook: WebhookArgument

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "webhooks disable") {
            registry, city, _ in
            try await registry.setWebhook(self.webhook.webhook, enabled: false, in: city.id)
            Terminal.print("disabled \(self.webhook.webhook.text)")
        }
    }
}

struct WebhooksEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "重新启用回调，例如对方曾回答 410。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @OptionGroup var webhook: WebhookArgument

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "webhooks enable") {
            registry, city, _ in
            try await registry.setWebhook(self.webhook.webhook, enabled: true, in: city.id)
            Terminal.print("enabled \(self.webhook.webhook.text)")
        }
    }
}

struct WebhooksRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "删除回调及其密钥，排队的也一并删除。"
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var city: CityOption
    @OptionGroup var webhook: WebhookArgument

    func run() async throws {
        try await OwnerSession.inCity(self.city.city, try self.common.settings(), command: "webhooks remove") {
            registry, city, _ in
            try await registry.removeWebhook(self.webhook.webhook, in: city.id)
            Terminal.print("removed \(self.webhook.webhook.text)")
        }
    }
}
