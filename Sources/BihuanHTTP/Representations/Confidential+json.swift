import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ recusal: RecusalView) {
        self.object { body in
            body.member("unit", recusal.unit)
            body.member("recused_at", recusal.recusedAt)
            body.member("officer", recusal.officer)
            body.member("reason", recusal.reason)
            body.member("lifted_at", recusal.liftedAt)
            body.member("lift_reason", recusal.liftReason)
        }
    }

    mutating func write(_ read: ReadView) {
        self.object { body in
            body.member("at", read.at)
            body.member("officer", read.officer)
            body.member("unit", read.unit)
            body.member("via", read.via)
            body.member("what", read.what)
        }
    }

    /// Masked: the whole is told by its own command alone.
    mutating func write(_ contact: ContactView) {
        self.object { body in
            body.member("id", contact.id.rawValue)
            body.member("lead", contact.lead.rawValue)
            body.member("kind", contact.kind)
            body.member("masked", contact.masked)
            body.member("recorded_at", contact.recordedAt)
            body.member("purged_at", contact.purgedAt)
            body.member("allowed_actions", contact.allowed)
        }
    }
}
