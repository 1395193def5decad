package import BihuanDomain

/// What differs between two plans.
extension PlanFile {
    /// A value that differs.
    package struct Change: Sendable, Hashable {
        package let path: String
        /// Nil: not there.
        package let old: String?
        package let new: String?
    }

    /// What differs between two plans as they hold, each with what its city has set; in the order of the first and then of
    /// the second. Items of a list that have a key go by it, whatever their place; of levels the order is told too, for it
    /// is their rank.
    ///
    /// - Parameter values: what is set of the first, and of the second, by path.
    package static func changes(
        from first: String, to second: String, values: (first: [String: String], second: [String: String]) = ([:], [:])
    ) throws(PlanFaults) -> [Change] {
        let old = Self.leaves(try Self.node(first), "", "", values.first)
        let new = Self.leaves(try Self.node(second), "", "", values.second)
        let (oldByPath, newByPath) = (
            Dictionary(old, uniquingKeysWith: { $1 }), Dictionary(new, uniquingKeysWith: { $1 })
        )
        var changes = old.filter { newByPath[$0.0] != $0.1 }.map {
            Change(path: $0.0, old: $0.1, new: newByPath[$0.0])
        }
        changes += new.filter { oldByPath[$0.0] == nil }.map { Change(path: $0.0, old: nil, new: $0.1) }
        return changes
    }

    /// Every value by its name.
    ///
    /// - Parameter path: where it stands, as settings name it.
    private static func leaves(
        _ node: PlanNode, _ name: String, _ path: String, _ values: [String: String]
    ) -> [(String, String)] {
        switch node {
        case .text(let text, _): return [(name, values[path] ?? text)]
        case .map(let entries, _):
            return entries.flatMap { entry in
                let dot = name.isEmpty ? "" : "."
                return Self.leaves(entry.value, name + dot + entry.key, path + dot + entry.key, values)
            }
        case .list(let items, _):
            let keys = items.enumerated().map { index, item in Self.key(of: item) ?? "\(index)" }
            var leaves = zip(items, keys).enumerated().flatMap { index, item in
                Self.leaves(item.0, "\(name)[\(item.1)]", "\(path)[\(index)]", values)
            }
            if name.hasPrefix("schemes."), name.hasSuffix(".levels") {
                leaves.append((name, keys.joined(separator: " < ")))
            }
            return leaves
        }
    }

    private static func key(of item: PlanNode) -> String? {
        guard case .map(let entries, _) = item,
            case .text(let key, _)? = entries.first(where: { $0.key == "key" })?.value
        else { return nil }
        return key
    }
}
