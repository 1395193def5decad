/// One named clock as a plan sets it.
package struct ClockRule: Sendable, Hashable {
    /// Its name in the plan, e.g. `first_report`.
    package var id: String
    package var name: String
    package var startsOn: StartEvent
    package var stopsOn: PlanAct
    /// The levels at which it runs, by key.
    package var levels: Set<String>
    /// The matter types for which it runs, by key; nil: all.
    package var matters: Set<String>?
    /// By level key.
    package var limits: [String: TimeLimit]
    /// Begins anew each time it is stopped, until the case is over.
    package var repeats: Bool
    package var ladder: Ladder
    /// Requirement numbers such as `R24`.
    package var requirements: [String]

    /// What it measures: one of the loop's own acts, or a filing.
    package var kind: ClockKind { self.stopsOn.kind.clock }

    /// Whether it runs for a matter; of a case without one only what runs for all.
    package func runs(for matter: String?) -> Bool {
        guard let matters else { return true }
        return matter.map(matters.contains) ?? false
    }

    package func runs(at level: String) -> Bool { self.limits[level] != nil }

    /// Whether it may run before the case is graded.
    func runs(atEveryLevelOf plan: Plan) -> Bool { plan.levels.allSatisfy { self.runs(at: $0.key) } }
}

/// When the rungs of the ladder are reached, counted on one clock.
package struct Ladder: Sendable, Hashable {
    /// Part of the way from start to due at which a notice is given; nil: none.
    package var notice: Double?
    /// The order comes this part of the limit after due, but not sooner than `supervisionAtLeast` seconds; nil: none.
    package var supervision: Double?
    package var supervisionAtLeast = 1800
    /// How grave the order is; nil: general. An order that is raised is at least a grade above the one before.
    package var grade: SupervisionGrade?
    /// Who gets a copy of the order.
    package var copyTo: [SupervisionCopy] = []
    /// The circular comes this long after due; nil: none.
    package var circular: TimeLimit?
}

/// What starts a clock, as a plan names it.
package enum StartEvent: String, Sendable, Hashable, CaseIterable {
    /// When what the case is about happened (事发).
    case occurred
    /// When it was first noticed (发现).
    case discovered
    /// When it reached the city (收到).
    case received
    case registered
    /// When the case first stood at a level at which the clock runs (定级).
    case graded
    /// A graver level than before.
    case levelRaised = "level_raised"
    /// 转办 and 再转.
    case assigned
    /// 签收.
    case receipted
    case fedBack = "fed_back"
    case accepted, ordered, replied, reported, published, warned, concluded
    /// A unit disputes that the work is its own (争议).
    case disputed
    /// The case was referred outside (移送).
    case referred

    /// Whether a clock may start on it that is stopped by an act upon this.
    func suits(_ subject: PlanAct.Subject) -> Bool {
        switch self {
        case .assigned, .receipted, .fedBack: subject == .assignment
        case .ordered, .replied: subject == .order
        case .warned: subject == .warning || subject == .record
        case .disputed: subject == .dispute
        case .referred: subject == .referral
        case .occurred, .discovered, .received, .registered, .graded, .levelRaised, .accepted, .reported, .published,
            .concluded:
            subject == .record
        }
    }
}

/// What stops a clock: an act that leaves evidence, and of a filing which form.
package struct PlanAct: Sendable, Hashable {
    package var kind: Kind
    /// The form of a filing; nil: any.
    package var form: String?

    package enum Kind: String, Sendable, Hashable, CaseIterable {
        // The loop's own acts.
        case grade, assign, receive
        case feedBack = "feed_back"
        case interim, review, reply, judge, conclude
        // Filings: what is recorded on a form.
        case report, publish, answer, evaluate
        /// A unit's receipt of a warning.
        case respond
        /// A decision on a dispute.
        case arbitrate
        /// What came back from a body outside.
        case referralAnswered = "referral_answered"

        /// Acts without which a case would stand still, so that every plan must time them.
        package static let loop: [Kind] = [
            .grade, .assign, .receive, .feedBack, .review, .reply, .judge, .conclude,
        ]

        package var isFiling: Bool {
            switch self {
            case .report, .publish, .answer, .evaluate: true
            case .grade, .assign, .receive, .feedBack, .interim, .review, .reply, .judge, .conclude, .respond,
                .arbitrate,
                .referralAnswered:
                false
            }
        }

        /// What a clock measures that it stops.
        package var clock: ClockKind {
            switch self {
            case .grade: .grading
            case .assign: .dispatch
            case .receive: .receipt
            case .feedBack: .feedback
            case .interim: .interim
            case .review: .review
            case .reply: .reply
            case .judge: .judgement
            case .conclude: .conclusion
            case .report, .publish, .answer, .evaluate: .filing
            case .respond: .response
            case .arbitrate: .arbitration
            case .referralAnswered: .referral
            }
        }

        package var subject: Subject {
            switch self {
            case .grade, .assign, .conclude, .publish, .answer, .evaluate, .report: .record
            case .receive, .feedBack, .interim, .review: .assignment
            case .reply, .judge: .order
            case .respond: .warning
            case .arbitrate: .dispute
            case .referralAnswered: .referral
            }
        }
    }

    /// What an act is done upon.
    package enum Subject: Sendable, Hashable {
        case record, assignment, order, warning, dispute, referral
    }

    /// Whether a filing is this act.
    func isMet(by filed: FiledForm) -> Bool {
        self.kind == filed.act && (self.form == nil || self.form == filed.form)
    }

    package var text: String { self.kind.rawValue + (self.form.map { ".\($0)" } ?? "") }
}
