import BihuanDomain

/// A case on its way through the day: what is known of it, where it stands and what is still planned.
struct PlayedCase: Sendable {
    /// What was written when it came in.
    var title: String
    var content: String
    var category: String
    /// Department of the category, or empty.
    var department: String
    var level: String
    /// The unit below the city that it belongs to.
    var unit: String
    /// A district that it does not belong to.
    var otherUnit: String
    var station: String?
    var way: String

    /// Case number; empty until it is registered.
    var ref = ""
    /// Refs of the open assignments.
    var unitAssignment = ""
    var stationAssignment = ""
    var guideAssignment = ""
    /// Refs of the dispute and the referral that wait.
    var dispute = ""
    var referral = ""
    /// The unit that holds the first hop now: not always the one it belongs to.
    var holder = ""

    /// What is to come, next first.
    var steps: ArraySlice<PlannedStep>
    var done = 0

    /// Label of the unit whose officer takes a step.
    func actor(_ actor: DayStep.Actor, city: String) -> String {
        switch actor {
        case .city: city
        case .unit: self.holder.isEmpty ? self.unit : self.holder
        case .station: self.station ?? self.unit
        case .department: self.department
        }
    }

    /// The assignment of a hop.
    func assignment(_ actor: DayStep.Actor) -> String {
        switch actor {
        case .station: self.stationAssignment
        case .department: self.guideAssignment
        case .city, .unit: self.unitAssignment
        }
    }
}
