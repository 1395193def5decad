extension PlayedCase {
    /// Remembers what a step left behind.
    ///
    /// - Parameter made: ref of the assignment, case, order, dispute or referral.
    mutating func note(_ task: StepTask, _ made: String) {
        switch task.step.deed {
        case .assign:
            self.unitAssignment = made
            self.holder = task.target
        case .forward: self.stationAssignment = made
        case .guide: self.guideAssignment = made
        case .dispute: self.dispute = made
        case .refer: self.referral = made
        case .return, .recall:
            self.unitAssignment = ""
            self.holder = ""
        case .grade, .receive, .interim, .final, .accept, .sendBack, .urge, .supervise, .reply, .lift, .uphold, .raise,
            .dismiss, .conclude, .reopen, .file, .comment, .arbitrate, .answerReferral:
            break
        }
        self.steps = self.steps.dropFirst()
        self.done += 1
    }
}
