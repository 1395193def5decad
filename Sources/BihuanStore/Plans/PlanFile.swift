package import BihuanDomain
package import Foundation
import Yams

/// Reads a plan file (`deploy/plans/*.yaml`). What it means is checked by ``BihuanDomain/Plan``.
package enum PlanFile {
    /// Longest file in bytes; the longest of ours has about 20,000.
    package static let longest = 262_144
    /// Deepest nesting.
    package static let deepest = 16

    /// The plan in `text`, or everything that is wrong with it.
    ///
    /// - Parameter values: what the city has set where the plan leaves it open, by path.
    package static func plan(_ text: String, values: [String: String] = [:]) throws(PlanFaults) -> Plan {
        try Plan(Self.node(text), values: values)
    }

    /// The text of a file, which must be UTF-8.
    package static func text(_ data: Data) throws(PlanFaults) -> String {
        if let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0) {
            return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        }
        if data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF]) || data.prefix(64).contains(0) {
            throw PlanFaults([PlanFault(.start, "", "这是 UTF-16 的文件（或不是文字），应另存为 UTF-8")])
        }
        // The longest beginning that is UTF-8 ends where the fault is.
        var (low, high) = (0, data.count)
        while low + 4 < high {
            let middle = (low + high) / 2
            let isFit = (0...3).contains { String(validating: data.prefix(middle - $0), as: UTF8.self) != nil }
            if isFit { low = middle } else { high = middle }
        }
        let start = (0...8).lazy.compactMap { String(validating: data.prefix(high - $0), as: UTF8.self) }.first ?? ""
        let lines = Self.lines(start)
        let place = PlanNode.Place(line: lines.count, column: (lines.last?.count ?? 0) + 1)
        throw PlanFaults([PlanFault(place, "", "从这里起不是 UTF-8，多半是 GBK（ANSI），应在编辑器里另存为 UTF-8")])
    }

    /// The lines of a text, ended as any system ends them.
    static func lines(_ text: String) -> [[Unicode.Scalar]] {
        var lines: [[Unicode.Scalar]] = [[]]
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where last == "\r": break
            case "\n", "\r": lines.append([])
            default: lines[lines.count - 1].append(scalar)
            }
            last = scalar
        }
        return lines
    }

    /// The tree of a file.
    ///
    /// YAML can do more than a plan may: anchors (with which a few lines unfold to gigabytes), tags, several documents and
    /// nesting without end are refused.
    package static func node(_ text: String) throws(PlanFaults) -> PlanNode {
        guard text.utf8.count <= Self.longest else {
            throw PlanFaults([PlanFault(.start, "", "文件超过 \(Self.longest / 1024) KB")])
        }
        let lines = Self.lines(text)
        var faults = Proofreader.faults(in: lines)
        if let place = Self.repetition(in: lines) { faults.append(PlanFault(place, "", Self.noAnchors)) }
        guard faults.isEmpty else { throw PlanFaults(faults) }

        var unified = String.UnicodeScalarView()
        for line in lines {
            unified.append(contentsOf: line)
            unified.append("\n")
        }
        let root: PlanNode?
        do {
            // Without rules for what looks like a number or a date everything untagged is a text.
            let parser = try Yams.Parser(yaml: String(unified), resolver: .basic, encoding: .utf8)
            let document = try parser.nextRoot()
            root = document.map { Self.node($0, "", 1, &faults) }
            if document != nil, let second = try parser.nextRoot() {
                faults.append(PlanFault(Self.place(of: second), "", "一个文件只写一份预案，不能用 --- 另起一份"))
            }
            // Nodes hold their anchors by the parser's leave.
            withExtendedLifetime(parser) {}
        } catch {
            throw PlanFaults([Self.fault(error, in: lines)])
        }
        guard let root else { throw PlanFaults([PlanFault(.start, "", "文件是空的")]) }
        guard faults.isEmpty else { throw PlanFaults(faults) }
        return root
    }

    private static let noAnchors = "不能用锚点（&名字）和别名（*名字），应照写一遍；文字以 & 或 * 开头的加引号"

    /// Where a name first stands behind `&` that elsewhere stands behind `*`.
    ///
    /// YAML unfolds an alias while it composes, so it must be refused before. Every alias repeats a name that was anchored;
    /// what has no such pair of names in it, wherever they stand, has no alias.
    private static func repetition(in lines: [[Unicode.Scalar]]) -> PlanNode.Place? {
        var anchors: [(name: String, place: PlanNode.Place)] = []
        var aliases: Set<String> = []
        for (index, line) in lines.enumerated() {
            for column in line.indices where line[column] == "&" || line[column] == "*" {
                let name = line[(column + 1)...].prefix(while: Self.isNameLetter)
                guard !name.isEmpty else { continue }
                let text = String(String.UnicodeScalarView(name))
                if line[column] == "*" {
                    aliases.insert(text)
                } else {
                    anchors.append((text, PlanNode.Place(line: index + 1, column: column + 1)))
                }
            }
        }
        return anchors.first { aliases.contains($0.name) }?.place
    }

    /// What YAML takes for a letter of an anchor's name.
    private static func isNameLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }

    private static func place(of node: Node) -> PlanNode.Place {
        node.mark.map { PlanNode.Place(line: $0.line, column: $0.column) } ?? .start
    }

    private static func node(_ node: Node, _ path: String, _ depth: Int, _ faults: inout [PlanFault]) -> PlanNode {
        let place = Self.place(of: node)
        guard depth <= Self.deepest else {
            faults.append(PlanFault(place, path, "层次太深，最多 \(Self.deepest) 层"))
            return .text("", place)
        }
        guard node.anchor == nil else {
            faults.append(PlanFault(place, path, Self.noAnchors))
            return .text("", place)
        }
        func refuse(_ tag: Tag, but name: Tag.Name) {
            guard !tag.rawValue.isEmpty, tag.rawValue != name.rawValue else { return }
            faults.append(PlanFault(place, path, "不能用标签（!名字）；文字以 ! 开头的加引号"))
        }
        switch node {
        case .scalar(let scalar):
            refuse(scalar.tag, but: .str)
            return .text(scalar.string, place)
        case .sequence(let sequence):
            refuse(sequence.tag, but: .seq)
            return .list(
                sequence.enumerated().map { Self.node($1, "\(path)[\($0)]", depth + 1, &faults) }, place)
        case .mapping(let mapping):
            refuse(mapping.tag, but: .map)
            var entries: [PlanNode.Entry] = []
            for (key, value) in mapping {
                guard case .scalar(let scalar) = key else {
                    faults.append(PlanFault(Self.place(of: key), path, "键应是一个名字"))
                    continue
                }
                // A key has an anchor or a tag of its own.
                _ = Self.node(key, path, depth, &faults)
                let name = scalar.string
                entries.append(
                    PlanNode.Entry(
                        key: name, place: Self.place(of: key),
                        value: Self.node(value, path.isEmpty ? name : "\(path).\(name)", depth + 1, &faults)))
            }
            return .map(entries, place)
        case .alias:
            faults.append(PlanFault(place, path, Self.noAnchors))
            return .text("", place)
        }
    }

    // MARK: What YAML itself refuses

    private static func fault(_ error: any Error, in lines: [[Unicode.Scalar]]) -> PlanFault {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            var place = PlanNode.Place(line: mark.line, column: mark.column)
            // A line without its colon is known as such on the next one only.
            if problem.hasPrefix("could not find expected ':'"), let mark = context?.mark {
                place = PlanNode.Place(line: mark.line, column: mark.column)
            }
            return PlanFault(place, "", Self.words(problem) ?? "不合 YAML：\(problem)")
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            let map = PlanNode.Place(line: context.mark.line, column: context.mark.column)
            return PlanFault(
                Self.second(duplicates.first ?? "", inMapAt: map, of: lines), duplicates.joined(separator: ", "), "写了两次"
            )
        default:
            return PlanFault(.start, "", "不合 YAML：\(error)")
        }
    }

    /// What a clerk did that YAML says `problem` of.
    private static func words(_ problem: String) -> String? {
        let known = [
            ("mapping values are not allowed", "这里不该有冒号：多半是上一行的值没有写完、本行缩进不对，或文字里有冒号加空格（加引号）"),
            ("could not find expected ':'", "这一行少了冒号加空格，或缩进不对"),
            ("did not find expected key", "缩进不对：与上面同级的键应对齐"),
            ("did not find expected '-' indicator", "缩进不对：列表的每一项应以“- ”对齐"),
            ("block sequence entries are not allowed", "“- ”不能跟在同一行的键后面，应另起一行"),
            ("did not find expected ',' or ']'", "方括号里少了逗号或 ]"), ("did not find expected ',' or '}'", "花括号里少了逗号或 }"),
            ("cannot start any token", "值不能以这个字符开头，应加引号"), ("found undefined alias", Self.noAnchors),
            ("Maximum nesting level", "层次太深，最多 \(Self.deepest) 层"), ("found undefined tag", "不能用标签（!名字）；文字以 ! 开头的加引号"),
            ("did not find expected <document start>", "前面的内容已经结束，这里多了东西：多半是缩进不对"),
        ]
        return known.first { problem.contains($0.0) }?.1
    }

    /// Where a key of a map is for the second time. Keys of a block map all stand in one column; of a map in braces the
    /// map itself is told.
    private static func second(
        _ key: String, inMapAt map: PlanNode.Place, of lines: [[Unicode.Scalar]]
    ) -> PlanNode.Place {
        let wanted = Array("\(key):".unicodeScalars)
        var count = 0
        for (index, line) in lines.enumerated() where index + 1 >= map.line {
            // The first key of a map in a list stands behind its hyphen.
            guard index + 1 == map.line || line.prefix(map.column - 1).allSatisfy({ $0 == " " }) else { continue }
            if line.dropFirst(map.column - 1).starts(with: wanted) { count += 1 }
            if count == 2 { return PlanNode.Place(line: index + 1, column: map.column) }
        }
        return map
    }
}
