import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ lead: LeadView) {
        self.object { body in
            body.member("id", lead.id.rawValue)
            body.member("unit", lead.unit)
            body.member("source", lead.source)
            body.member("reference", lead.reference)
            body.member("channel", lead.channel)
            body.member("title", lead.title)
            body.member("content", lead.content)
            body.member("category", lead.category)
            body.member("place", lead.place)
            body.member("outlet", lead.outlet)
            body.member("link", lead.link)
            body.member("reply", lead.reply)
            body.member("replied_at", lead.repliedAt)
            body.member("occurred_at", lead.occurredAt)
            body.member("received_at", lead.receivedAt)
            body.member("recorded_at", lead.recordedAt)
            body.member("revision", lead.revision)
            body.member("case", lead.caseRef)
            body.member("is_drill", lead.isDrill)
            body.member("allowed_actions", [String]())
        }
    }
}
