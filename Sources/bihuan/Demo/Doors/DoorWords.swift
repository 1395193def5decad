/// The bodies of requests, field by field as the JSON door takes them.
enum DoorWords {
    struct Reason: Encodable, Sendable {
        var reason: String
    }

    struct Grade: Encodable, Sendable {
        var level: String
        var reason: String
    }

    struct File: Encodable, Sendable {
        var form: String
        var fields: [String: String]
    }

    struct Assign: Encodable, Sendable {
        var unit: String
        /// Nil: lead.
        var role: String?
        var instruction: String
        var reason: String
    }

    struct Text: Encodable, Sendable {
        var text: String
    }

    struct Dispute: Encodable, Sendable {
        var proposed: String
        var reason: String
    }

    struct Arbitrate: Encodable, Sendable {
        var unit: String
        var reason: String
    }

    struct Refer: Encodable, Sendable {
        var kind: String
        var to: String
        var text: String
        var reason: String
    }

    struct Answer: Encodable, Sendable {
        var answer: String
    }

    struct Feedback: Encodable, Sendable {
        var kind: String
        var verdict: String?
        var findings: String
        var measures: String?
        var result: String?
        var fields: [String: String]?
    }

    struct Supervise: Encodable, Sendable {
        var cause: String
        var requirement: String
        var reason: String
    }

    struct Reply: Encodable, Sendable {
        var reply: String
    }

    struct Case: Encodable, Sendable {
        var source: String
        var reference: String
        var channel: String
        var title: String
        var content: String
        var category: String
        var place: String
        var outlet: String?
        var link: String?
        /// RFC 3339 with offset.
        var occurredAt: String

        private enum CodingKeys: String, CodingKey {
            case source, reference, channel, title, content, category, place, outlet, link
            case occurredAt = "occurred_at"
        }
    }
}
