package import BihuanDomain
package import Foundation
import Postgres

package enum WebhookKind {}
package typealias WebhookID = Identifier<WebhookKind>
package enum MessageKind {}
package typealias MessageID = Identifier<MessageKind>

/// One message on its way to one webhook, claimed by a courier.
package struct Delivery: Sendable, Hashable {
    package let city: CityID
    package let message: MessageID
    package let webhook: WebhookID
    /// Tries counted, this one included. It names the claim: a later one has a higher number, but for a suspect's that was
    /// never begun.
    package let attempt: Int
    /// The courier that held it last did not come back from it.
    package let isSuspect: Bool
    package let url: String
    /// What it is signed with, the newest first: two while one replaces the other.
    package let secrets: [[UInt8]]
    package let event: CloudEvent
}

/// A message as CloudEvents 1.0 has it, in structured JSON.
package struct CloudEvent: Sendable, Hashable {
    /// The same at each delivery, and to each webhook.
    package let id: String
    /// `/cities/harbin`
    package let source: String
    /// `cn.bihuan.clock.reminder.v1`
    package let type: String
    /// Ref of what it is about, e.g. `A-000398`.
    package let subject: String?
    /// When the step was taken, by domain time.
    package let time: Date
    /// A JSON object: the unit told, the case, the due time.
    package let data: String

    package init(id: String, source: String, type: String, subject: String?, time: Date, data: String) {
        self.id = id
        self.source = source
        self.type = type
        self.subject = subject
        self.time = time
        self.data = data
    }

    /// The body of a webhook.
    package var json: String {
        var members: [(name: String, text: String)] = [
            ("specversion", "1.0"), ("id", self.id), ("source", self.source), ("type", self.type),
        ]
        if let subject { members.append(("subject", subject)) }
        members.append(("time", self.time.ISO8601Format()))
        members.append(("datacontenttype", "application/json"))
        let head = members.map { "\"\($0.name)\":\(JSON.encoded($0.text))" }.joined(separator: ",")
        return "{\(head),\"data\":\(self.data)}"
    }
}
