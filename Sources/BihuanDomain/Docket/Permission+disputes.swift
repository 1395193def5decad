/// Disputes and referrals: who may raise, decide and close them.
extension Permission {
    /// What decides about a dispute.
    package struct DisputeFacts: Sendable, Hashable {
        package var state: DisputeState
        package var raisedBy: UnitID
        package var assigner: UnitID
        package var arbiter: UnitID
        /// Its case is merged into another: nothing moves until that is undone.
        package var isFrozen: Bool

        package init(
            state: DisputeState, raisedBy: UnitID, assigner: UnitID, arbiter: UnitID, isFrozen: Bool = false
        ) {
            self.isFrozen = isFrozen
            self.state = state
            self.raisedBy = raisedBy
            self.assigner = assigner
            self.arbiter = arbiter
        }

        func stands(_ verb: Verb) -> Bool {
            switch verb {
            case .arbitrate: DisputeTransition.next(from: self.state, on: .arbitrate) != nil
            case .withdraw: DisputeTransition.next(from: self.state, on: .withdraw) != nil
            default: false
            }
        }
    }

    /// What decides about a referral.
    package struct ReferralFacts: Sendable, Hashable {
        package var state: ReferralState
        /// Of the case.
        package var owner: UnitID
        /// The case is merged into another.
        package var isFrozen: Bool

        package init(state: ReferralState, owner: UnitID, isFrozen: Bool = false) {
            self.isFrozen = isFrozen
            self.state = state
            self.owner = owner
        }

        func stands(_ verb: Verb) -> Bool {
            switch verb {
            case .answerReferral: ReferralTransition.next(from: self.state, on: .answer) != nil
            case .waiveReferral: ReferralTransition.next(from: self.state, on: .waive) != nil
            default: false
            }
        }
    }

    package static let disputeVerbs: [Verb] = [.arbitrate, .withdraw]
    package static let referralVerbs: [Verb] = [.answerReferral, .waiveReferral]

    /// Steps that would take work from the unit that a decision bound to it, or settle a dispute past its arbiter.
    static func isBinding(_ verb: Verb) -> Bool { verb == .return || verb == .recall || verb == .dispute }

    package static func allowed(on facts: DisputeFacts, to identity: Identity, in tree: UnitTree) -> [Verb] {
        facts.isFrozen
            ? []
            : self.disputeVerbs.filter { verb in
                self.isFor(identity, verb, facts, tree) && self.isOf(identity, verb, facts) && facts.stands(verb)
            }
    }

    package static func allowed(on facts: ReferralFacts, to identity: Identity) -> [Verb] {
        facts.isFrozen
            ? []
            : self.referralVerbs.filter { verb in
                verb.roles.contains(identity.role) && identity.unit == facts.owner && facts.stands(verb)
            }
    }

    static func require(
        _ verb: Verb, on facts: DisputeFacts, by authority: Authority, in tree: UnitTree
    ) throws(Refusal) {
        if let identity = authority.identity {
            guard self.isFor(identity, verb, facts, tree) else { throw .notPermitted(verb, role: identity.role) }
            guard self.isOf(identity, verb, facts) else { throw .outsideJurisdiction(verb) }
        }
        guard facts.stands(verb) else {
            throw .notAllowed(
                verb, state: facts.state.rawValue,
                allowed: authority.identity.map { self.allowed(on: facts, to: $0, in: tree) } ?? [])
        }
    }

    static func require(_ verb: Verb, on facts: ReferralFacts, by authority: Authority) throws(Refusal) {
        if let identity = authority.identity {
            guard verb.roles.contains(identity.role) else { throw .notPermitted(verb, role: identity.role) }
            guard identity.unit == facts.owner else { throw .outsideJurisdiction(verb) }
        }
        guard facts.stands(verb) else {
            throw .notAllowed(
                verb, state: facts.state.rawValue,
                allowed: authority.identity.map { self.allowed(on: facts, to: $0) } ?? [])
        }
    }

    /// A decision is the leader's. The city's dispatch office may take it where the city looks on, and has not itself
    /// assigned what is disputed.
    private static func isFor(_ identity: Identity, _ verb: Verb, _ facts: DisputeFacts, _ tree: UnitTree) -> Bool {
        guard verb.roles.contains(identity.role) else { return false }
        guard verb == .arbitrate, identity.role != .leader else { return true }
        return tree[facts.arbiter]?.parent == nil && facts.assigner != facts.arbiter
    }

    private static func isOf(_ identity: Identity, _ verb: Verb, _ facts: DisputeFacts) -> Bool {
        identity.unit == (verb == .withdraw ? facts.raisedBy : facts.arbiter)
    }
}
