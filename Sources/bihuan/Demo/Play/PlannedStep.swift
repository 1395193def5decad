import BihuanDomain

/// A step of a way with its delay drawn and its repetitions written out.
struct PlannedStep: Sendable, Hashable {
    var deed: DayStep.Deed
    var by: DayStep.Actor
    var post: PostRole?
    var to: DayStep.Aim
    var door: DayStep.Door
    var about: DayStep.Actor
    var form: String
    var fields: [String: String]
    /// Minutes after the step before was due.
    var delay: Int

    private init(_ step: DayStep, delay: Int) {
        self.deed = step.deed
        self.by = step.by
        self.post = step.post
        self.to = step.to ?? .own
        self.door = step.door
        self.about = step.about ?? .unit
        self.form = step.form ?? ""
        self.fields = step.fields
        self.delay = delay
    }

    /// Writes steps out for a case of that level.
    static func plan(
        _ steps: [DayStep], level: String, tempo: Double, _ dice: inout Dice
    ) -> [PlannedStep] {
        var planned: [PlannedStep] = []
        func add(_ step: DayStep, after delay: Int?) {
            guard let delay else { return }
            planned.append(PlannedStep(step, delay: delay))
            for next in step.followedBy {
                if let delay = next.delay(level: level, tempo: tempo, from: &dice) {
                    planned.append(PlannedStep(next, delay: delay))
                }
            }
        }
        for step in steps {
            add(step, after: step.delay(level: level, tempo: tempo, from: &dice))
            guard let again = step.again, let every = again.every[level] else { continue }
            for _ in 0..<(again.times[level] ?? 0) { add(step, after: every.draw(from: &dice)) }
        }
        return planned
    }
}
