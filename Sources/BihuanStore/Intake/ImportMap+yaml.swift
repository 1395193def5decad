import Yams

extension ImportMap {
    /// Reads a mapping file whole and reports every fault with its line.
    package init(yaml: String) throws(ImportMapFaults) {
        guard yaml.utf8.count <= 1 << 20 else {
            throw ImportMapFaults([ImportMapFault(line: 1, path: "", detail: "映射文件超过 1 MiB")])
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw ImportMapFaults([Self.fault(of: error)])
        }
        var parser = ImportMapParser()
        guard let map = parser.map(root, text: yaml), parser.faults.isEmpty else {
            throw ImportMapFaults(parser.faults)
        }
        self = map
    }

    /// A fault of YAML itself.
    private static func fault(of error: any Error) -> ImportMapFault {
        let line: Int
        let detail: String
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            line = mark.line
            detail = "不是正确的 YAML：\(problem)"
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            line = context.mark.line
            let names = duplicates.sorted().joined(separator: ", ")
            detail = "同一个键出现两次：\(names)"
        default:
            line = 1
            detail = "不是正确的 YAML"
        }
        return ImportMapFault(line: line, path: "", detail: detail)
    }
}
