import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ feedback: FeedbackView) {
        self.object { body in
            body.member("id", feedback.id.rawValue)
            body.member("assignment", feedback.assignment)
            body.member("case", feedback.caseRef)
            body.member("is_drill", feedback.isDrill)
            body.member("number", feedback.number)
            body.member("kind", feedback.kind)
            body.member("verdict", feedback.verdict)
            body.member("findings", feedback.findings)
            body.member("measures", feedback.measures)
            body.member("result", feedback.result)
            body.member("answers", array: feedback.answers) { writer, answer in
                writer.object { body in
                    body.member("key", answer.key)
                    body.member("question", answer.question)
                    body.member("value", answer.value)
                    body.member("is_restricted", answer.isRestricted)
                }
            }
            body.member("state", feedback.state)
            body.member("submitted_at", feedback.submittedAt)
            body.member("reviewed_at", feedback.reviewedAt)
            body.member("review_reason", feedback.reviewReason)
            body.member("allowed_actions", feedback.allowed)
        }
    }
}
