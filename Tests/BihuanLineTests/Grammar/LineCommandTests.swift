import BihuanDomain
import BihuanLine
import Testing

struct LineCommandTests {
    /// One line for every rule of the grammar: what is typed, the rule's name, the octet, the argument.
    private static let faults: [(line: String, rule: GrammarFault.Rule, position: Int, name: String?)] = [
        ("", .emptyLine, 1, nil),
        (" DATE", .leadingBlank, 1, nil),
        ("\tDATE", .leadingBlank, 1, nil),
        ("XYZZY", .unknownVerb, 1, nil),
        ("日期", .unknownVerb, 1, nil),
        ("\"DATE\"", .unknownVerb, 1, nil),
        ("CASE", .unknownSecondWord, 5, nil),
        ("CASE FLY A-1", .unknownSecondWord, 6, nil),
        ("LIST NOTHING", .unknownSecondWord, 6, nil),
        ("MODE WRITER", .unknownSecondWord, 6, nil),
        ("AUTHINFO GENERIC x", .unknownSecondWord, 10, nil),
        ("CASE RECEIVE A-1 reason=\"签收", .quoteNotClosed, 25, "reason"),
        ("CASE RECEIVE A-1 reason=\"a\\", .quoteNotClosed, 25, "reason"),
        ("CASE RECEIVE A-1 reason=a\"b\"", .quoteMisplaced, 26, "reason"),
        ("CASE RECEIVE A\"1\" reason=a", .quoteMisplaced, 15, nil),
        ("CASE RECEIVE A-1 reason=\"a\\x\"", .quoteEscape, 28, "reason"),
        ("CASE RECEIVE A-1 reason=\"a\"b", .quoteFollowed, 28, "reason"),
        ("CASE RECEIVE A-1 reason=\"a\"version=1", .quoteFollowed, 28, "reason"),
        ("CASE RECEIVE A-1 Reason=a", .nameNotLowerCase, 18, "Reason"),
        ("CASE RECEIVE A-1 reason=a colour=red", .nameUnknown, 27, "colour"),
        ("CASE RECEIVE A-1 reason=a reason=b", .nameRepeated, 27, "reason"),
        ("CASE RECEIVE A-1 reason=", .valueMissing, 25, "reason"),
        ("CASE RECEIVE A-1 reason= a", .valueMissing, 25, "reason"),
        ("CASE RECEIVE A-1 reason=\"\"", .valueMissing, 18, "reason"),
        ("CASE RECEIVE A_1 reason=a", .valueInvalid, 14, "assignment"),
        ("CASE RECEIVE A-1 reason=a version=-1", .valueInvalid, 27, "version"),
        ("CASE RECEIVE A-1 reason=a version=99999999999999999999", .valueInvalid, 27, "version"),
        ("CASE RECEIVE A-1 reason=a version=٣", .valueInvalid, 27, "version"),
        ("CASE FEEDBACK A-1 kind=last reason=a", .valueInvalid, 19, "kind"),
        ("CASE ASSIGN H-1 NANGANG reason=a", .valueInvalid, 17, "unit"),
        ("CASE ASSIGN H-1 a..b reason=a", .valueInvalid, 17, "unit"),
        ("LIST CLOCKS within=2", .valueInvalid, 13, "within"),
        ("LIST CLOCKS within=0h", .valueInvalid, 13, "within"),
        ("LIST CLOCKS within=9999999h", .valueInvalid, 13, "within"),
        ("LIST NEWSGROUPS a[b]", .valueInvalid, 17, "wildmat"),
        ("LIST CASES limit=0", .valueInvalid, 12, "limit"),
        ("SET lang=fr", .valueInvalid, 5, "lang"),
        ("WHOAMI format=xml", .valueInvalid, 8, "format"),
        ("CASE REGISTER title=a channel=c occurred=2026-11-21T09:00 reason=a", .valueInvalid, 33, "occurred"),
        ("CASE RECEIVE A-1 reason=a key=" + String(repeating: "k", count: 256), .valueTooLong, 27, "key"),
        ("CASE RECEIVE A-1 reason=" + String(repeating: "因", count: 501), .valueTooLong, 18, "reason"),
        ("CASE RECEIVE A-1", .argumentMissing, 17, "reason"),
        ("CASE RECEIVE reason=a", .argumentMissing, 22, "assignment"),
        ("AUTHINFO USER", .argumentMissing, 14, "name@city[/unit/role]"),
        ("AUTHINFO PASS ", .argumentMissing, 15, "password"),
        ("CASE RECEIVE A-1 A-2 reason=a", .argumentSurplus, 18, nil),
        ("QUIT now", .argumentSurplus, 6, nil),
        ("HELP " + String(repeating: " ", count: 506), .tooLong, 511, nil),
        ("AUTHINFO PASS " + String(repeating: "p", count: 497), .tooLong, 511, nil),
    ]

