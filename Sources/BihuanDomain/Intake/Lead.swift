package import FoundationEssentials

/// A lead (线索) fit to be kept: fields within their limits, text composed (NFC) and free of control characters,
/// numbers that lead to a person masked, times plausible.
///
/// There is no way to hold one that is not fit: the only initialiser checks everything.
package struct Lead: Hashable, Sendable {
    /// How many code points a derived title has at most.
    package static let derivedTitleLimit = 60
    /// How far ahead of now a told time may lie: clocks of other systems differ, and dates have no time of day.
    package static let tolerance: TimeInterval = 86_400

    package let source: String
    package let reference: String?
    package let channel: String
    package let title: String
    package let content: String
    package let category: String?
    package let place: String?
    package let outlet: String?
    package let link: String?
    package let reply: String?
    package let repliedAt: Date?
    package let occurredAt: Date?
    /// When the source took it in; the moment of checking where the draft does not say.
    package let receivedAt: Date
    /// Whether the draft said when it was received.
    package let isReceiptStated: Bool

    /// Checks a draft and reports every fault at once.
    ///
    /// - Parameters:
    ///   - now: Domain time; times later than ``tolerance`` after it are refused.
    ///   - referenceRequired: True for imports, where the reference is what makes them repeatable.
    package init(_ draft: LeadDraft, now: Date, referenceRequired: Bool = false) throws(LeadFaults) {
        var reader = LeadReader(now: now)
        let source = reader.label(draft.source, .source)
        let reference = reader.identifier(draft.reference, .reference, required: referenceRequired)
        let channel = reader.label(draft.channel, .channel)
        let given = reader.line(draft.title, .title)
        let content = reader.text(draft.content, .content, required: true)
        self.category = reader.line(draft.category, .category)
        self.place = reader.line(draft.place, .place)
        self.outlet = reader.line(draft.outlet, .outlet)
        self.link = reader.link(draft.link)
        self.reply = reader.text(draft.reply, .reply, required: false)
        self.repliedAt = reader.time(draft.repliedAt, .repliedAt)
        self.occurredAt = reader.time(draft.occurredAt, .occurredAt)
        let receivedAt = reader.time(draft.receivedAt, .receivedAt)

        guard reader.faults.isEmpty, let source, let channel, let content else { throw LeadFaults(reader.faults) }
        self.source = source
        self.reference = reference
        self.channel = channel
        self.content = content
        self.title = given ?? LeadTitle.derived(from: content, limit: Self.derivedTitleLimit)
        self.receivedAt = receivedAt ?? now
        self.isReceiptStated = receivedAt != nil
    }

    /// The fields in one unambiguous row of bytes; its SHA-256 tells whether the source has changed the lead.
    ///
    /// Each field is a presence byte, an 8-byte length and its UTF-8, times as microseconds since 1970. `source` and
    /// `reference` are the key and not part of it; a receipt that was not stated is absent, because it would be new
    /// at every reading. It is taken of the masked text: a hash of the original would give four hidden digits back to
    /// anyone who tries the ten thousand.
    package var canonicalForm: [UInt8] {
        var form: [UInt8] = []
        form.reserveCapacity(self.content.utf8.count + (self.reply?.utf8.count ?? 0) + 512)
        func add(_ text: String?) {
            guard let text else { return form.append(0) }
            form.append(1)
            withUnsafeBytes(of: UInt64(text.utf8.count).bigEndian) { form.append(contentsOf: $0) }
            form.append(contentsOf: text.utf8)
        }
        func add(_ time: Date?) {
            guard let time else { return form.append(0) }
            form.append(1)
            let microseconds = Int64((time.timeIntervalSince1970 * 1_000_000).rounded())
            withUnsafeBytes(of: microseconds.bigEndian) { form.append(contentsOf: $0) }
        }
        add(self.channel)
        add(self.title)
        add(self.content)
        add(self.category)
        add(self.place)
        add(self.outlet)
        add(self.link)
        add(self.reply)
        add(self.repliedAt)
        add(self.occurredAt)
        add(self.isReceiptStated ? self.receivedAt : nil)
        return form
    }
}
