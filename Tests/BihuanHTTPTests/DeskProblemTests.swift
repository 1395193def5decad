import BihuanDomain
import BihuanStore
import Testing

@testable import BihuanHTTP

struct DeskProblemTests {
    static let told: [(error: DeskError, status: Int, code: String)] = [
        (.unauthenticated, 401, "session.required"),
        (.notFound, 404, "not_found"),
        (.refused(.notFound), 404, "not_found"),
        (.refused(.notAllowed(.conclude, state: "registered", allowed: [.grade])), 409, "state.registered"),
        (.refused(.openWork(.conclude, refs: ["A-000001"])), 409, "state.open_work"),
        (.refused(.notPermitted(.grade, role: .handler)), 403, "post.not_permitted"),
        (.refused(.outsideJurisdiction(.receive)), 403, "unit.not_permitted"),
        (.refused(.nobodyAbove), 422, "supervision.nobody_above"),
        (.refused(.missingCalendarYear(2030)), 422, "calendar.missing"),
        (.refused(.badFields([FieldFault(field: "unit", rule: .unknownUnit)])), 400, "unit.unknown"),
        (.stale(current: 3), 412, "version.stale"),
        (.stale(current: nil), 412, "version.stale"),
        (.keyReused, 422, "idempotency_key.reused"),
        (.busy(retryAfter: 1), 409, "busy"),
        (.overloaded(retryAfter: 2), 503, "overloaded"),
        (.noPlan, 422, "plan.none"),
        (.outcomeUnknown, 503, "outcome_unknown"),
        (.unavailable("connection to 10.0.0.7 refused"), 503, "unavailable"),
    ]

    @Test(arguments: told)
    func `what stopped the store has one answer`(error: DeskError, status: Int, code: String) {
        let problem = Problem(error, isCommand: true)

        #expect(problem.kind.status == status)
        #expect(problem.code == code)
        let text = String(decoding: problem.json(instance: "/", requestID: "r", language: .english), as: UTF8.self)
        #expect(!text.contains("10.0.0.7"))
    }

    @Test func `a question that waited too long found the service busy`() {
        let problem = Problem(.busy(retryAfter: 5), isCommand: false)
        #expect(problem.kind == .unavailable)
        #expect(problem.retryAfter == 5)
    }

    @Test func `what may be tried again says when`() {
        for error in [DeskError.busy(retryAfter: 1), .overloaded(retryAfter: 1), .outcomeUnknown, .unavailable("x")] {
            #expect(Problem(error, isCommand: true).retryAfter != nil)
        }
    }

    @Test(arguments: [
        (FieldFault.Rule.required, "field.missing"), (.tooLong(9), "text.too_long"), (.tooShort(9), "text.too_short"),
        (.controlCharacter, "text.control"), (.notNFC, "text.not_nfc"), (.unknownValue(["a"]), "choice.unknown"),
        (.unknownUnit, "unit.unknown"), (.notDirectlyBelow, "unit.not_directly_below"),
        (.disabledUnit, "unit.disabled"), (.badTime, "time.malformed"), (.inTheFuture, "time.future"),
        (.badLink, "link.malformed"), (.notFound, "reference.not_found"),
        (.other(code: "too_early", "x"), "time.range"), (.other(code: "odd", "x"), "field.odd"),
    ])
    func `each rule of a field has one code`(rule: FieldFault.Rule, code: String) {
        let fault = RequestFault(FieldFault(field: "x", rule: rule))
        #expect(fault.code == code)
        #expect(fault.place == .body(JSONPointer().member("x")))
    }

    @Test(arguments: LeadFault.Code.allCases)
    func `each rule of a lead is told in the door's own codes`(code: LeadFault.Code) {
        let fault = RequestFault(FieldFault(field: "x", rule: .other(code: code.rawValue, "x")))
        #expect(!fault.code.hasPrefix("field.") || fault.code == "field.missing")
    }
}
