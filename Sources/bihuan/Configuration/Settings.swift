import BihuanWorkers
import Foundation
import Logging

/// Everything that can be set, checked.
///
/// Flags win over the environment, the environment over the file, the file over the standard values. There is no way to
/// hold settings that break a rule: the only initialiser reads every fault before it gives up.
struct Settings: Sendable {
    /// Nil: ``DataDirectory/standard(environment:)``.
    let dataDirectory: String?

    /// Nil: the private PostgreSQL.
    let databaseURL: String?
    let databaseServerURL: String?
    let databaseWorkerURL: String?
    let databaseServerConnections: Int
    let databaseWorkerConnections: Int
    let databaseWait: Duration

    let httpHost: String
    let httpPort: Int
    let lineHost: String
    let linePort: Int
    let lineSocket: String?
    /// Folder of the keys for contacts; nil: the data directory's own.
    let contactKeys: String?

    let sessionHours: Int
    let hashingThreads: Int
    let sweepInterval: Duration
    let sweepBatch: Int
    let courierInterval: Duration
    let webhooksAllow: WebhookAllowList

    let logLevel: Logger.Level
    let logFormat: LogFormat

    private enum Key {
        static let dataDirectory = Setting<String>.text(
            "data.dir", rule: "路径",
            "数据目录；不设：root 用 /var/lib/bihuan，否则 ~/.local/share/bihuan"
        )
        static let databaseURL = Setting<String>.text(
            "database.url", rule: "libpq 连接串", "已有的 PostgreSQL；不设：用数据目录中私有的 PostgreSQL。用户名换成各角色名"
        )
        static let databaseServerURL = Setting<String>.text(
            "database.server.url", rule: "libpq 连接串", "bihuan_server 的连接串；database.url 带口令时必须另给"
        )
        static let databaseWorkerURL = Setting<String>.text(
            "database.worker.url", rule: "libpq 连接串", "bihuan_worker 的连接串；database.url 带口令时必须另给"
        )
        static let serverConnections = Setting<Int>.number(
            "database.server.connections", 1...64, standard: 8,
            "两个门共用的数据库连接数"
        )
        static let workerConnections = Setting<Int>.number(
            "database.worker.connections", 1...16, standard: 4,
            "时限巡查与消息推送用的数据库连接数"
        )
        static let databaseWait = Setting<Int>.number(
            "database.wait.ms", 10...60_000, standard: 2_000,
            "等一个空闲连接的最长毫秒数"
        )
        static let httpHost = Setting<String>.text(
            "http.host", standard: "127.0.0.1", rule: "地址",
            "JSON 门监听的地址"
        )
        static let httpPort = Setting<Int>.number(
            "http.port", 0...65_535, standard: 8080,
            "JSON 门的端口；0：由系统选"
        )
        static let lineHost = Setting<String>.text(
            "line.host", standard: "127.0.0.1", rule: "地址",
            "行协议门监听的地址"
        )
        static let linePort = Setting<Int>.number(
            "line.port", 0...65_535, standard: 9119,
            "行协议门的端口；0：由系统选"
        )
        static let lineSocket = Setting<String>.path(
            "line.socket",
            "行协议门的 Unix 套接字；不设：/run/bihuan、XDG_RUNTIME_DIR 或 /tmp 之下"
        )
        static let contactKeys = Setting<String>.path(
            "contacts.keys",
            "联系方式密钥（1.key、2.key …）所在的目录，几台服务器须用同一套；不设：数据目录下的 contacts，启动时自动生成"
        )
        static let sessionHours = Setting<Int>.number(
            "session.hours", 1...72, standard: 12,
            "会话最长小时数"
        )
        static let hashingThreads = Setting<Int>.number(
            "hashing.threads", 1...16, standard: 2,
            "同时计算口令散列的线程数，每个占 46 MiB 内存"
        )
        static let sweepInterval = Setting<Int>.number(
            "sweep.interval.seconds", 1...3_600, standard: 5,
            "时限巡查的间隔秒数"
        )
        static let sweepBatch = Setting<Int>.number(
            "sweep.batch", 1...1_000, standard: 100,
            "一次巡查处理的时限数"
        )
        static let courierInterval = Setting<Int>.number(
            "courier.interval.seconds", 1...3_600, standard: 1,
            "没有消息可发时，隔多少秒再看发件箱"
        )
        static let webhooksAllow = Setting<WebhookAllowList>(
            name: "webhooks.allow",
            standard: "",
            rule: "以逗号分隔的主机名、*.域名、地址或网段，例如 oa.harbin.gov.cn, 10.20.0.0/16",
            meaning: "回调除公网 https 外还可发往哪里；内网与不加密的 http 须列出，本机只认地址或网段",
            read: { WebhookAllowList($0) }
        )
        static let logLevel = Setting<Logger.Level>.choice("log.level", standard: .info, "日志级别")
        static let logFormat = Setting<LogFormat>.choice(
            "log.format", standard: .json,
            "日志格式，写到标准错误"
        )
    }

