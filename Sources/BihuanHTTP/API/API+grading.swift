import BihuanDomain
import BihuanStore

/// How grave a case is: what the plan proposes, what was judged, how it spreads.
extension API {
    var gradingRoutes: [Route] {
        let cases = "\(Self.base)/cases"
        return [
            Route("GET", "\(cases)/{id}/proposal") { call in
                let assessment = try Query.read(call.query) { Assessment(&$0) }
                let proposal = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.proposal(ofCase: call.objectKey, assessment, token)
                }
                return Self.reply { $0.write(proposal) }
            },
            Route("GET", "\(cases)/{id}/gradings") { call in
                try Query.refuse(call.query)
                let gradings = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.gradings(ofCase: call.objectKey, token)
                }
                return Self.list(gradings, zone: gradings.first?.offset) { $0.write($1) }
            },
            Route("GET", "\(cases)/{id}/spread") { call in
                try Query.refuse(call.query)
                let samples = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.spread(ofCase: call.objectKey, token)
                }
                return Self.list(samples, zone: samples.first?.offset) { $0.write($1) }
            },
            Route("POST", "\(cases)/{id}/spread") { call in
                try Query.refuse(call.query)
                let (draft, reason) = try Fields.read(try await call.body()) { fields in
                    var counts: [SpreadMetric: Int] = [:]
                    for metric in SpreadMetric.allCases {
                        counts[metric] = fields.optionalInteger(metric.rawValue, 0...Int64(SpreadCounts.most))
                            .map { Int($0) }
                    }
                    return (
                        SpreadDraft(
                            counts: SpreadCounts(counts), observedAt: fields.optionalTime("observed_at"),
                            source: fields.optionalText("source", Self.remark)),
                        fields.optionalText("reason", Self.remark)
                    )
                }
                return try await self.perform(call, on: .record(call.objectKey)) { _ in
                    .observe(draft, reason: reason)
                }
            },
        ]
    }

    /// A list that is no page: all of it.
    static func list<Item>(
        _ items: [Item], zone: UTCOffset?, _ element: (inout JSONWriter, Item) -> Void
    ) -> Reply {
        Self.reply(zone: zone ?? .china) { writer in
            writer.object { body in
                body.member("items", array: items, element)
                body.member("next", nil as String?)
            }
        }
    }
}

extension Assessment {
    /// As the members `factors`, `criteria` and `triggers` of a body.
    init(_ fields: inout Fields) {
        self.init(
            scores: fields.optionalIntegersByName(
                "factors", count: 0...50, Int64(Self.scoreRange.lowerBound)...Int64(Self.scoreRange.upperBound)
            ).mapValues { Int($0) },
            criteria: fields.texts("criteria", count: 0...100, API.word),
            triggers: fields.texts("triggers", count: 0...100, API.word))
    }

    /// As parameters: `factors=sensitivity:2,media:1&criteria=fast_spread&triggers=livelihood`.
    init(_ query: inout Query) {
        var scores: [String: Int] = [:]
        for pair in query.texts("factors", API.word) ?? [] {
            let parts = pair.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let score = Int(parts[1]), Self.scoreRange.contains(score) else {
                query.fault(
                    "factors", "score.malformed",
                    Phrase(zh: "须写成 key:0 至 key:3", en: "A score is written key:0 to key:3."))
                continue
            }
            scores[String(parts[0])] = score
        }
        self.init(
            scores: scores, criteria: query.texts("criteria", API.word) ?? [],
            triggers: query.texts("triggers", API.word) ?? [])
    }
}
