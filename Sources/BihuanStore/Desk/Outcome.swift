package import BihuanDomain

package import struct Foundation.Date
package import struct Foundation.UUID

/// What a command came to, in words of no door; kept under its idempotency key for 7 days.
package struct Outcome: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Hashable, Codable {
        case record = "case"
        case assignment, feedback, supervision, clock, filing, warning, lead, dispute, referral, task
        // Of the city's registers.
        case duty, liaison, expert, supply
        case dutyTest = "duty_test"
    }

    /// The object the command was about, as it stood afterwards.
    package var kind: Kind
    package var id: UUID
    /// Nil for feedback and leads, which have none.
    package var ref: String?
    package var state: String
    package var version: Int
    /// Label of the unit that has to act: assignee, or unit under the order.
    package var unit: String?
    package var dueAt: Date?
    /// The case; nil for a lead that belongs to none.
    package var caseID: UUID?
    package var caseRef: String?
    /// True of a drill, else nil: outcomes kept before there were drills say nothing.
    package var caseIsDrill: Bool?
    package var caseState: String?
    package var caseLevel: String?
    package var caseVersion: Int?
    /// What the asker may do next with the object.
    package var allowed: [Verb]
    /// False when everything had been so before.
    package var changed: Bool
    /// True when the key had been used before for the same command, and nothing was done again.
    package var replayed = false

    private enum CodingKeys: String, CodingKey {
        case kind, id, ref, state, version, unit, dueAt, caseID, caseRef, caseIsDrill, caseState, caseLevel, caseVersion
        case allowed, changed
    }
}

extension Outcome {
    init(_ changes: Changes, _ docket: Docket, _ authority: Authority, at now: Date) {
        let record = docket.record
        self.kind = .record
        self.id = record.id.rawValue
        self.ref = record.ref
        self.state = record.state.rawValue
        self.version = record.version
        self.caseID = record.id.rawValue
        self.caseRef = record.ref
        self.caseIsDrill = record.isDrill ? true : nil
        self.caseState = record.state.rawValue
        self.caseLevel = record.level
        self.caseVersion = record.version
        self.allowed = []
        self.changed = !changes.isEmpty
        let identity = authority.identity
        switch changes.subject {
        case .record:
            self.allowed = identity.map { Permission.allowed(on: docket.facts, to: $0, in: docket.tree) } ?? []
        case .assignment(let id):
            guard let hop = docket.assignment(id) else { return }
            self.describe(hop, docket, identity)
        case .feedback(let id):
            guard let feedback = docket.feedback.first(where: { $0.id == id }),
                let hop = docket.assignment(feedback.assignment)
            else { return }
            self.describe(hop, docket, identity)
            self.kind = .feedback
            self.id = feedback.id.rawValue
            self.ref = nil
            self.state = feedback.state.rawValue
            self.version = feedback.number
        case .supervision(let id):
            guard let order = docket.supervision(id) else { return }
            self.kind = .supervision
            self.id = order.id.rawValue
            self.ref = order.ref
            self.state = order.state.rawValue
            self.version = order.version
            self.unit = docket.tree[order.to]?.label
            self.dueAt = docket.clocks.first { $0.supervision == id }?.dueAt
            self.allowed =
                identity.map { Permission.allowed(on: docket.facts(of: order), to: $0, in: docket.tree) } ?? []
        case .clock(let id):
            guard let clock = docket.clock(id) else { return }
            self.kind = .clock
            self.id = id.rawValue
            self.ref = nil
            self.state = clock.isPaused ? "paused" : clock.asked != nil ? "extension_asked" : "running"
            self.unit = docket.tree[clock.unit]?.label
            self.dueAt = clock.dueAt
            self.allowed = identity.map { Permission.allowed(on: docket.facts(of: clock, at: now), to: $0) } ?? []
        case .warning(let id):
            guard let warning = docket.warning(id) else { return }
            self.kind = .warning
            self.id = id.rawValue
            self.ref = warning.ref
            self.state = warning.state.rawValue
            self.version = warning.version
            if let unit = identity?.unit, warning.receipts.contains(where: { $0.unit == unit }) {
                self.dueAt = docket.clocks.first { $0.warning == id && $0.unit == unit }?.dueAt
            }
            self.allowed =
                identity.map { Permission.allowed(on: docket.facts(of: warning), to: $0, in: docket.tree) } ?? []
        case .dispute(let id):
            guard let dispute = docket.dispute(id) else { return }
            self.kind = .dispute
            self.id = dispute.id.rawValue
            self.ref = dispute.ref
            self.state = dispute.state.rawValue
            self.version = dispute.version
            self.unit = docket.tree[dispute.decided ?? dispute.arbiter]?.label
            self.dueAt = docket.clocks.first { $0.dispute == id }?.dueAt
            self.allowed =
                identity.map { Permission.allowed(on: docket.facts(of: dispute), to: $0, in: docket.tree) } ?? []
        case .referral(let id):
            guard let referral = docket.referral(id) else { return }
            self.kind = .referral
            self.id = referral.id.rawValue
            self.ref = referral.ref
            self.state = referral.state.rawValue
            self.version = referral.version
            self.dueAt = docket.clocks.first { $0.referral == id }?.dueAt
            self.allowed = identity.map { Permission.allowed(on: docket.facts(of: referral), to: $0) } ?? []
        case .filing(let id):
            self.kind = .filing
            self.id = id.rawValue
            self.ref = nil
            self.state = "filed"
            self.version = changes.newFiling?.record.number ?? 1
            self.allowed = identity.map { Permission.allowed(on: docket.facts, to: $0, in: docket.tree) } ?? []
        case .task(let id):
            guard let task = docket.task(id) else { return }
            self.kind = .task
            self.id = id.rawValue
            self.ref = docket.assignment(task.assignment).map { TaskRecord.ref(task.number, of: $0.ref) }
            self.state = task.state.rawValue
            self.version = task.number
            self.unit = docket.tree[task.owner]?.label
            self.dueAt = task.dueAt
            self.allowed = identity.map { Permission.allowed(on: docket.facts(of: task), to: $0) } ?? []
        }
    }

    private mutating func describe(_ hop: AssignmentRecord, _ docket: Docket, _ identity: Identity?) {
        self.kind = .assignment
        self.id = hop.id.rawValue
        self.ref = hop.ref
        self.state = hop.state.rawValue
        self.version = hop.version
        self.unit = docket.tree[hop.to]?.label
        self.dueAt = docket.clocks.first { $0.assignment == hop.id && $0.kind == .feedback }?.dueAt
        self.allowed = identity.map { Permission.allowed(on: docket.facts(of: hop), to: $0, in: docket.tree) } ?? []
    }
}
