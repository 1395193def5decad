import Failpoints
import Foundation
import Yams

/// What flags, environment and file say, as texts by the names of ``Setting``; the stronger source first.
struct SettingSources: Sendable {
    /// Variables that are no settings: they say where the program finds its files.
    static let otherVariables: Set<String> = {
        var names: Set<String> = ["BIHUAN_CONFIG", "BIHUAN_HOME"]
        #if FAILPOINTS
            names.insert(Failpoints.variable)
        #endif
        return names
    }()
    static let standardFile = "/etc/bihuan/bihuan.yaml"

    private var layers: [[String: Said]] = []
    /// Names that were given but are no settings, and files that cannot be read: one line each.
    private(set) var faults: [String] = []

    /// A text and where it was said.
    struct Said: Hashable, Sendable {
        var text: String
        var place: String
    }

    /// - Parameters:
    ///   - flags: what the command line sets, by the names of settings.
    ///   - file: the value of `--config`.
    ///   - standard: what a command would rather have than the standard values, where nobody says anything.
    init(
        flags: [String: String],
        file: String?,
        standard: [String: String] = [:],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        standardFile: String = Self.standardFile
    ) {
        self.layers.append(
            flags.reduce(into: [:]) { said, flag in
                said[flag.key] = Said(text: flag.value, place: "--" + flag.key.replacing(".", with: "-"))
            }
        )
        self.addEnvironment(environment)
        let named = file ?? environment["BIHUAN_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        if let path = named ?? (access(standardFile, F_OK) == 0 ? standardFile : nil) {
            self.addFile(path)
        }
        self.layers.append(standard.mapValues { Said(text: $0, place: "命令的默认值") })
    }

    /// What the strongest source says of `name`.
    func said(_ name: String) -> Said? {
        self.layers.lazy.compactMap { $0[name] }.first
    }

    private mutating func addEnvironment(_ environment: [String: String]) {
        let names = Dictionary(uniqueKeysWithValues: Settings.table.map { ($0.variable, $0.name) })
        var values: [String: Said] = [:]
        for (variable, text) in environment.sorted(by: { $0.key < $1.key }) where variable.hasPrefix("BIHUAN_") {
            if Self.otherVariables.contains(variable) { continue }
            guard let name = names[variable] else {
                self.faults.append("环境变量 \(variable)：没有这一项")
                continue
            }
            values[name] = Said(text: text, place: "环境变量 \(variable)")
        }
        self.layers.append(values)
    }

    private mutating func addFile(_ path: String) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            self.faults.append("配置文件 \(path)：不能读取，或不是 UTF-8")
            return
        }
        var values: [String: Said] = [:]
        do {
            if let root = try Yams.compose(yaml: text) { self.flatten(root, name: "", path: path, into: &values) }
        } catch {
            self.faults.append("配置文件 \(path)：不是有效的 YAML：\(error)")
        }
        self.layers.append(values)
    }

    private mutating func flatten(_ node: Node, name: String, path: String, into values: inout [String: Said]) {
        let place = "\(path) 第 \(node.mark?.line ?? 0) 行"
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                guard let word = key.string else {
                    self.faults.append("\(place)：键必须是文字")
                    continue
                }
                self.flatten(value, name: name.isEmpty ? word : "\(name).\(word)", path: path, into: &values)
            }
        case .scalar(let scalar):
            if name.isEmpty, scalar.string.isEmpty { return }
            guard Settings.table.contains(where: { $0.name == name }) else {
                self.faults.append("\(place)：没有 \(name.isEmpty ? scalar.string : name) 这一项")
                return
            }
            values[name] = Said(text: scalar.string, place: place)
        case .sequence, .alias:
            self.faults.append("\(place)：\(name) 不能是列表或引用")
        }
    }
}
