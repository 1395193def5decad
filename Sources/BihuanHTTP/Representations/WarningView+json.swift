import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ warning: WarningView) {
        self.object { body in
            body.member("id", warning.id.rawValue)
            body.member("ref", warning.ref)
            body.member("case") { record in
                record.member("id", warning.caseID.rawValue)
                record.member("ref", warning.caseRef)
                record.member("is_drill", warning.isDrill)
            }
            body.member("level", warning.level)
            body.member("level_name", warning.levelName)
            body.member("colour", warning.colour)
            body.member("judged", warning.judged)
            body.member("sensitive_period", warning.sensitivePeriod)
            body.member("state", warning.state)
            body.member("happened", warning.grounds.happened)
            body.member("possible", warning.grounds.possible)
            body.member("elsewhere", warning.grounds.elsewhere)
            body.member("text", warning.text)
            body.member("measures", warning.measures)
            body.member("proposed_by", warning.proposedBy)
            body.member("proposed_at", warning.proposedAt)
            body.member("decided_at", warning.decidedAt)
            body.member("decision_reason", warning.decisionReason)
            body.member("lifted_at", warning.liftedAt)
            body.member("lift_reason", warning.liftReason)
            body.member("receipts", array: warning.receipts) { writer, receipt in
                writer.object { body in
                    body.member("unit", receipt.unit)
                    body.member("roles", receipt.roles)
                    body.member("urgency", receipt.urgency)
                    body.member("told_at", receipt.toldAt)
                    body.member("due_at", receipt.dueAt)
                    body.member("received_at", receipt.receivedAt)
                    body.member("measures", receipt.measures)
                }
            }
            body.member("version", warning.version)
            body.member("allowed_actions", warning.allowed)
        }
    }
}
