package import BihuanDomain
import Yams

/// Reads a plan file (`deploy/plans/*.yaml`). What it means is checked by ``BihuanDomain/Plan``.
package enum PlanFile {
    /// The plan in `text`, or everything that is wrong with it.
    package static func plan(_ text: String) throws(PlanFaults) -> Plan {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw PlanFaults(faults: [PlanFault(path: "file", rule: "is not YAML: \(error)")])
        }
        guard case .mapping(let root)? = node else {
            throw PlanFaults(faults: [PlanFault(path: "file", rule: "must be a mapping")])
        }
        var reader = Reader()
        let draft = reader.draft(root)
        guard reader.faults.isEmpty else { throw PlanFaults(faults: reader.faults) }
        return try Plan(draft)
    }

    /// Walks the file and notes what does not belong there, with its line.
    private struct Reader {
        var faults: [PlanFault] = []

        mutating func draft(_ root: Node.Mapping) -> PlanDraft {
            var draft = PlanDraft()
            self.each(root, "") { reader, key, node, path in
                switch key {
                case "plan": draft.id = reader.text(node, path)
                case "version": draft.version = reader.integer(node, path)
                case "name": draft.name = reader.text(node, path)
                case "levels": draft.levels = reader.levels(node, path)
                case "clocks":
                    reader.each(node, path) { reader, key, node, path in
                        draft.clocks[key] = reader.clock(node, path)
                    }
                case "resubmission":
                    reader.each(node, path) { reader, key, node, path in
                        switch key {
                        case "part": draft.resubmission = reader.number(node, path)
                        case "at_least": draft.resubmissionAtLeast = reader.text(node, path)
                        default: reader.unknown(node, path)
                        }
                    }
                default: reader.unknown(node, path)
                }
            }
            return draft
        }

        mutating func levels(_ node: Node, _ path: String) -> [PlanDraft.Level] {
            guard case .sequence(let sequence) = node else {
                self.fault(node, path, "must be a list")
                return []
            }
            var levels: [PlanDraft.Level] = []
            for (index, item) in sequence.enumerated() {
                var level = PlanDraft.Level(key: "", name: "", colour: "")
                self.each(item, "\(path)[\(index)]") { reader, key, node, path in
                    switch key {
                    case "key": level.key = reader.text(node, path)
                    case "name": level.name = reader.text(node, path)
                    case "colour": level.colour = reader.text(node, path)
                    default: reader.unknown(node, path)
                    }
                }
                levels.append(level)
            }
            return levels
        }

        mutating func clock(_ node: Node, _ path: String) -> PlanDraft.Clock {
            var clock = PlanDraft.Clock(limits: [:])
            self.each(node, path) { reader, key, node, path in
                switch key {
                case "limit":
                    if case .scalar = node {
                        clock.limits[ClockRule.anyLevel] = reader.text(node, path)
                    } else {
                        reader.each(node, path) { reader, key, node, path in
                            clock.limits[key] = reader.text(node, path)
                        }
                    }
                case "ladder":
                    reader.each(node, path) { reader, key, node, path in
                        switch key {
                        case "notice": clock.notice = reader.number(node, path)
                        case "circular": clock.circular = reader.text(node, path)
                        case "supervision":
                            reader.each(node, path) { reader, key, node, path in
                                switch key {
                                case "after": clock.supervision = reader.number(node, path)
                                case "at_least": clock.supervisionAtLeast = reader.text(node, path)
                                default: reader.unknown(node, path)
                                }
                            }
                        default: reader.unknown(node, path)
                        }
                    }
                default: reader.unknown(node, path)
                }
            }
            return clock
        }

        // MARK: Nodes

        mutating func each(
            _ node: Node, _ path: String, _ body: (inout Reader, String, Node, String) -> Void
        ) {
            guard case .mapping(let mapping) = node else { return self.fault(node, path, "must be a mapping") }
            self.each(mapping, path, body)
        }

        mutating func each(
            _ mapping: Node.Mapping, _ path: String, _ body: (inout Reader, String, Node, String) -> Void
        ) {
            for (key, value) in mapping {
                let name = key.string ?? ""
                body(&self, name, value, path.isEmpty ? name : "\(path).\(name)")
            }
        }

        mutating func text(_ node: Node, _ path: String) -> String {
            guard case .scalar(let scalar) = node else {
                self.fault(node, path, "must be a text")
                return ""
            }
            return scalar.string
        }

        mutating func integer(_ node: Node, _ path: String) -> Int {
            guard let value = node.int else {
                self.fault(node, path, "must be a whole number")
                return 0
            }
            return value
        }

        mutating func number(_ node: Node, _ path: String) -> Double {
            guard let value = node.float else {
                self.fault(node, path, "must be a number")
                return 0
            }
            return value
        }

        mutating func unknown(_ node: Node, _ path: String) {
            self.fault(node, path, "is not known here")
        }

        mutating func fault(_ node: Node, _ path: String, _ rule: String) {
            let line = node.mark.map { "line \($0.line): " } ?? ""
            self.faults.append(PlanFault(path: line + path, rule: rule))
        }
    }
}
