/// Who may do what: it follows from post, unit and chain, and from where the object stands.
///
/// The doors list the result as `allowed_actions`; the docket asks the same functions before it moves anything.
package enum Permission {
    /// What decides about a case.
    package struct CaseFacts: Sendable, Hashable {
        package var state: CaseState
        package var owner: UnitID
        /// Whether an assignment, an order or a warning is still open.
        package var hasOpenWork: Bool
        /// Who may propose warnings; nil where the plan knows none.
        package var warning: WarningProposal?
        /// Whether a newer version of its plan is in force.
        package var isOutdated: Bool
        /// The time in which the plan lets it be reopened is over.
        package var isFinal: Bool
        /// Whether a unit is kept out of it.
        package var isRecused: Bool
        /// Whether only those who are cleared for it may see it.
        package var isRestricted: Bool

        package init(
            state: CaseState, owner: UnitID, hasOpenWork: Bool, warning: WarningProposal?, isOutdated: Bool,
            isFinal: Bool = false, isRecused: Bool = false, isRestricted: Bool = false
        ) {
            self.state = state
            self.owner = owner
            self.hasOpenWork = hasOpenWork
            self.warning = warning
            self.isOutdated = isOutdated
            self.isFinal = isFinal
            self.isRecused = isRecused
            self.isRestricted = isRestricted
        }
    }

    /// Who a plan lets propose warnings.
    package struct WarningProposal: Sendable, Hashable {
        /// Nil: whoever may file, of the case's owner.
        package var role: PlanRole?

        /// Nil for a plan without warnings.
        package init?(_ plan: Plan) {
            guard let rules = plan.warningRules else { return nil }
            self.role = rules.proposedBy.flatMap(plan.role)
        }
    }

    /// What decides about a warning.
    package struct WarningFacts: Sendable, Hashable {
        package var state: WarningState
        /// The plan's roles that may issue it.
        package var issuers: [PlanRole]
        /// Units that were told.
        package var told: Set<UnitID>
        package var isFrozen: Bool

        package init(state: WarningState, issuers: [PlanRole], told: Set<UnitID>, isFrozen: Bool = false) {
            self.isFrozen = isFrozen
            self.state = state
            self.issuers = issuers
            self.told = told
        }

        func stands(_ verb: Verb) -> Bool {
            switch verb {
            case .issueWarning, .declineWarning: self.state == .proposed
            case .respond, .liftWarning: self.state == .issued
            default: false
            }
        }
    }

    /// What decides about an assignment.
    package struct AssignmentFacts: Sendable, Hashable {
        package var state: AssignmentState
        package var from: UnitID
        package var to: UnitID
        package var reviewer: UnitID
        package var hasOpenChildren: Bool
        /// A decision binds the unit to it.
        package var isBound: Bool
        /// Ref of the dispute it is in.
        package var dispute: String?
        package var role: AssignmentRole
        /// Units that guide this work and have signed for it.
        package var guides: Set<UnitID>
        /// Its case is merged into another: nothing moves until that is undone.
        package var isFrozen: Bool
        /// The plan's limit of returns, where the work was returned so often.
        package var reachedReturnLimit: Int?

        package init(
            state: AssignmentState, from: UnitID, to: UnitID, reviewer: UnitID, hasOpenChildren: Bool,
            isBound: Bool = false, dispute: String? = nil, role: AssignmentRole, guides: Set<UnitID> = [],
            isFrozen: Bool = false, reachedReturnLimit: Int? = nil
        ) {
            self.isFrozen = isFrozen
            self.reachedReturnLimit = reachedReturnLimit
            self.state = state
            self.from = from
            self.to = to
            self.reviewer = reviewer
            self.hasOpenChildren = hasOpenChildren
            self.isBound = isBound
            self.dispute = dispute
            self.role = role
            self.guides = guides
        }
    }

    /// What decides about an order.
    package struct SupervisionFacts: Sendable, Hashable {
        package var state: SupervisionState
        package var from: UnitID
        package var to: UnitID
        package var isFrozen: Bool
        /// It has a reply that was not refused.
        package var isAnswered: Bool

        package init(
            state: SupervisionState, from: UnitID, to: UnitID, isAnswered: Bool, isFrozen: Bool = false
        ) {
            self.isFrozen = isFrozen
            self.isAnswered = isAnswered
            self.state = state
            self.from = from
            self.to = to
        }
    }

    /// What decides about a running clock.
    package struct ClockFacts: Sendable, Hashable {
        /// Who has to act.
        package var unit: UnitID
        /// Who answers for the time: the assigner, the issuer of the order, or the owner of the case.
        package var setter: UnitID
        package var isOfCase: Bool
        package var isOfAssignment: Bool
        package var isPaused: Bool
        package var isAsked: Bool
        /// No time is left to stop or to add to.
        package var isOverdue: Bool
        /// It is due at once: there is no time to stop or to add to.
        package var isImmediate: Bool
        package var isFrozen: Bool

        /// Whoever must act answers for the time as well, as in a review: no second unit looks on.
        var isOwn: Bool { self.unit == self.setter }

        package init(
            unit: UnitID, setter: UnitID, isOfCase: Bool, isOfAssignment: Bool, isPaused: Bool, isAsked: Bool,
            isOverdue: Bool, isImmediate: Bool, isFrozen: Bool = false
        ) {
            self.isFrozen = isFrozen
            self.unit = unit
            self.setter = setter
            self.isOfCase = isOfCase
            self.isOfAssignment = isOfAssignment
            self.isPaused = isPaused
            self.isAsked = isAsked
            self.isOverdue = isOverdue
            self.isImmediate = isImmediate
        }

        /// Why the clock does not stand as the step needs it; nil when it does.
        func stands(_ verb: Verb) -> ClockStanding? {
            switch verb {
            case .pause:
                // Time that has run out cannot be stopped.
                self.isPaused ? .paused : self.isImmediate ? .immediate : self.isOverdue ? .overdue : nil
            case .resume: self.isPaused ? nil : .notPaused
            case .askExtension:
                !self.isOfAssignment || self.isOwn
                    ? .noAssigner
                    : self.isImmediate ? .immediate : self.isAsked ? .asked : self.isOverdue ? .overdue : nil
            case .refuseExtension: self.isAsked ? nil : .notAsked
            case .grantExtension:
                // The level may have changed since it was asked.
                !self.isAsked ? .notAsked : self.isImmediate ? .immediate : self.isOverdue ? .overdue : nil
            default: nil
            }
        }
    }

    package static let clockVerbs: [Verb] = [.pause, .resume, .askExtension, .grantExtension, .refuseExtension]
    package static let caseVerbs: [Verb] = [
        .grade, .assign, .conclude, .dismiss, .reopen, .file, .observe, .warn, .replan, .refer, .visit, .attachLead,
        .detachLead, .merge, .recuse, .liftRecusal, .restrict, .urge, .engageExpert,
        .unmerge,
    ]
    /// What can be done with a merged case all the same: undo that, and open it as far as it was shut. It is shut further
    /// through the case that goes on (``DocketStep/carry``).
    static let thawedVerbs: Set<Verb> = [.unmerge, .liftRecusal, .restrict]
    package static let warningVerbs: [Verb] = [.issueWarning, .declineWarning, .respond, .liftWarning]
    package static let assignmentVerbs: [Verb] = [
        .receive, .return, .recall, .forward, .feedBack, .accept, .sendBack, .urge, .supervise, .dispute, .comment,
        .addTask, .endGuidance,
    ]
    package static let supervisionVerbs: [Verb] = [.reply, .lift, .uphold, .raise]

    /// Registers: dispatchers and the duty desk of the city bureau.
    package static func mayRegister(_ identity: Identity, in tree: UnitTree) -> Bool {
        Verb.register.roles.contains(identity.role) && tree[identity.unit]?.tier == .city
    }

    package static func allowed(on facts: CaseFacts, to identity: Identity, in tree: UnitTree) -> [Verb] {
        self.caseVerbs.filter { verb in
            // A case that was merged into another stands still.
            (facts.state != .merged || self.thawedVerbs.contains(verb)) && verb.roles.contains(identity.role)
                && self.isOf(identity, verb, facts, tree) && self.stands(verb, facts)
        }
    }

    package static func allowed(on facts: WarningFacts, to identity: Identity, in tree: UnitTree) -> [Verb] {
        facts.isFrozen
            ? []
            : self.warningVerbs.filter { verb in
                verb.roles.contains(identity.role) && self.isOf(identity, verb, facts, tree) && facts.stands(verb)
            }
    }

    static func require(
        _ verb: Verb, on facts: WarningFacts, by authority: Authority, in tree: UnitTree
    ) throws(Refusal) {
        if let identity = authority.identity {
            guard verb.roles.contains(identity.role) else { throw .notPermitted(verb, role: identity.role) }
            guard self.isOf(identity, verb, facts, tree) else { throw .outsideJurisdiction(verb) }
        }
        guard facts.stands(verb) else {
            throw .notAllowed(
                verb, state: facts.state.rawValue,
                allowed: authority.identity.map { self.allowed(on: facts, to: $0, in: tree) } ?? [])
        }
    }

    /// A unit answers for itself; all else is for the authority of the level.
    private static func isOf(_ identity: Identity, _ verb: Verb, _ facts: WarningFacts, _ tree: UnitTree) -> Bool {
        verb == .respond
            ? facts.told.contains(identity.unit) : facts.issuers.contains { identity.holds($0, in: tree) }
    }

    /// A case is its owner's; but a plan may let somebody else propose a warning.
    private static func isOf(_ identity: Identity, _ verb: Verb, _ facts: CaseFacts, _ tree: UnitTree) -> Bool {
        if verb == .warn, let role = facts.warning?.role { return identity.holds(role, in: tree) }
        // The owner is urged from above, or by those of its own who do not handle the case.
        if verb == .urge {
            return identity.unit == facts.owner
                ? identity.role == .leader || identity.role == .duty : tree.contains(identity.unit, facts.owner)
        }
        return identity.unit == facts.owner && (verb != .warn || Verb.file.roles.contains(identity.role))
    }

    package static func allowed(on facts: ClockFacts, to identity: Identity) -> [Verb] {
        facts.isFrozen
            ? []
            : self.clockVerbs.filter { verb in
                self.isFor(identity.role, verb, facts) && self.isOf(identity, verb, facts) && facts.stands(verb) == nil
            }
    }

    package static func allowed(on facts: AssignmentFacts, to identity: Identity, in tree: UnitTree) -> [Verb] {
        facts.isFrozen
            ? []
            : self.assignmentVerbs.filter { verb in
                verb.roles.contains(identity.role) && self.isOf(identity, verb, facts, tree) && self.stands(verb, facts)
            }
    }

    package static func allowed(on facts: SupervisionFacts, to identity: Identity, in tree: UnitTree) -> [Verb] {
        facts.isFrozen
            ? []
            : self.supervisionVerbs.filter { verb in
                verb.roles.contains(identity.role) && self.isOf(identity, verb, facts)
                    && self.stands(verb, facts) && (verb != .raise || tree[facts.from]?.parent != nil)
            }
    }

    /// A unit asks for more time, and whoever set the time grants it. Time that a unit sets itself, as of the case or of
    /// a review, is its leader's to set alone.
    static func require(_ verb: Verb, on facts: ClockFacts, by authority: Authority) throws(Refusal) {
        if let identity = authority.identity {
            guard self.isFor(identity.role, verb, facts) else { throw .notPermitted(verb, role: identity.role) }
            guard self.isOf(identity, verb, facts) else { throw .outsideJurisdiction(verb) }
        }
        if let standing = facts.stands(verb) { throw .clockStands(verb, standing) }
    }

    private static func isFor(_ role: PostRole, _ verb: Verb, _ facts: ClockFacts) -> Bool {
        verb.roles.contains(role) && (!facts.isOfCase && !facts.isOwn || role == .leader)
    }

    private static func isOf(_ identity: Identity, _ verb: Verb, _ facts: ClockFacts) -> Bool {
        identity.unit == (verb == .askExtension ? facts.unit : facts.setter)
    }

    package static func require(
        _ verb: Verb, on facts: CaseFacts, by authority: Authority, in tree: UnitTree
    ) throws(Refusal) {
        if verb == .warn, facts.warning == nil { throw .notInPlan(.warn) }
        if let identity = authority.identity {
            guard verb.roles.contains(identity.role) else { throw .notPermitted(verb, role: identity.role) }
            guard self.isOf(identity, verb, facts, tree) else { throw .outsideJurisdiction(verb) }
        }
        guard self.stands(verb, facts) else {
            if verb == .replan, facts.state.isOpen { throw .planIsCurrent }
            throw .notAllowed(
                verb, state: facts.state.rawValue,
                allowed: authority.identity.map { self.allowed(on: facts, to: $0, in: tree) } ?? [])
        }
    }

    static func require(
        _ verb: Verb, on facts: AssignmentFacts, by authority: Authority, in tree: UnitTree
    ) throws(Refusal) {
        if let identity = authority.identity {
            guard verb.roles.contains(identity.role) else { throw .notPermitted(verb, role: identity.role) }
            guard self.isOf(identity, verb, facts, tree) else { throw .outsideJurisdiction(verb) }
        }
        if self.isBinding(verb), facts.state.isOpen {
            if facts.isBound { throw .bound(verb) }
            if let ref = facts.dispute { throw .disputed(verb, ref: ref) }
        }
        var unlimited = facts
        unlimited.reachedReturnLimit = nil
        guard self.stands(verb, unlimited) else {
            throw .notAllowed(
                verb, state: facts.state.rawValue,
                allowed: authority.identity.map { self.allowed(on: facts, to: $0, in: tree) } ?? [])
        }
        if verb == .return, facts.role.answers, let limit = facts.reachedReturnLimit { throw .returnLimit(limit) }
    }

    static func require(
        _ verb: Verb, on facts: SupervisionFacts, by authority: Authority, in tree: UnitTree
    ) throws(Refusal) {
        if let identity = authority.identity {
            guard verb.roles.contains(identity.role) else { throw .notPermitted(verb, role: identity.role) }
            guard self.isOf(identity, verb, facts) else { throw .outsideJurisdiction(verb) }
        }
        guard self.stands(verb, facts) else {
            throw .notAllowed(
                verb, state: facts.state.rawValue,
                allowed: authority.identity.map { self.allowed(on: facts, to: $0, in: tree) } ?? [])
        }
        if verb == .raise, tree[facts.from]?.parent == nil { throw .nobodyAbove }
    }

    private static func stands(_ verb: Verb, _ facts: CaseFacts) -> Bool {
        let step: CaseTransition.Step
        switch verb {
        case .grade: step = .grade
        case .assign: step = .assign
        case .dismiss: step = .dismiss
        case .reopen:
            guard !facts.isFinal else { return false }
            step = .reopen
        case .conclude:
            guard !facts.hasOpenWork else { return false }
            step = .conclude
        // What may be filed when is told by the form.
        case .file: return facts.state.isOpen || facts.state == .concluded
        case .observe, .urge, .engageExpert: return facts.state.isOpen
        case .warn: return facts.state.isOpen && facts.warning != nil
        case .replan: return facts.state.isOpen && facts.isOutdated
        case .refer: return facts.state.isOpen
        case .visit: return facts.state == .concluded
        case .attachLead, .detachLead: return facts.state.isOpen
        case .merge: step = .merge
        case .unmerge: return facts.state == .merged
        // Whoever the case is about may come out after its end.
        case .recuse: return facts.state != .archived
        case .restrict: return facts.state == .merged ? facts.isRestricted : facts.state != .archived
        case .liftRecusal: return facts.isRecused
        default: return false
        }
        return CaseTransition.next(from: facts.state, on: step) != nil
    }

    private static func stands(_ verb: Verb, _ facts: AssignmentFacts) -> Bool {
        let step: AssignmentTransition.Step
        if self.isBinding(verb), facts.isBound || facts.dispute != nil { return false }
        switch verb {
        // Of what guides or informs nothing is demanded but the receipt.
        case .urge, .supervise: return facts.state.isOpen && (facts.role.answers || facts.state == .assigned)
        // Whom nobody has signed for is recalled.
        case .endGuidance: return facts.role == .guide && facts.state == .received
        case .comment: return facts.role.answers && facts.state.isOpen
        case .addTask: return facts.role.answers && (facts.state == .received || facts.state == .forwarded)
        case .receive: step = .receive
        case .return:
            // Whoever has nothing to dispute may always give it back.
            guard facts.reachedReturnLimit == nil || !facts.role.answers else { return false }
            step = .return
        // What may be returned may be disputed; but whom nothing is asked of has nothing to dispute.
        case .dispute:
            guard facts.role.answers else { return false }
            step = .return
        case .recall: step = .recall
        case .forward:
            guard facts.role.answers else { return false }
            step = .forward
        case .feedBack:
            // A tier answers for what it passes up, so it waits for those it passed the work on to.
            guard facts.role.answers, !facts.hasOpenChildren else { return false }
            step = .feedBack
        case .accept: step = .accept
        case .sendBack: step = .sendBack
        default: return false
        }
        return AssignmentTransition.next(from: facts.state, on: step) != nil
    }

    private static func isOf(_ identity: Identity, _ verb: Verb, _ facts: AssignmentFacts, _ tree: UnitTree) -> Bool {
        switch verb {
        case .receive, .return, .forward, .feedBack, .dispute, .addTask: identity.unit == facts.to
        case .comment: facts.guides.contains(identity.unit)
        case .recall, .endGuidance: identity.unit == facts.from
        case .accept, .sendBack: identity.unit == facts.reviewer
        // Whoever stands at or above the assigner presses the unit itself, or whoever has its feedback to review; nobody
        // presses their own unit, but that its leader and duty desk urge it.
        case .urge, .supervise:
            tree.contains(identity.unit, facts.from)
                && (identity.unit != facts.pressed
                    || verb == .urge && (identity.role == .leader || identity.role == .duty))
        default: false
        }
    }

    private static func isOf(_ identity: Identity, _ verb: Verb, _ facts: SupervisionFacts) -> Bool {
        verb == .reply ? identity.unit == facts.to : identity.unit == facts.from
    }

    /// What went a tier up may still be answered, once.
    private static func stands(_ verb: Verb, _ facts: SupervisionFacts) -> Bool {
        SupervisionTransition.next(from: facts.state, on: self.step(verb)) != nil
            && (verb != .reply || !facts.isAnswered)
    }

    private static func step(_ verb: Verb) -> SupervisionTransition.Step {
        switch verb {
        case .lift: .lift
        case .uphold: .uphold
        case .raise: .raise
        default: .reply
        }
    }
}
