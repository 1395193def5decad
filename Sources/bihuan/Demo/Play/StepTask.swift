import BihuanDomain

/// One step ready to be taken: who, about what, in which words. It carries everything, so it can run beside others.
struct StepTask: Sendable {
    /// What the step left behind.
    enum Outcome: Sendable {
        /// The ref or id of what was made or moved.
        case done(String)
        /// The order that it is about has not been issued.
        case notYet
        case failed(DoorFailure)
    }

    var index: Int
    var step: PlannedStep
    var player: Cast.Player
    var ref: String
    /// Ref of the assignment that the step is about.
    var assignment: String
    /// Refs of the dispute and the referral that wait.
    var dispute: String
    var referral: String
    var level: String
    /// Label of the unit that is assigned.
    var target: String
    /// Label of the unit under the order.
    var supervised: String
    var text: String
    var reason: String
    var finding: DemoFinding?

    /// Takes the step through its door.
    func run(_ doors: DemoDoors) async -> Outcome {
        do throws(DoorFailure) {
            if self.step.door == .line { return .done(try await self.byLine(doors)) }
            let token = try await doors.sessions.token(self.player)
            return try await self.byJSON(doors.json, token)
        } catch {
            return .failed(error)
        }
    }

    private func byJSON(_ door: JSONDoorClient, _ token: String) async throws(DoorFailure) -> Outcome {
        let reply: RefReply
        switch self.step.deed {
        case .grade:
            reply = try await door.post(
                "/api/v1/cases/\(self.ref)/actions/grade", DoorWords.Grade(level: self.level, reason: self.reason),
                token: token)
        case .file:
            reply = try await door.post(
                "/api/v1/cases/\(self.ref)/filings", DoorWords.File(form: self.step.form, fields: self.step.fields),
                token: token)
        case .conclude, .dismiss, .reopen:
            reply = try await door.post(
                "/api/v1/cases/\(self.ref)/actions/\(self.step.deed.rawValue)", DoorWords.Reason(reason: self.reason),
                token: token)
        case .assign:
            reply = try await door.post(
                "/api/v1/cases/\(self.ref)/assignments",
                DoorWords.Assign(unit: self.target, instruction: self.text, reason: self.reason), token: token)
        case .guide:
            reply = try await door.post(
                "/api/v1/cases/\(self.ref)/assignments",
                DoorWords.Assign(
                    unit: self.target, role: AssignmentRole.guide.rawValue, instruction: self.text, reason: self.reason),
                token: token)
        case .comment:
            reply = try await door.post(
                "/api/v1/assignments/\(self.assignment)/actions/comment", DoorWords.Text(text: self.text), token: token)
        case .dispute:
            reply = try await door.post(
                "/api/v1/assignments/\(self.assignment)/disputes",
                DoorWords.Dispute(proposed: self.target, reason: self.reason), token: token)
        case .arbitrate:
            reply = try await door.post(
                "/api/v1/disputes/\(self.dispute)/actions/arbitrate",
                DoorWords.Arbitrate(unit: self.target, reason: self.reason), token: token)
        case .refer:
            reply = try await door.post(
                "/api/v1/cases/\(self.ref)/referrals",
                DoorWords.Refer(
                    kind: ReferralKind.outside.rawValue, to: self.step.fields["to"] ?? "", text: self.text,
                    reason: self.reason),
                token: token)
        case .answerReferral:
            reply = try await door.post(
                "/api/v1/referrals/\(self.referral)/actions/answer_referral", DoorWords.Answer(answer: self.text),
                token: token)
        case .forward:
            reply = try await door.post(
                "/api/v1/assignments/\(self.assignment)/actions/forward",
                DoorWords.Assign(unit: self.target, instruction: self.text, reason: self.reason), token: token)
        case .receive, .return, .recall, .urge:
            reply = try await door.post(
                "/api/v1/assignments/\(self.assignment)/actions/\(self.step.deed.rawValue)",
                DoorWords.Reason(reason: self.reason), token: token)
        case .interim, .final:
            reply = try await door.post(
                "/api/v1/assignments/\(self.assignment)/feedback", self.feedbackWords, token: token)
        case .accept, .sendBack:
            let feedback = try await self.feedback(door, token)
            reply = try await door.post(
                "/api/v1/feedback/\(feedback)/actions/\(self.step.deed.rawValue)",
                DoorWords.Reason(reason: self.reason), token: token)
        case .supervise:
            reply = try await door.post(
                "/api/v1/assignments/\(self.assignment)/supervisions",
                DoorWords.Supervise(
                    cause: SupervisionCause.inadequate.rawValue, requirement: self.text, reason: self.reason),
                token: token)
        case .reply, .lift, .uphold, .raise:
            guard let order = try await self.order(door, token) else { return .notYet }
            let path = "/api/v1/supervisions/\(order)/actions/\(self.step.deed.rawValue)"
            if self.step.deed == .reply {
                reply = try await door.post(path, DoorWords.Reply(reply: self.text), token: token)
            } else {
                reply = try await door.post(path, DoorWords.Reason(reason: self.reason), token: token)
            }
        }
        return .done(reply.ref ?? reply.id)
    }

