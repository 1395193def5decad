/// Where a unit stands (层级). A department belongs to the city tier and has a line of business.
package enum Tier: String, Sendable, CaseIterable, Codable {
    case city
    case department
    case district
    case station

    /// 市局, 处室, 区县局, 所.
    package var label: String {
        switch self {
        case .city: "市局"
        case .department: "处室"
        case .district: "区县局"
        case .station: "所"
        }
    }
}