    /// A row of the table of settings.
    struct Row: Hashable, Sendable {
        let name: String
        let variable: String
        let standard: String?
        let rule: String
        let meaning: String

        init<Value>(_ setting: Setting<Value>) {
            self.name = setting.name
            self.variable = setting.variable
            self.standard = setting.standard
            self.rule = setting.rule
            self.meaning = setting.meaning
        }
    }

    /// Every setting there is; the help is printed from it and unknown names are told by it.
    static let table: [Row] = [
        Row(Key.dataDirectory),
        Row(Key.databaseURL), Row(Key.databaseServerURL), Row(Key.databaseWorkerURL),
        Row(Key.serverConnections), Row(Key.workerConnections), Row(Key.databaseWait),
        Row(Key.httpHost), Row(Key.httpPort), Row(Key.lineHost), Row(Key.linePort), Row(Key.lineSocket),
        Row(Key.sessionHours), Row(Key.hashingThreads), Row(Key.sweepInterval), Row(Key.sweepBatch),
        Row(Key.courierInterval), Row(Key.webhooksAllow),
        Row(Key.logLevel), Row(Key.logFormat), Row(Key.contactKeys),
    ]

    /// Reads everything.
    ///
    /// - Throws: a failure of status `configuration` with one line for each fault.
    init(_ sources: SettingSources) throws(CommandFailure) {
        var reader = Reader(sources: sources, faults: sources.faults)
        self.dataDirectory = reader.value(Key.dataDirectory)
        self.databaseURL = reader.value(Key.databaseURL)
        self.databaseServerURL = reader.value(Key.databaseServerURL)
        self.databaseWorkerURL = reader.value(Key.databaseWorkerURL)
        self.databaseServerConnections = reader.value(Key.serverConnections) ?? 0
        self.databaseWorkerConnections = reader.value(Key.workerConnections) ?? 0
        self.databaseWait = .milliseconds(reader.value(Key.databaseWait) ?? 0)
        self.httpHost = reader.value(Key.httpHost) ?? ""
        self.httpPort = reader.value(Key.httpPort) ?? 0
        self.lineHost = reader.value(Key.lineHost) ?? ""
        self.linePort = reader.value(Key.linePort) ?? 0
        self.lineSocket = reader.value(Key.lineSocket)
        self.sessionHours = reader.value(Key.sessionHours) ?? 0
        self.hashingThreads = reader.value(Key.hashingThreads) ?? 0
        self.sweepInterval = .seconds(reader.value(Key.sweepInterval) ?? 0)
        self.sweepBatch = reader.value(Key.sweepBatch) ?? 0
        self.courierInterval = .seconds(reader.value(Key.courierInterval) ?? 0)
        self.webhooksAllow = reader.value(Key.webhooksAllow) ?? WebhookAllowList()
        self.logLevel = reader.value(Key.logLevel) ?? .info
        self.logFormat = reader.value(Key.logFormat) ?? .json
        self.contactKeys = reader.value(Key.contactKeys)
        guard reader.faults.isEmpty else {
            throw CommandFailure(.configuration, "配置有误：\n" + reader.faults.map { "  \($0)" }.joined(separator: "\n"))
        }
    }

    /// Collects faults while values are taken.
    private struct Reader {
        let sources: SettingSources
        var faults: [String]

        /// Nil after a fault, or where neither a source nor the table says anything.
        mutating func value<Value>(_ setting: Setting<Value>) -> Value? {
            if let said = self.sources.said(setting.name) {
                guard let value = setting.read(said.text) else {
                    self.faults.append("\(said.place)：\(setting.name) 必须是\(setting.rule)")
                    return nil
                }
                return value
            }
            return setting.standard.flatMap(setting.read)
        }
    }

    /// The table for people, as the help prints it.
    static var help: String {
        let rows = Self.table.map { row in
            "  \(row.name)\n      \(row.meaning)（\(row.rule)\(row.standard.map { "；默认 \($0)" } ?? "")）；\(row.variable)"
        }
        return """
            配置：命令行 > 环境变量 BIHUAN_… > YAML 文件（--config、BIHUAN_CONFIG 或 \(SettingSources.standardFile)）> 默认值。

            """ + rows.joined(separator: "\n")
    }
}

extension Settings {
    /// The data directory that is meant.
    func directory() throws(CommandFailure) -> DataDirectory {
        if let path = self.dataDirectory { return DataDirectory(path) }
        return try .standard()
    }

    /// A logger as `log.level` and `log.format` have it.
    func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { label in
            StandardErrorLog(label: label, format: self.logFormat, level: self.logLevel)
        }
        logger.logLevel = self.logLevel
        return logger
    }
}