    private var feedbackWords: DoorWords.Feedback {
        guard self.step.deed == .final, let finding else {
            return DoorWords.Feedback(kind: FeedbackKind.interim.rawValue, findings: self.text)
        }
        return DoorWords.Feedback(
            kind: FeedbackKind.final.rawValue, verdict: finding.verdict.rawValue, findings: finding.findings,
            measures: finding.measures, result: finding.result, fields: self.step.fields)
    }

    // MARK: What a step is about

    private struct Reviews: Decodable {
        struct Feedback: Decodable {
            var id: String
            var allowedActions: [String]
        }

        var items: [Feedback]
    }

    /// The feedback of the assignment that waits for this reviewer.
    private func feedback(_ door: JSONDoorClient, _ token: String) async throws(DoorFailure) -> String {
        let path = "/api/v1/assignments/\(self.assignment)/feedback"
        let reviews: Reviews = try await door.get(path, token: token)
        guard let waiting = reviews.items.last(where: { $0.allowedActions.contains(self.step.deed.rawValue) }) else {
            throw DoorFailure(request: "GET \(path)", status: 200, detail: "no feedback to \(self.step.deed.rawValue)")
        }
        return waiting.id
    }

    private struct Orders: Decodable {
        struct Order: Decodable {
            var ref: String
            var allowedActions: [String]
            var assignment: String
        }

        var items: [Order]
    }

    /// The order about this assignment that the step may be taken on; nil while there is none.
    private func order(_ door: JSONDoorClient, _ token: String) async throws(DoorFailure) -> String? {
        let orders: Orders = try await door.get(
            "/api/v1/supervisions", [("unit", self.supervised), ("limit", "200")], token: token)
        return orders.items.first {
            $0.assignment == self.assignment && $0.allowedActions.contains(self.step.deed.rawValue)
        }?.ref
    }

    // MARK: Line door

    private func byLine(_ doors: DemoDoors) async throws(DoorFailure) -> String {
        let words: [String]
        switch self.step.deed {
        case .assign:
            words = [
                "CASE", "ASSIGN", self.ref, self.target, "note=\(DemoLineDoor.quoted(self.text))",
                "reason=\(DemoLineDoor.quoted(self.reason))",
            ]
        case .conclude: words = ["CASE", "CONCLUDE", self.ref, "reason=\(DemoLineDoor.quoted(self.reason))"]
        case .urge: words = ["CASE", "URGE", self.assignment, "reason=\(DemoLineDoor.quoted(self.reason))"]
        case .grade, .receive, .return, .recall, .forward, .interim, .final, .accept, .sendBack, .supervise, .reply,
            .lift, .uphold, .raise, .dismiss, .reopen, .file, .guide, .comment, .dispute, .arbitrate, .refer,
            .answerReferral:
            throw DoorFailure(
                request: self.step.deed.rawValue, status: 0, detail: "the line door has no such command")
        }
        return try await doors.line.command(words.joined(separator: " "), by: self.player)
    }
}
