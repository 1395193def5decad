/// One permitted step of a case.
package struct CaseTransition: Hashable, Sendable {
    /// What moves a case: a verb of an officer, or what follows from one of its assignments.
    package enum Step: String, Sendable, CaseIterable {
        case grade, assign, dismiss, conclude, reopen
        /// The last open first-hop assignment was returned or recalled.
        case release
        /// The final feedback of every first-hop assignment was accepted.
        case accept
        case merge
        /// An un-merge brings back the state before; what brings it back is named by it.
        case unmergeRegistered = "unmerge_registered"
        case unmergeGraded = "unmerge_graded"
        case unmergeAssigned = "unmerge_assigned"
        case unmergeAccepted = "unmerge_accepted"
    }

    package var from: CaseState
    package var step: Step
    package var to: CaseState

    /// The whole loop of a case.
    ///
    /// `sql/generated/transitions.sql` and the guard triggers, the interfaces' `allowed_actions` and the diagram in the
    /// README come from this list. Nothing else spells the order of states.
    package static let table: [CaseTransition] = [
        .init(from: .registered, step: .grade, to: .graded),  // 定级
        .init(from: .graded, step: .grade, to: .graded),
        .init(from: .assigned, step: .grade, to: .assigned),
        .init(from: .accepted, step: .grade, to: .accepted),
        .init(from: .graded, step: .assign, to: .assigned),  // 转办
        .init(from: .assigned, step: .assign, to: .assigned),
        .init(from: .accepted, step: .assign, to: .assigned),
        .init(from: .assigned, step: .release, to: .graded),  // 退回、撤回
        .init(from: .assigned, step: .accept, to: .accepted),  // 核验通过
        .init(from: .accepted, step: .conclude, to: .concluded),  // 办结
        .init(from: .registered, step: .dismiss, to: .dismissed),  // 不予受理
        .init(from: .graded, step: .dismiss, to: .dismissed),
        .init(from: .concluded, step: .reopen, to: .graded),  // 重新打开
        .init(from: .dismissed, step: .reopen, to: .registered),
        .init(from: .graded, step: .conclude, to: .concluded),  // 未转办即办结，须写明结果
        .init(from: .registered, step: .merge, to: .merged),  // 并案
        .init(from: .graded, step: .merge, to: .merged),
        .init(from: .assigned, step: .merge, to: .merged),
        .init(from: .accepted, step: .merge, to: .merged),
        .init(from: .merged, step: .unmergeRegistered, to: .registered),  // 撤销并案
        .init(from: .merged, step: .unmergeGraded, to: .graded),
        .init(from: .merged, step: .unmergeAssigned, to: .assigned),
        .init(from: .merged, step: .unmergeAccepted, to: .accepted),
    ]

    package static func next(from state: CaseState, on step: Step) -> CaseState? {
        self.table.first { $0.from == state && $0.step == step }?.to
    }
}
