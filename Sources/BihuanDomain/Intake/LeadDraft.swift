package import FoundationEssentials

/// A lead as somebody typed it or a file told it: nothing checked, nothing masked.
///
/// It becomes a ``Lead`` through that type's only initialiser.
package struct LeadDraft: Hashable, Sendable, Encodable {
    /// A time, told in text or already read by a map's date forms.
    package enum Time: Hashable, Sendable, Encodable {
        /// Read as RFC 3339, zone required, e.g. `2026-03-02T08:15:00+08:00`.
        case text(String)
        case instant(Date)
    }

    package var source: String?
    package var reference: String?
    package var channel: String?
    /// Nil or blank: the first sentence of the content.
    package var title: String?
    package var content: String?
    package var category: String?
    package var place: String?
    package var outlet: String?
    package var link: String?
    package var reply: String?
    package var repliedAt: Time?
    package var occurredAt: Time?
    /// Nil: the moment it is checked.
    package var receivedAt: Time?

    package init(
        source: String? = nil,
        reference: String? = nil,
        channel: String? = nil,
        title: String? = nil,
        content: String? = nil,
        category: String? = nil,
        place: String? = nil,
        outlet: String? = nil,
        link: String? = nil,
        reply: String? = nil,
        repliedAt: Time? = nil,
        occurredAt: Time? = nil,
        receivedAt: Time? = nil
    ) {
        self.source = source
        self.reference = reference
        self.channel = channel
        self.title = title
        self.content = content
        self.category = category
        self.place = place
        self.outlet = outlet
        self.link = link
        self.reply = reply
        self.repliedAt = repliedAt
        self.occurredAt = occurredAt
        self.receivedAt = receivedAt
    }
}