    @Test(arguments: Self.faults)
    func `a line that is no command says which rule it breaks and where`(
        line: String, rule: GrammarFault.Rule, position: Int, name: String?
    ) {
        #expect { _ = try LineCommand(line) } throws: { error in
            guard let fault = error as? GrammarFault else { return false }
            return fault.rule == rule && fault.position == position && fault.name == name
        }
    }

    @Test func `every rule of the grammar is in the table above`() {
        #expect(Set(Self.faults.map(\.rule)) == Set(GrammarFault.Rule.allCases))
    }

    @Test func `verbs are read in any case and with any blanks between`() throws {
        #expect(try LineCommand("date").verb == .date)
        #expect(try LineCommand("Case \t assign HRB-2026-000131  nangang\treason=x ").verb == .caseAssign)
        #expect(try LineCommand("list").verb == .listActive)
        #expect(try LineCommand("LIST cases").verb == .listCases)
    }

    @Test func `named arguments stand in any order and positional ones in theirs`() throws {
        let first = try LineCommand("CASE ASSIGN HRB-1 haerbin.nangang note=\"请 核查\" reason=\"预案五(二)\"")
        let second = try LineCommand("CASE ASSIGN reason=\"预案五(二)\" HRB-1 note=\"请 核查\" haerbin.nangang")

        #expect(first.values == second.values)
        #expect(first["case"] == "HRB-1")
        #expect(first["unit"] == "haerbin.nangang")
        #expect(first["note"] == "请 核查")
    }

    @Test(
        arguments: [
            (#""a\"b""#, "a\"b"), (#""a\\b""#, "a\\b"), (#""a\nb""#, "a\nb"), (#""a\tb""#, "a\tb"),
            (#""a=b c=d""#, "a=b c=d"),
            ("a=b", "a=b"), ("\"\u{301}e\"", "\u{301}e"), ("因\u{3000}果", "因\u{3000}果"),
        ])
    func `a quoted value keeps what it quotes`(written: String, meant: String) throws {
        let command = try LineCommand("CASE RECEIVE A-1 reason=\(written)")
        #expect(Array(command["reason"]!.utf8) == Array(meant.utf8))
    }

    @Test(arguments: ["口令 带 空格", "a\"b", " leading", "trailing ", "a=b", "\\", "x\ty"])
    func `a password is the rest of the line, untouched`(password: String) throws {
        let command = try LineCommand("AUTHINFO PASS \(password)")
        #expect(Array(command.rest.utf8) == Array(password.utf8))
    }

    @Test func `the log tells texts by their length and secrets not at all`() throws {
        let write = try LineCommand("CASE ASSIGN HRB-1 nangang note=\"王女士 13912345678\" reason=\"投诉 张三\" version=7")
        let secret = try LineCommand("AUTHINFO PASS 口令 带 空格")

        #expect(write.loggable == "case=HRB-1 unit=nangang note=<15> reason=<5> version=7")
        #expect(secret.loggable.isEmpty)
    }

    @Test func `every verb has one entry in the table and a use that HELP can show`() {
        #expect(Set(CommandTable.all.map(\.verb)) == Set(LineVerb.allCases))
        #expect(CommandTable.all.count == LineVerb.allCases.count)
        for spec in CommandTable.all {
            #expect(spec.usage.utf8.count <= LineLimits.output)
            #expect(spec.usage.hasPrefix(spec.verb.rawValue))
        }
    }

    @Test func `every command of the loop that writes asks for a reason`() {
        let looks: [LineVerb] = [
            .caseShow, .caseTrace, .caseProposal, .caseRoute, .caseSimilar, .clockWhy, .warningShow, .disputeShow,
            .referralShow,
        ]
        let writes = CommandTable.all.filter { spec in
            let family = spec.verb.rawValue.prefix { $0 != " " }
            return ["CASE", "CLOCK", "WARNING", "DISPUTE", "REFERRAL", "TASK", "CONTACT"].contains(family)
                && !looks.contains(spec.verb)
        }

        #expect(writes.count == Verb.allCases.count + 1, "the steps, and a retry")
        for spec in writes {
            #expect(spec.named.contains { $0.name == "reason" && $0.isRequired }, "\(spec.verb)")
            #expect(spec.needsLogIn)
        }
    }
}
