import BihuanDomain
import BihuanLine
import BihuanStore
import Testing

struct RefusalTests {
    /// Every refusal there is, with the code and arguments a program reads.
    private static let table: [(DeskError, String)] = [
        (.unauthenticated, "480"),
        (.notFound, "490 case"),
        (.stale(current: 8), "492 8"),
        (.stale(current: nil), "492 -"),
        (.keyReused, "494 key.reused"),
        (.busy(retryAfter: 2), "495 2"), (.overloaded(retryAfter: 5), "495 5"),
        (.noPlan, "494 plan.none"),
        (.outcomeUnknown, "403"),
        (.unavailable("host=db.internal password=hunter2"), "403"),
        (.refused(.notAllowed(.conclude, state: "graded", allowed: [.assign, .dismiss])), "491 state.graded"),
        (.refused(.notPermitted(.grade, role: .handler)), "493 role.handler"),
        (.refused(.outsideJurisdiction(.conclude)), "493 jurisdiction"),
        (.refused(.openWork(.conclude, refs: ["A-000001", "D-000002"])), "491 work.open"),
        (.refused(.unfiled(.conclude, forms: ["brief"])), "491 unfiled"),
        (.refused(.nobodyAbove), "494 unit.top"),
        (.refused(.badFields([FieldFault(field: "verdict", rule: .required)])), "501 verdict.required"),
        (.refused(.missingCalendarYear(2028)), "494 calendar.2028"),
        (.refused(.notFound), "490 case"),
    ]

    @Test(arguments: Self.table, Language.allCases)
    func `every refusal has its code, its arguments and a text in both languages`(
        row: (DeskError, String), language: Language
    ) {
        let reply = LineReply(row.0, about: "case", in: language)

        #expect(reply.statusLine.hasPrefix(row.1 + " "))
        #expect(!reply.statusLine.contains("hunter2"))
        if language == .en { #expect(reply.statusLine.utf8.allSatisfy { $0 < 0x80 }) }
    }

    @Test func `a step that is not allowed names the commands that are`() {
        let error = DeskError.refused(.notAllowed(.conclude, state: "graded", allowed: [.assign, .feedBack]))
        #expect(LineReply(error, about: "case", in: .en).text.contains("CASE ASSIGN, CASE FEEDBACK"))
    }

    @Test func `every step of the loop has a command of this door`() {
        #expect(Set(Verb.allCases.map { LineVerb(step: $0) }).count == Verb.allCases.count)
    }

    @Test func `a feedback is named by its assignment and number`() {
        #expect(FeedbackRef("A-000412") == FeedbackRef("A-000412"))
        #expect(FeedbackRef("A-000412").number == nil)
        #expect(FeedbackRef("A-000412-F2").assignment == "A-000412" && FeedbackRef("A-000412-F2").number == 2)
        #expect(FeedbackRef(assignment: "A-000412", number: 2).text == "A-000412-F2")
    }
}
