import BihuanDomain
import Yams

/// Walks the nodes of a mapping file and collects faults on the way.
struct ImportMapParser {
    private(set) var faults: [ImportMapFault] = []

    private static let keys: Set<String> = [
        "source", "channel", "encoding", "delimiter", "zone", "fields", "optional", "ignore",
    ]
    private static let times: Set<LeadField> = [.receivedAt, .occurredAt, .repliedAt]
    /// Fields that a map may fill; `source` belongs to the map as a whole.
    private static let targets: [LeadField] = LeadField.allCases.filter { $0 != .source }

    mutating func map(_ root: Node?, text: String) -> ImportMap? {
        guard let root, let mapping = root.mapping else {
            self.add(root, "", "映射文件必须由“键: 值”组成")
            return nil
        }
        for (key, value) in mapping where !Self.keys.contains(key.string ?? "") {
            self.add(value, key.string ?? "", "没有这个键；可用的有 \(Self.keys.sorted().joined(separator: ", "))", at: key)
        }

        let source = self.label(mapping["source"], "source", root)
        let encoding = self.encoding(mapping["encoding"])
        let delimiter = self.delimiter(mapping["delimiter"])
        let utcOffset = self.zone(mapping["zone"])
        var fields = self.fields(mapping["fields"], root)
        if let node = mapping["channel"] {
            if fields[.channel] != nil {
                self.add(node, "channel", "channel 与 fields.channel 只能写一个")
            } else if let label = self.label(node, "channel", root) {
                fields[.channel] = [.constant(label)]
            }
        } else if fields[.channel] == nil {
            self.add(root, "channel", "缺少 channel：写一个固定的渠道，或在 fields 中由列得出")
        }
        let optional = Set(self.names(mapping["optional"], "optional"))
        var ignored = Set(self.names(mapping["ignore"], "ignore"))
        let ignoresOthers = ignored.remove("*") != nil

        let used = Set(fields.values.joined().flatMap(\.columns))
        for name in used.intersection(ignored).sorted() {
            self.add(mapping["ignore"], "ignore", "列“\(name)”既被使用又被忽略")
        }
        for name in optional.subtracting(used).sorted() {
            self.add(mapping["optional"], "optional", "列“\(name)”没有被任何字段使用")
        }
        guard self.faults.isEmpty, let source else { return nil }
        return ImportMap(
            source: source,
            encoding: encoding,
            delimiter: delimiter,
            utcOffset: utcOffset,
            fields: fields,
            optionalColumns: optional,
            ignoredColumns: ignored,
            ignoresOtherColumns: ignoresOthers,
            text: text
        )
    }

    // MARK: The map's own settings

    private mutating func label(_ node: Node?, _ path: String, _ root: Node) -> String? {
        guard let node else {
            self.add(root, path, "缺少 \(path)")
            return nil
        }
        guard let label = node.scalar?.string, LeadField.isLabel(label) else {
            self.add(node, path, "只能用小写字母、数字和连字符，以字母开头，最多 63 个")
            return nil
        }
        return label
    }

    private mutating func encoding(_ node: Node?) -> TextEncoding? {
        guard let node, let name = self.text(node, "encoding"), name != "auto" else { return nil }
        guard let encoding = TextEncoding(rawValue: name) else {
            self.add(node, "encoding", "只能是 auto、utf-8 或 gb18030")
            return nil
        }
        return encoding
    }

    private mutating func delimiter(_ node: Node?) -> UInt8 {
        let comma = UInt8(ascii: ",")
        guard let node, let text = self.text(node, "delimiter") else { return comma }
        switch text {
        case ",": return comma
        case ";": return UInt8(ascii: ";")
        case "\t", "tab": return 0x09
        default:
            // Others are second bytes of characters in GB18030.
            self.add(node, "delimiter", "只能是逗号、分号或 tab")
            return comma
        }
    }

