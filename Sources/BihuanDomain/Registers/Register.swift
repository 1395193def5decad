/// What a city keeps beside its cases: who is on duty, whom to call, who knows, what lies in store.
package enum Register: String, Sendable, Hashable, CaseIterable, Codable {
    case duty, liaisons, experts, supplies

    package var label: String {
        switch self {
        case .duty: "值班表"
        case .liaisons: "联络名单"
        case .experts: "专家库"
        case .supplies: "物资台账"
        }
    }

    /// Whether a post may keep it: the duty roster, the contacts and the stores of a unit by that unit and those above it,
    /// what is the city's by the city's dispatch office (舆情办).
    ///
    /// - Parameter unit: whose entry it is; nil: the city's.
    package func isKept(by identity: Identity, for unit: UnitID?, in tree: UnitTree) -> Bool {
        let roles: Set<PostRole> = self == .duty ? [.dispatcher, .operator, .leader, .duty] : [.dispatcher, .operator]
        guard roles.contains(identity.role) else { return false }
        switch self {
        case .duty, .liaisons, .supplies: return unit.map { tree.contains(identity.unit, $0) } ?? false
        case .experts: return tree[identity.unit]?.tier == .city
        }
    }
}

/// What somebody is to a unit whom others may call there. An office's own numbers, never those of whoever complained.
package enum LiaisonKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// 舆情联络员 of the three-level network (R42).
    case liaison
    /// 舆情信息员, exactly one in charge at a time (R37).
    case informationOfficer = "information_officer"
    /// 第一责任人 (R40).
    case responsible
    /// 新闻发言人 (R52).
    case spokesperson

    package var label: String {
        switch self {
        case .liaison: "舆情联络员"
        case .informationOfficer: "舆情信息员"
        case .responsible: "第一责任人"
        case .spokesperson: "新闻发言人"
        }
    }
}
