/// What a unit's name says of its place: `龙华区市场监督管理局` → `龙华区` and, said shortly, `龙华`.
struct UnitName: Sendable, Hashable {
    /// `龙华区`, `花园街道`; the whole name where it ends in nothing known.
    let place: String
    /// `龙华`; nil where too little or something common to all would be left.
    let stem: String?

    /// - Parameter prefixes: what the names of a city's units may begin with without saying anything: `海口市`, `海口`.
    init(_ name: String, without prefixes: [String] = []) {
        var rest = Substring(name)
        for body in Self.bodies where rest.hasSuffix(body) && rest.count > body.count {
            rest = rest.dropLast(body.count)
            break
        }
        for prefix in prefixes where rest.hasPrefix(prefix) && rest.count >= prefix.count + 2 {
            rest = rest.dropFirst(prefix.count)
            break
        }
        self.place = String(rest)
        self.stem = Self.stem(rest)
    }

    private static func stem(_ place: Substring) -> String? {
        // What is left of a zone's name is mostly the name of something larger.
        guard !Self.zones.contains(where: { place.hasSuffix($0) }) else { return nil }
        guard let kind = Self.kinds.first(where: { place.hasSuffix($0) && place.count > $0.count }) else {
            return place.count >= 2 ? String(place) : nil
        }
        let stem = place.dropLast(kind.count)
        return stem.count >= 2 ? String(stem) : nil
    }

    /// What the bodies of market supervision and those they were merged from are called, the longest first.
    private static let bodies: [String] = [
        "市场监督管理局", "市场监督管理分局", "市场监督管理所", "市场和质量监督管理局", "市场监管局", "市场监管分局", "市场监管所",
        "工商行政管理局", "工商行政管理所", "工商局", "工商分局", "工商所", "食品药品监督管理局", "食品药品监督管理所", "食品药品监督局", "食药监局",
        "食药监所", "质量技术监督局", "质监局", "质监所", "物价监督检查局", "物价监督局", "物价检查局", "物价局", "物价所", "监督管理局",
        "监督管理所", "管理局", "管理所", "监管局", "监管所", "分局", "局", "所",
    ].sorted { $0.count > $1.count }

    private static let kinds: [String] = [
        "街道办事处", "办事处", "街道", "地区", "林区", "矿区", "区", "县", "旗", "市", "镇", "乡",
    ]

    private static let zones: [String] = [
        "开发区", "新区", "园区", "高新区", "示范区", "保税区", "合作区", "管理区", "经开区", "度假区", "景区", "自治县", "自治旗",
    ]
}
