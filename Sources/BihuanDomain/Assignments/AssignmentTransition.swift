/// One permitted step of an assignment.
package struct AssignmentTransition: Hashable, Sendable {
    package enum Step: String, Sendable, CaseIterable {
        case receive, `return`, recall, forward
        case feedBack = "feed_back"
        case accept
        case sendBack = "send_back"
        case close
        /// The unit, or one above it, is recused from the case.
        case recuse
    }

    package var from: AssignmentState
    package var step: Step
    package var to: AssignmentState

    /// The whole loop of an assignment; see ``CaseTransition/table``.
    ///
    /// Only a final feedback moves the state; an interim one is recorded where the assignment stands.
    package static let table: [AssignmentTransition] = [
        .init(from: .assigned, step: .receive, to: .received),  // 签收
        .init(from: .assigned, step: .return, to: .returned),  // 退回
        .init(from: .received, step: .return, to: .returned),
        .init(from: .assigned, step: .recall, to: .recalled),  // 撤回
        .init(from: .received, step: .forward, to: .forwarded),  // 再转
        .init(from: .forwarded, step: .forward, to: .forwarded),
        .init(from: .received, step: .feedBack, to: .fedBack),  // 最终反馈
        .init(from: .forwarded, step: .feedBack, to: .fedBack),
        .init(from: .fedBack, step: .accept, to: .accepted),  // 核验通过
        .init(from: .fedBack, step: .sendBack, to: .received),  // 退改
        .init(from: .assigned, step: .close, to: .closed),  // 抄告签收，或不再需要
        .init(from: .received, step: .close, to: .closed),  // 指导结束
        .init(from: .assigned, step: .recuse, to: .recalled),  // 回避
        .init(from: .received, step: .recuse, to: .recalled),
        .init(from: .forwarded, step: .recuse, to: .recalled),
        .init(from: .fedBack, step: .recuse, to: .recalled),
    ]

    package static func next(from state: AssignmentState, on step: Step) -> AssignmentState? {
        self.table.first { $0.from == state && $0.step == step }?.to
    }
}
