import BihuanStore

extension JSONWriter {
    mutating func write(_ timeline: Timeline) {
        self.object { body in
            body.member("case", timeline.caseRef)
            body.member("is_drill", timeline.isDrill)
            body.member("items", array: timeline.events) { $0.write($1) }
            body.member("next", nil as String?)
        }
    }

    private mutating func write(_ event: EventView) {
        self.object { body in
            body.member("seq", event.seq)
            body.member("at", event.at)
            body.member("kind", event.kind)
            body.member("assignment", event.assignment)
            body.member("actor", event.actor)
            body.member("unit", event.unit)
            body.member("via", event.via)
            body.member("reason", event.reason)
            body.name("detail")
            body.value(
                .object(
                    JSONObject(
                        members: event.detail.sorted { $0.key < $1.key }.map {
                            JSONObject.Member(name: $0.key, value: .string($0.value))
                        }
                    )
                )
            )
            body.member("hash", event.hash)
        }
    }
}