    private mutating func zone(_ node: Node?) -> Int {
        guard let node, let text = self.text(node, "zone") else { return 8 * 3600 }
        let bytes = Array(text.utf8)
        let digits = bytes.enumerated().filter { [1, 2, 4, 5].contains($0.offset) }.map { Int($0.element) - 0x30 }
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), bytes[0] == 0x2B || bytes[0] == 0x2D,
            digits.allSatisfy((0...9).contains), digits[0] * 10 + digits[1] <= 14, digits[2] <= 5
        else {
            self.add(node, "zone", "要写成 \"+08:00\" 这样")
            return 8 * 3600
        }
        let seconds = (digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60
        return bytes[0] == 0x2D ? -seconds : seconds
    }

    // MARK: Fields

    private mutating func fields(_ node: Node?, _ root: Node) -> [LeadField: [ImportMap.Step]] {
        guard let node, let mapping = node.mapping else {
            self.add(node ?? root, "fields", "缺少 fields，或它不是“字段: 步骤”的形式")
            return [:]
        }
        var fields: [LeadField: [ImportMap.Step]] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard let field = LeadField(rawValue: name), field != .source else {
                let known = Self.targets.map(\.rawValue).joined(separator: ", ")
                self.add(value, "fields.\(name)", "没有这个字段；可用的有 \(known)", at: key)
                continue
            }
            let path = "fields.\(name)"
            let nodes: [Node] = value.sequence.map(Array.init) ?? [value]
            var steps: [ImportMap.Step] = []
            for (index, node) in nodes.enumerated() {
                guard let step = self.step(node, "\(path)[\(index)]", isFirst: index == 0) else { continue }
                let here = "\(path)[\(index)]"
                if step.isSource != (index == 0) {
                    self.add(
                        node, here,
                        index == 0
                            ? "第一步必须说明来源：column、columns、first_of 或 constant" : "来源只能写在第一步"
                    )
                }
                if case .date = step {
                    if !Self.times.contains(field) { self.add(node, here, "只有时间字段能用 date") }
                    if index != nodes.count - 1 { self.add(node, here, "date 必须是最后一步") }
                }
                for column in step.columns where PersonalColumns.contains(column) {
                    self.add(node, here, "列“\(column)”是个人信息，只能列入 ignore")
                }
                steps.append(step)
            }
            if nodes.isEmpty { self.add(value, path, "没有写步骤") }
            fields[field] = steps
        }
        for required in [LeadField.reference, .content] where mapping[required.rawValue] == nil {
            self.add(node, "fields.\(required.rawValue)", "缺少必填字段 \(required.rawValue)")
        }
        return fields
    }

    /// Step names with the further keys each permits.
    private static let steps: [(name: String, others: Set<String>)] = [
        ("column", []), ("columns", ["separator", "distinct"]), ("constant", []), ("first_of", []), ("take", []),
        ("replace", ["with"]), ("lookup", ["default"]), ("date", []), ("default", []),
    ]

    private mutating func step(_ node: Node, _ path: String, isFirst: Bool) -> ImportMap.Step? {
        if let name = node.scalar.map({ _ in node.string ?? "" }) {
            switch name {
            case "trim" where !isFirst: return .trim
            case "collapse_space" where !isFirst: return .collapseSpace
            case "":
                self.add(node, path, "步骤是空的")
                return nil
            default:
                // A column's name alone, for short.
                if isFirst { return .column(name) }
                self.add(node, path, "没有“\(name)”这个步骤")
                return nil
            }
        }
        guard let mapping = node.mapping, let (name, others) = Self.steps.first(where: { mapping[$0.name] != nil }),
            let value = mapping[name]
        else {
            let known = (Self.steps.map(\.name) + ["trim", "collapse_space"]).joined(separator: ", ")
            self.add(node, path, "没有可用的步骤；可用的有 \(known)")
            return nil
        }
        for (key, _) in mapping where key.string != name && !others.contains(key.string ?? "") {
            self.add(key, "\(path).\(key.string ?? "")", "步骤 \(name) 没有这个键", at: key)
        }
        let here = "\(path).\(name)"
        switch name {
        case "column":
            return self.text(value, here).map { .column($0) }
        case "columns":
            let names = self.names(value, here)
            if names.isEmpty { self.add(value, here, "没有写列名") }
            let separator = mapping["separator"].flatMap { self.text($0, "\(path).separator") } ?? " "
            return .columns(names, separator: separator, distinct: self.flag(mapping["distinct"], "\(path).distinct"))
        case "constant":
            return self.text(value, here).map { .constant($0) }
        case "first_of":
            let names = self.names(value, here)
            if names.isEmpty { self.add(value, here, "没有写列名") }
            return .firstOf(names)
        case "take":
            guard let count = value.int, (1...20_000).contains(count) else {
                self.add(value, here, "必须是 1 到 20000 的整数")
                return nil
            }
            return .take(count)
        case "replace":
            guard let pattern = self.text(value, here) else { return nil }
            guard (try? Regex(pattern)) != nil else {
                self.add(value, here, "不是正确的正则表达式")
                return nil
            }
            guard let with = mapping["with"] else {
                self.add(value, here, "缺少 with：写替换成什么，\"\" 表示删除")
                return nil
            }
            return .replace(pattern: pattern, with: self.text(with, "\(path).with") ?? "")
        case "lookup":
            return self.lookup(value, mapping["default"], path)
        case "date":
            return self.date(value, here)
        default:
            return self.text(value, here).map { .fallback($0) }
        }
    }

    private mutating func lookup(_ node: Node, _ otherwise: Node?, _ path: String) -> ImportMap.Step? {
        guard let mapping = node.mapping, !mapping.isEmpty else {
            self.add(node, "\(path).lookup", "必须是“值: 值”的表")
            return nil
        }
        var table: [String: String] = [:]
        for (key, value) in mapping {
            guard let from = key.string, let to = self.text(value, "\(path).lookup.\(key.string ?? "")") else {
                continue
            }
            table[from] = to
        }
        return .lookup(table, otherwise: otherwise.flatMap { self.text($0, "\(path).default") })
    }

    private mutating func date(_ node: Node, _ path: String) -> ImportMap.Step? {
        var forms: [TimeForm] = []
        let nodes: [Node] = node.sequence.map(Array.init) ?? [node]
        for node in nodes {
            guard let text = self.text(node, path) else { continue }
            do throws(TimeForm.Fault) {
                forms.append(try TimeForm(text))
            } catch {
                let detail =
                    switch error {
                    case .unknownLetter(let letter): "不认识字母 \(letter)；可用 yyyy M d H m s S Z，其他字母要加单引号"
                    case .twice(let letter): "字母 \(letter) 出现了两次"
                    case .noDay: "缺少年、月或日"
                    case .openQuote: "单引号没有闭合"
                    }
                self.add(node, path, "日期格式“\(text)”：\(detail)")
            }
        }
        if nodes.isEmpty { self.add(node, path, "没有写日期格式") }
        return forms.isEmpty ? nil : .date(forms)
    }

    // MARK: Values

    /// A scalar as it is written: `yes`, `1` and `2026-01-01` are texts here.
    private mutating func text(_ node: Node, _ path: String) -> String? {
        guard let scalar = node.scalar else {
            self.add(node, path, "必须是一个值")
            return nil
        }
        return scalar.string
    }

    private mutating func flag(_ node: Node?, _ path: String) -> Bool {
        guard let node else { return false }
        guard let value = node.bool else {
            self.add(node, path, "必须是 true 或 false")
            return false
        }
        return value
    }

    private mutating func names(_ node: Node?, _ path: String) -> [String] {
        guard let node else { return [] }
        guard let sequence = node.sequence else { return self.text(node, path).map { [$0] } ?? [] }
        var names: [String] = []
        for item in sequence {
            guard let name = self.text(item, path) else { continue }
            if names.contains(name) { self.add(item, path, "“\(name)”写了两次") }
            names.append(name)
        }
        return names
    }

    private mutating func add(_ node: Node?, _ path: String, _ detail: String, at key: Node? = nil) {
        let line = (key ?? node)?.mark?.line ?? 1
        self.faults.append(ImportMapFault(line: line, path: path, detail: detail))
    }
}
