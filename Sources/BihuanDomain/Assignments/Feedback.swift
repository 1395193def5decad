/// 阶段性反馈 or 最终反馈.
package enum FeedbackKind: String, Sendable, CaseIterable, Codable {
    case interim, final
}

/// What the investigation found: 属实, 部分属实, 不属实, 无法核实.
package enum Verdict: String, Sendable, CaseIterable, Codable {
    case substantiated
    case partlySubstantiated = "partly_substantiated"
    case unsubstantiated
    case unverifiable

    package var label: String {
        switch self {
        case .substantiated: "属实"
        case .partlySubstantiated: "部分属实"
        case .unsubstantiated: "不属实"
        case .unverifiable: "无法核实"
        }
    }
}

/// Where a feedback stands; interim ones are noted and not reviewed.
package enum FeedbackState: String, Sendable, CaseIterable, Codable {
    case noted, pending, accepted
    case sentBack = "sent_back"
}

/// What a unit reports (反馈), R100: whether it is so, what was found, what was done, how it ended.
///
/// Verdict, measures and result are required of a final feedback.
package struct FeedbackDraft: Sendable, Hashable, Codable {
    package var kind: FeedbackKind
    package var verdict: Verdict?
    package var findings: String
    package var measures: String?
    package var result: String?
    /// Answers to what the plan's form asks besides, by key.
    package var fields: [String: String]

    package init(
        kind: FeedbackKind, verdict: Verdict? = nil, findings: String, measures: String? = nil, result: String? = nil,
        fields: [String: String] = [:]
    ) {
        self.kind = kind
        self.verdict = verdict
        self.findings = findings
        self.measures = measures
        self.result = result
        self.fields = fields
    }
}
