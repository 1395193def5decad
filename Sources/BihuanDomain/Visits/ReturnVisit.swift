/// How content whoever raised the matter is with how it ended (满意度), F61.
package enum Satisfaction: String, Sendable, Hashable, CaseIterable, Codable {
    case satisfied, neutral, dissatisfied

    package var label: String {
        switch self {
        case .satisfied: "满意"
        case .neutral: "基本满意"
        case .dissatisfied: "不满意"
        }
    }
}

/// A return visit (回访) after the end: whether somebody was reached, and what they said.
package struct VisitDraft: Sendable, Hashable, Codable {
    package var reached: Bool
    /// Of whoever was reached, and of nobody else.
    package var satisfaction: Satisfaction?
    package var note: String?

    package init(reached: Bool, satisfaction: Satisfaction? = nil, note: String? = nil) {
        self.reached = reached
        self.satisfaction = satisfaction
        self.note = note
    }
}
