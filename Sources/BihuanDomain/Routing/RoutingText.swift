/// What is known of a case when it is asked where it goes.
package struct RoutingText: Sendable, Hashable {
    package var title: String
    package var content: String
    package var place: String?
    package var category: String?
    /// By key of the plan; nil: not graded yet.
    package var level: String?
    package var matter: String?

    package init(
        title: String = "", content: String = "", place: String? = nil, category: String? = nil, level: String? = nil,
        matter: String? = nil
    ) {
        self.title = title
        self.content = content
        self.place = place
        self.category = category
        self.level = level
        self.matter = matter
    }

    /// Where a word was found.
    package enum Field: String, Sendable, Hashable, CaseIterable, Codable {
        case place, category, title, content

        package var label: String {
            switch self {
            case .place: "地点"
            case .category: "分类"
            case .title: "标题"
            case .content: "正文"
            }
        }
    }
}
