package import BihuanDomain
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

    /// The tree of a file.
    ///
    /// YAML can do more than a plan may: anchors (with which a few lines unfold to gigabytes), tags, several documents and
    /// nesting without end are refused before anything is built of them.
    package static func node(_ text: String) throws(PlanFaults) -> PlanNode {
        guard text.utf8.count <= Self.longest else {
            throw PlanFaults([PlanFault(.start, "file", "is longer than \(Self.longest) bytes")])
        }
        var faults = Self.extravagances(in: text)
        guard faults.isEmpty else { throw PlanFaults(faults) }
        let documents: [Node]
        do {
            var stream = try Yams.compose_all(yaml: text)
            var found: [Node] = []
            while let document = stream.next() { found.append(document) }
            // What goes wrong on the way ends the stream, quietly.
            if let error = stream.error { throw error }
            documents = found
        } catch {
            throw PlanFaults([Self.fault(error, in: text)])
        }
        guard let document = documents.first else {
            throw PlanFaults([PlanFault(.start, "file", "is empty")])
        }
        if documents.count > 1 {
            let place = documents[1].mark.map(PlanNode.Place.init) ?? .start
            faults.append(PlanFault(place, "file", "must hold one document; what follows --- is another"))
        }
        let node = Self.node(document, "", 1, &faults)
        guard faults.isEmpty else { throw PlanFaults(faults) }
        return node
    }

    private static func node(_ node: Node, _ path: String, _ depth: Int, _ faults: inout [PlanFault]) -> PlanNode {
        let place = node.mark.map(PlanNode.Place.init) ?? .start
        guard depth <= Self.deepest else {
            faults.append(PlanFault(place, path, "is nested deeper than \(Self.deepest)"))
            return .text("", place)
        }
        switch node {
        case .scalar(let scalar):
            return .text(scalar.string, place)
        case .sequence(let sequence):
            return .list(
                sequence.enumerated().map { Self.node($1, "\(path)[\($0)]", depth + 1, &faults) }, place)
        case .mapping(let mapping):
            var entries: [PlanNode.Entry] = []
            for (key, value) in mapping {
                let keyPlace = key.mark.map(PlanNode.Place.init) ?? place
                guard case .scalar(let scalar) = key else {
                    faults.append(PlanFault(keyPlace, path, "a key must be a text"))
                    continue
                }
                let name = scalar.string
                entries.append(
                    PlanNode.Entry(
                        key: name, place: keyPlace,
                        value: Self.node(value, path.isEmpty ? name : "\(path).\(name)", depth + 1, &faults)))
            }
            return .map(entries, place)
        case .alias:
            faults.append(PlanFault(place, path, "aliases (*name) are not allowed; write it out"))
            return .text("", place)
        }
    }

    // MARK: Two plans

    /// A value that differs.
    package struct Change: Sendable, Hashable {
        package let path: String
        /// Nil: not there.
        package let old: String?
        package let new: String?
    }

    /// What differs between two files, in the order of the first and then of the second. Items of a list that have a key go
    /// by it, whatever their place.
    package static func changes(from first: String, to second: String) throws(PlanFaults) -> [Change] {
        let (old, new) = (Self.leaves(try Self.node(first), ""), Self.leaves(try Self.node(second), ""))
        let (oldByPath, newByPath) = (
            Dictionary(old, uniquingKeysWith: { $1 }), Dictionary(new, uniquingKeysWith: { $1 })
        )
        var changes = old.filter { newByPath[$0.0] != $0.1 }.map {
            Change(path: $0.0, old: $0.1, new: newByPath[$0.0])
        }
        changes += new.filter { oldByPath[$0.0] == nil }.map { Change(path: $0.0, old: nil, new: $0.1) }
        return changes
    }

    private static func leaves(_ node: PlanNode, _ path: String) -> [(String, String)] {
        switch node {
        case .text(let text, _): return [(path, text)]
        case .map(let entries, _):
            return entries.flatMap { Self.leaves($0.value, path.isEmpty ? $0.key : "\(path).\($0.key)") }
        case .list(let items, _):
            return items.enumerated().flatMap { index, item in
                var name = "\(index)"
                if case .map(let entries, _) = item,
                    case .text(let key, _)? = entries.first(where: { $0.key == "key" })?.value
                {
                    name = key
                }
                return Self.leaves(item, "\(path)[\(name)]")
            }
        }
    }

    // MARK: What YAML itself refuses

    private static func fault(_ error: any Error, in text: String) -> PlanFault {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let said = [context?.text, problem].compactMap { $0 }.joined(separator: ", ")
            return PlanFault(PlanNode.Place(mark), "file", "is not YAML: \(said)\(Self.advice(problem))")
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            let place = Self.second(duplicates.first ?? "", inMapAt: PlanNode.Place(context.mark), of: text)
            return PlanFault(place, duplicates.joined(separator: ", "), "is there twice in one map")
        case YamlError.reader(let problem, _, _, _):
            return PlanFault(.start, "file", "cannot be read: \(problem)")
        default:
            return PlanFault(.start, "file", "is not YAML: \(error)")
        }
    }

    /// Where a key of a map is for the second time. Keys of a block map all stand in one column; of a map in braces the
    /// map itself is told.
    private static func second(_ key: String, inMapAt map: PlanNode.Place, of text: String) -> PlanNode.Place {
        let indent = String(repeating: " ", count: map.column - 1)
        var count = 0
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where index + 1 >= map.line {
            // The first key of a map in a list stands behind its hyphen.
            let rest = index + 1 == map.line ? line.dropFirst(map.column - 1) : line.dropFirst(indent.count)
            guard index + 1 == map.line || line.hasPrefix(indent) else { continue }
            if rest.hasPrefix("\(key):") { count += 1 }
            if count == 2 { return PlanNode.Place(line: index + 1, column: map.column) }
        }
        return map
    }

    private static func advice(_ problem: String) -> String {
        problem.contains("cannot start any token") ? "; indent with spaces, not with tabs" : ""
    }

    // MARK: What a plan has no use for

    /// Looks at the bare lines. It may take a line inside a longer text for more than it is; then quotation marks help.
    private static func extravagances(in text: String) -> [PlanFault] {
        var faults: [PlanFault] = []
        var flow = 0
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let bytes = Array(line.utf8)
            var column = 0
            // Where a value may begin: at the line's own beginning, and after an indicator.
            var mayBegin = true
            var quote: UInt8?
            var steps = 0
            while column < bytes.count {
                let byte = bytes[column]
                let place = PlanNode.Place(line: index + 1, column: column + 1)
                let isLastOrSpace = column + 1 == bytes.count || bytes[column + 1] == UInt8(ascii: " ")
                if let open = quote {
                    if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\"") { column += 1 }
                    if byte == open { quote = nil }
                } else {
                    switch byte {
                    case UInt8(ascii: " "): break
                    case UInt8(ascii: "\t") where mayBegin:
                        faults.append(PlanFault(place, "file", "has a tab; indent with spaces"))
                        mayBegin = false
                    case UInt8(ascii: "#") where column == 0 || bytes[column - 1] == UInt8(ascii: " "):
                        column = bytes.count
                    case UInt8(ascii: "-") where mayBegin && isLastOrSpace,
                        UInt8(ascii: "?") where mayBegin && isLastOrSpace:
                        steps += 1
                    case UInt8(ascii: ":") where isLastOrSpace, UInt8(ascii: ","):
                        mayBegin = true
                    case UInt8(ascii: "["), UInt8(ascii: "{"):
                        if mayBegin { flow += 1 }
                    case UInt8(ascii: "]"), UInt8(ascii: "}"):
                        flow = max(0, flow - 1)
                    case UInt8(ascii: "\"") where mayBegin, UInt8(ascii: "'") where mayBegin:
                        quote = byte
                        mayBegin = false
                    case UInt8(ascii: "&") where mayBegin, UInt8(ascii: "*") where mayBegin:
                        faults.append(
                            PlanFault(
                                place, "file", "anchors (&name) and aliases (*name) are not allowed; write it out"))
                        mayBegin = false
                    case UInt8(ascii: "!") where mayBegin:
                        faults.append(PlanFault(place, "file", "tags (!name) are not allowed"))
                        mayBegin = false
                    default:
                        mayBegin = false
                    }
                }
                if flow > Self.deepest || steps > Self.deepest {
                    return [PlanFault(place, "file", "is nested deeper than \(Self.deepest)")]
                }
                column += 1
            }
            if bytes.prefix(while: { $0 == UInt8(ascii: " ") }).count > 8 * Self.deepest {
                return [PlanFault(PlanNode.Place(line: index + 1, column: 1), "file", "is indented too far")]
            }
        }
        return faults
    }
}

extension PlanNode.Place {
    fileprivate init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
