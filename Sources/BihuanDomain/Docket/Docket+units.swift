/// Several units on one case: who waits for whom, and who reviews whose work.
extension Docket {
    /// Who may have to review an assignment in its assigner's place, those hidden from the acting unit included.
    package struct Reviewers: Sendable, Hashable {
        /// The one open lead of the same assigner; nil: there is none, or more than one.
        package var lead: UnitID?
        /// The guide of the same assigner that stands longest, one with a line of business (条线) before those that serve all.
        package var guide: UnitID?

        package init(lead: UnitID? = nil, guide: UnitID? = nil) {
            self.lead = lead
            self.guide = guide
        }
    }

    /// Whether anything is still to be answered. Units that guide or are informed answer for nothing, and hold nothing up.
    var hasOpenWork: Bool {
        self.assignments.contains { $0.state.isOpen && $0.role.answers }
            || self.supervisions.contains { $0.state.isOpen && self.demandsWork($0) }
            || self.warnings.contains { $0.state.isOpen } || self.referrals.contains { $0.state.isOpen }
            || self.disputes.contains { $0.state.isOpen }
    }

    /// Whether an order is about work that the case waits for.
    func demandsWork(_ order: SupervisionRecord) -> Bool {
        self.assignment(order.assignment)?.role.answers ?? true
    }

    /// Units that guide the work of an assignment, among those that may be seen.
    func guides(of hop: AssignmentRecord) -> Set<UnitID> {
        guard hop.role.answers else { return [] }
        return Set(
            self.assignments.filter { $0.role == .guide && $0.from == hop.from && $0.state == .received }.map(\.to))
    }

    /// Who reviews the final feedback of an assignment: its assigner; but the lead collects its assists, and where the
    /// matter or its plan says so the guide reviews the lead (R102, R104).
    func reviewer(of hop: AssignmentRecord) -> UnitID {
        guard hop.parent == nil else { return hop.from }
        let others = self.assignments.filter { $0.from == hop.from && $0.parent == nil && $0.state.isOpen }
        let leads = others.filter { $0.role == .lead }
        let guides = others.filter { $0.role == .guide }
        let known =
            self.reviewers
            ?? Reviewers(
                lead: leads.count == 1 ? leads[0].to : nil,
                guide: (guides.first { self.tree[$0.to]?.line != nil } ?? guides.first)?.to)
        switch hop.role {
        case .assist: return known.lead ?? hop.from
        case .lead:
            return self.plan.reviewer(of: self.record.matter) == .guide ? known.guide ?? hop.from : hop.from
        case .guide, .inform: return hop.from
        }
    }

    package func task(_ id: TaskID) -> TaskRecord? { self.tasks.first { $0.id == id } }

    package func facts(of task: TaskRecord) -> Permission.TaskFacts {
        .init(state: task.state, unit: task.unit, owner: task.owner, isFrozen: self.record.state == .merged)
    }
}

extension Permission {
    /// What decides about a task.
    package struct TaskFacts: Sendable, Hashable {
        package var state: TaskState
        /// The unit that was assigned.
        package var unit: UnitID
        /// The unit that is to do it.
        package var owner: UnitID
        /// Its case is merged into another.
        package var isFrozen: Bool

        package init(state: TaskState, unit: UnitID, owner: UnitID, isFrozen: Bool = false) {
            self.isFrozen = isFrozen
            self.state = state
            self.unit = unit
            self.owner = owner
        }
    }

    package static let taskVerbs: [Verb] = [.finishTask, .dropTask]

    package static func allowed(on facts: TaskFacts, to identity: Identity) -> [Verb] {
        facts.isFrozen
            ? []
            : self.taskVerbs.filter { verb in
                verb.roles.contains(identity.role) && self.isOf(identity, verb, facts) && facts.state == .open
            }
    }

    static func require(_ verb: Verb, on facts: TaskFacts, by authority: Authority) throws(Refusal) {
        if let identity = authority.identity {
            guard verb.roles.contains(identity.role) else { throw .notPermitted(verb, role: identity.role) }
            guard self.isOf(identity, verb, facts) else { throw .outsideJurisdiction(verb) }
        }
        guard facts.state == .open else { throw .notAllowed(verb, state: facts.state.rawValue, allowed: []) }
    }

    /// Whoever was assigned answers for the task; whoever is to do it may say that it is done.
    private static func isOf(_ identity: Identity, _ verb: Verb, _ facts: TaskFacts) -> Bool {
        identity.unit == facts.unit || verb == .finishTask && identity.unit == facts.owner
    }
}

extension Permission.AssignmentFacts {
    /// Who is pressed to go on: whoever has to review what was fed back, else the unit that was assigned.
    package var pressed: UnitID { self.state == .fedBack ? self.reviewer : self.to }

    /// What the unit that was assigned must do next; empty when nothing is asked of it, or others come first.
    package var duties: [Verb] {
        guard !self.isFrozen else { return [] }
        return switch self.state {
        case .assigned: [.receive]
        case .received, .forwarded: self.role.answers && !self.hasOpenChildren ? [.feedBack] : []
        case .fedBack, .accepted, .returned, .recalled, .closed: []
        }
    }

    /// What the unit that reviews must do next.
    package var reviewDuties: [Verb] { self.state == .fedBack && !self.isFrozen ? [.accept, .sendBack] : [] }

    /// What a unit must do next about the assignment, as the one assigned, the one that reviews, or both.
    package func duties(of unit: UnitID) -> [Verb] {
        (unit == self.to ? self.duties : []) + (unit == self.reviewer ? self.reviewDuties : [])
    }
}
