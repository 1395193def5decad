import BihuanDomain
import BihuanStore
import FoundationEssentials

extension Outcome {
    /// Whether the version is one that `If-Match` can name; feedback and leads have none.
    var carriesTag: Bool {
        switch self.kind {
        case .record, .assignment, .supervision, .warning, .dispute, .referral: true
        case .feedback, .clock, .filing, .lead, .task, .duty, .liaison, .expert, .supply, .dutyTest: false
        }
    }

    /// Where the object is found.
    var path: String {
        let collection =
            switch self.kind {
            case .record: "cases"
            case .assignment: "assignments"
            case .feedback: "feedback"
            case .supervision: "supervisions"
            case .clock: "clocks"
            case .filing: "filings"
            case .warning: "warnings"
            case .lead: "leads"
            case .dispute: "disputes"
            case .referral: "referrals"
            case .task: "tasks"
            case .duty: "units/\(self.unit ?? "")/duty"
            case .liaison: "units/\(self.unit ?? "")/liaisons"
            case .expert: "experts"
            case .supply: "supplies"
            case .dutyTest: "duty/tests"
            }
        // A roster or a list of liaisons is its unit's as a whole.
        if self.kind == .duty || self.kind == .liaison { return "\(API.base)/\(collection)" }
        return "\(API.base)/\(collection)/\(self.id.uuidString.lowercased())"
    }
}

extension JSONWriter {
    /// What a command came to: the object as it stood right after, and the case it belongs to.
    ///
    /// - Parameter similar: of what was taken in, the cases it is like.
    mutating func write(_ outcome: Outcome, similar: [SuggestionView]? = nil) {
        self.object { body in
            body.member("kind", outcome.kind)
            body.member("id", outcome.id)
            body.member("ref", outcome.ref)
            body.member("state", outcome.state)
            if outcome.carriesTag { body.member("version", outcome.version) }
            body.member("unit", outcome.unit)
            body.member("due_at", outcome.dueAt)
            if let id = outcome.caseID {
                body.member("case") { record in
                    record.member("id", id)
                    record.member("ref", outcome.caseRef)
                    record.member("is_drill", outcome.caseIsDrill ?? false)
                    record.member("state", outcome.caseState)
                    record.member("level", outcome.caseLevel)
                    record.member("version", outcome.caseVersion)
                }
            } else {
                body.member("case", nil as String?)
            }
            body.member("allowed_actions", outcome.allowed)
            body.member("changed", outcome.changed)
            if let similar { body.member("similar", array: similar) { $0.write($1) } }
        }
    }
}
