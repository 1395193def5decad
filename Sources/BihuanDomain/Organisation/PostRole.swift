/// What a post (岗位) lets its holder do; the unit of the post says where.
package enum PostRole: String, Sendable, CaseIterable, Codable {
    /// 派单员: grades, assigns, forwards, concludes.
    case dispatcher
    /// 承办人: receives, investigates, feeds back.
    case handler
    /// 核验人: reviews what comes back.
    case reviewer
    /// 领导: sees what has escalated, supervises.
    case leader
    /// 值班: registers, receives and urges at any hour.
    case duty
    /// 运维: looks after the server; moves no case.
    case `operator`

    package var label: String {
        switch self {
        case .dispatcher: "派单"
        case .handler: "承办"
        case .reviewer: "核验"
        case .leader: "领导"
        case .duty: "值班"
        case .operator: "运维"
        }
    }
}
