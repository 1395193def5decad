import BihuanDomain
import BihuanStore
import FoundationEssentials

/// Who is on duty (值班), and tests whether they can be reached.
extension API {
    var dutyRoutes: [Route] {
        let roster = "\(Self.base)/units/{label}/duty"
        let tests = "\(Self.base)/duty/tests"
        return [
            Route("GET", roster) { call in
                let (day, days) = try Query.read(call.query) { query in
                    (query.day("date"), query.integer("days", 1...31) ?? 1)
                }
                let duty = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.duty(
                        token, unit: call.parameter("label"), from: day, days: Int(days))
                }
                return Self.reply(zone: duty.offset) { $0.write(duty) }
            },
            Route("PUT", roster) { call in
                let day = try Query.read(call.query) { query in
                    let day = query.day("date")
                    if day == nil {
                        query.fault("date", "field.missing", Phrase(zh: "缺少日期", en: "The day is missing."))
                    }
                    return day ?? CivilDay(rawValue: 0)
                }
                let shifts = try Fields.read(try await call.body()) { fields in
                    fields.objects("shifts", count: 0...Desk.mostShifts) { shift in
                        ShiftDraft(
                            officer: shift.text("officer", Self.word), from: shift.time("from"),
                            until: shift.time("until"))
                    }
                }
                return try await self.command(call, isCreation: false) { token, key throws(DeskError) in
                    try await self.store.desk.setDuty(
                        of: call.parameter("label"), on: day, shifts, by: token, via: .json, key: key)
                }
            },
            Route("POST", tests) { call in
                try Query.refuse(call.query)
                let draft = try Fields.read(try await call.body()) { fields in
                    DutyTestDraft(
                        units: fields.texts("units", count: 0...Desk.mostCalls, Self.word),
                        under: fields.optionalText("under", Self.word), record: fields.optionalText("case", Self.word),
                        within: Int(fields.optionalInteger("answer_within", 60...86_400) ?? 1_800),
                        reason: fields.text("reason", Self.words))
                }
                return try await self.command(call, isCreation: true) { token, key throws(DeskError) in
                    try await self.store.desk.testDuty(draft, by: token, via: .json, key: key)
                }
            },
            Route("GET", tests) { call in
                let (record, page) = try Query.read(call.query) { query in
                    (query.text("case", Self.word), query.page("duty_tests", self.seal))
                }
                let found = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.dutyTests(
                        token, ofCase: record.map { ObjectKey($0) }, after: page.key, limit: page.limit)
                }
                return self.page(found, of: "duty_tests", zone: found.items.first?.offset, call) { $0.write($1) }
            },
            Route("GET", "\(tests)/{id}") { call in
                try Query.refuse(call.query)
                let id = DutyTestID(rawValue: try call.uuid())
                let test = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.dutyTest(token, id: id)
                }
                return Self.reply(zone: test.offset) { $0.write(test) }
            },
            Route("POST", "\(tests)/{id}/actions/ack") { call in
                try Query.refuse(call.query)
                let id = DutyTestID(rawValue: try call.uuid())
                let note = try Fields.read(try await call.body()) { $0.optionalText("note", Self.remark) }
                return try await self.command(call, isCreation: false) { token, key throws(DeskError) in
                    try await self.store.desk.answerDuty(id, note: note, by: token, via: .json, key: key)
                }
            },
        ]
    }
}

extension Query {
    /// A day, `2026-03-02`.
    mutating func day(_ name: String) -> CivilDay? {
        guard let text = self.text(name, .identifier(1...10)) else { return nil }
        if let day = CivilDay(text) { return day }
        self.fault(
            name, "day.malformed", Phrase(zh: "须为日期，例如 2026-03-02", en: "It must be a day such as 2026-03-02."))
        return nil
    }
}

extension Fields {
    /// A day, `2026-03-02`.
    mutating func optionalDay(_ name: String) -> CivilDay? {
        guard let text = self.optionalText(name, .identifier(1...10)) else { return nil }
        if let day = CivilDay(text) { return day }
        self.fault(
            name, "day.malformed", Phrase(zh: "须为日期，例如 2026-03-02", en: "It must be a day such as 2026-03-02."))
        return nil
    }
}

extension JSONWriter {
    mutating func write(_ duty: DutyView) {
        self.object { body in
            body.member("unit", duty.unit)
            body.member("date", duty.first.text)
            body.member("days", duty.days)
            body.member("shifts", array: duty.shifts) { $0.write($1) }
            body.member("gaps", array: duty.gaps) { list, gap in
                list.object { item in
                    item.member("from", gap.lowerBound)
                    item.member("until", gap.upperBound)
                }
            }
            body.member("on_duty", array: duty.onDuty) { $0.write($1) }
        }
    }

    private mutating func write(_ shift: ShiftView) {
        self.object { body in
            body.member("id", shift.id.rawValue)
            body.member("unit", shift.unit)
            body.member("officer", shift.officer)
            body.member("name", shift.name)
            body.member("from", shift.from)
            body.member("until", shift.until)
        }
    }

    mutating func write(_ test: DutyTestView) {
        self.object { body in
            body.member("id", test.id.rawValue)
            body.member("unit", test.unit)
            body.member("case", test.caseRef)
            body.member("is_drill", test.isDrill)
            body.member("reason", test.reason)
            body.member("asked_at", test.askedAt)
            body.member("answer_by", test.answerBy)
            body.member("calls", array: test.calls) { list, call in
                list.object { item in
                    item.member("unit", call.unit)
                    item.member("officer", call.officer)
                    item.member("name", call.name)
                    item.member("state", call.state)
                    item.member("answered_at", call.answeredAt)
                    item.member("note", call.note)
                }
            }
            body.member("unreachable", array: test.unreachable) { $0.write($1.unit) }
        }
    }
}
