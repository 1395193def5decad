import BihuanDomain
import BihuanStore
import Foundation
import StoreTestSupport
import Testing

/// The plans that come with the program, and what becomes of a plan with a fault in it.
struct PlanFileTests {
    static let names = [
        "000-generic", "001-harbin", "002-nanchong", "003-sanmenxia", "004-1-county", "004-2-police", "004-3-college",
        "004-4-school", "004-5-archives", "004-6-primary-school",
    ]

    static func text(_ name: String) throws -> String {
        try String(
            contentsOf: Installation.find().plans.appendingPathComponent("\(name).yaml"), encoding: .utf8)
    }

    static func plan(_ name: String) throws -> Plan { try PlanFile.plan(Self.text(name)) }

    @Test(arguments: names) func `every plan that ships is fit`(name: String) throws {
        let plan = try Self.plan(name)

        #expect(plan.clocks.allSatisfy { !$0.requirements.isEmpty }, "each clock cites what it serves")
        #expect(plan.chains.allSatisfy { !$0.requirements.isEmpty })
        #expect(!plan.unsettled.isEmpty, "no source says everything")
    }

    // MARK: The numbers of the sources

    /// Plan, clock, level, limit, start event.
    private static let numbers: [(plan: String, clock: String, level: String, limit: String, event: StartEvent)] = [
        ("002-nanchong", "quick_report", "general", "PT10M", .discovered),  // R18
        ("000-generic", "immediate_report", "risk", "NOW", .discovered),  // R19
        ("000-generic", "written_report", "risk", "PT2H", .discovered),  // R19
        ("001-harbin", "authoritative_information", "critical", "PT4H", .graded),  // R20
        ("001-harbin", "press_conference", "critical", "PT24H", .graded),  // R21
        ("004-3-college", "first_report", "major", "PT2H", .occurred),  // R24
        ("004-3-college", "first_report", "larger", "PT3H", .occurred),
        ("004-3-college", "first_report", "general", "PT4H", .occurred),
        ("004-4-school", "dispatch", "general", "PT2H", .graded),  // R25
        ("004-4-school", "explanation", "general", "PT24H", .registered),
        ("004-4-school", "immediate_report", "major", "NOW", .graded),  // R26
        ("004-5-archives", "statement", "ungraded", "PT3H", .discovered),  // R27
        ("004-5-archives", "opinion", "ungraded", "EOD", .discovered),  // R28
        ("004-5-archives", "result", "ungraded", "EOD", .accepted),
    ]

    @Test func `what a source says in numbers stands in its plan, and is not the city's to set`() throws {
        for (name, clock, level, limit, event) in Self.numbers {
            let plan = try Self.plan(name)
            let rule = try #require(plan.clocks.first { $0.id == clock }, "\(name) \(clock)")

            #expect(rule.limits[level] == TimeLimit(limit), "\(name) \(clock) \(level)")
            #expect(rule.startsOn == event, "\(name) \(clock)")
            let open = plan.openSettings.map(\.path)
            #expect(!open.contains("clocks.\(clock).limit") && !open.contains("clocks.\(clock).limit.\(level)"))
        }
    }

    @Test func `a start event that its source does not name is the city's to set`() throws {
        for (name, clock) in [
            ("001-harbin", "authoritative_information"), ("001-harbin", "press_conference"),
            ("004-4-school", "dispatch"), ("004-4-school", "explanation"), ("004-4-school", "immediate_report"),
        ] {
            #expect(try Self.plan(name).openSettings.map(\.path).contains("clocks.\(clock).starts_on"))
        }
        // What tells the two classes of 004-4 apart is missing in its text.
        #expect(try Self.plan("004-4-school").openSettings.map(\.path).contains("schemes.case.levels[1].score"))
    }

    @Test func `the levels are those of the sources, from the mildest to the gravest`() throws {
        #expect(try Self.plan("001-harbin").levels.map(\.name) == ["一般", "敏感", "重大", "特别重大"])
        #expect(try Self.plan("001-harbin").cases.factors.count == 5)
        #expect(try Self.plan("001-harbin").level("major")?.triggers.count == 5)
        #expect(
            try Self.plan("000-generic").warnings?.levels.map(\.name) == ["一般预警", "较重预警", "严重预警", "特别严重预警"])
        #expect(try Self.plan("004-1-county").warnings?.levels.map(\.colour) == [.blue, .yellow, .orange, .red])
        #expect(try Self.plan("004-3-college").levels.map(\.key) == ["general", "larger", "major"])
        #expect(try Self.plan("004-4-school").levels.count == 2)
        #expect(try Self.plan("003-sanmenxia").levels.map(\.key) == ["ungraded"])
    }

    @Test func `progress in real time is for the graver levels and comes again and again`() throws {
        let interim = try #require(Self.plan("001-harbin").clocks.first { $0.id == "interim" })

        #expect(interim.levels == ["major", "critical"] && interim.repeats)
    }

    @Test func `chains are those of the sources`() throws {
        let harbin = try Self.plan("001-harbin")
        #expect(harbin.chains.first { $0.id == "statement" }?.steps == ["section", "office", "deputy", "chief"])
        let archives = try Self.plan("004-5-archives")
        #expect(archives.chains.first { $0.id == "answer" }?.steps == ["section", "district_head"])
        let sanmenxia = try Self.plan("003-sanmenxia")
        #expect(
            sanmenxia.chains.first { $0.id == "report_up" }?.steps == ["section", "bureau_leader", "emergency_office"])
        #expect(sanmenxia.chains.first { $0.id == "report_province" }?.steps == ["section"])
    }

    @Test func `what a city sets takes the place of the suggestion, and is checked like the rest`() throws {
        let text = try Self.text("001-harbin")
        let plan = try PlanFile.plan(
            text, values: ["clocks.feedback.limit.general": "P5WD", "clocks.press_conference.starts_on": "registered"])

        #expect(plan.clocks.first { $0.id == "feedback" }?.limits["general"] == .workingDays(5))
        #expect(plan.clocks.first { $0.id == "press_conference" }?.startsOn == .registered)
        #expect(!plan.unsettled.map(\.path).contains("clocks.feedback.limit.general"))
        #expect(plan.unsettled.count == plan.openSettings.count - 2)
        #expect(throws: PlanFaults.self) {
            try PlanFile.plan(text, values: ["clocks.feedback.limit.general": "soon"])
        }
    }

    // MARK: Faults

    /// One change to the Harbin plan, the line on which its fault must be told, and a word of it.
    struct Mutant: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var line: Int
        var says: String

        var testDescription: String { self.name }
    }

    static func mutants() throws -> [Mutant] {
        let lines = try Self.text("001-harbin").split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        var mutants: [Mutant] = []
        func add(_ name: String, _ index: Int, _ changed: [String], at line: Int? = nil, _ says: String) {
            var all = lines
            all.replaceSubrange(index...index, with: changed)
            mutants.append(
                Mutant(
                    name: "\(name) at line \(index + 1)", text: all.joined(separator: "\n"), line: line ?? index + 1,
                    says: says))
        }
        /// The line with what stands after `key: ` changed.
        func value(_ line: String, _ key: String, _ new: String) -> String? {
            guard let range = line.range(of: "\(key): ") else { return nil }
            return String(line[..<range.upperBound]) + new
        }
        for (index, line) in lines.enumerated() {
            let bare = line.drop { $0 == " " }
            if bare.isEmpty || bare.hasPrefix("#") { continue }
            let indent = line.prefix { $0 == " " }
            if let changed = value(line, "    starts_on", "dawn") { add("unknown event", index, [changed], "one of") }
            if let changed = value(line, "    stops_on", "sleep") { add("unknown act", index, [changed], "no act") }
            if line.hasPrefix("    stops_on: "), line.contains("."),
                let changed = value(line, "    stops_on", "report.nothing")
            {
                add("unknown form", index, [changed], "no form")
            }
            if let changed = value(line, "    limit", "P3Q") { add("bad duration", index, [changed], "not a limit") }
            if let changed = value(line, "    limit", "[PT1H]") {
                add("wrong type", index, [changed], "must be a text")
            }
            if line.hasPrefix("    limit: {"), let changed = value(line, "    limit", "{ general: PT1H }") {
                add("missing levels", index, [changed], "is missing")
            }
            if let changed = value(line, "    levels", "[grave]") { add("unknown level", index, [changed], "no level") }
            if let changed = value(line, "    levels", "[]") { add("no level", index, [changed], "must name a level") }
            if let changed = value(line, "    requirement", "R999") {
                add("no requirement", index, [changed], "not a requirement")
            }
            if let changed = value(line, "    steps", "[nobody]") {
                add("chain naming no role", index, [changed], "no role")
            }
            if let changed = value(line, "    steps", "[]") { add("empty chain", index, [changed], "must name a role") }
            if let changed = value(line, "    forms", "[nothing]") {
                add("chain of no form", index, [changed], "no form")
            }
            if line.contains("by_city("), let range = line.range(of: #"by_city\([^)]*\)"#, options: .regularExpression)
            {
                add(
                    "missing city value", index, [line.replacingCharacters(in: range, with: "by_city()")],
                    "suggestion")
            }
            if line.hasPrefix("    ladder: "), let changed = value(line, "    ladder", "{ notice: 2 }") {
                add("bad part", index, [changed], "number from")
            }
            if line.hasPrefix("  - { role: ") || line.hasPrefix("      - { role: ") {
                add("unknown role", index, ["\(indent)- { role: stranger }"], "no role")
            }
            if line.hasPrefix("  - { key: "), line.contains("post: "),
                let range = line.range(of: "post: [a-z]+", options: .regularExpression)
            {
                add("unknown post", index, [line.replacingCharacters(in: range, with: "post: king")], "one of")
            }
            if line.hasPrefix("  - { key: "), let range = line.range(of: "key: [a-z_]+", options: .regularExpression) {
                add("bad name", index, [line.replacingCharacters(in: range, with: "key: Two-Words")], "no name")
            }
            if line.hasPrefix("        name: ") || line.hasPrefix("    name: ") {
                add("empty name", index, [indent + "name: ''"], "must not be empty")
                add("unknown key", index, [line, indent + "nmae: x"], at: index + 2, "not known here")
                add("tab", index, ["\t" + bare], "tab")
                add("duplicate key", index, [line, String(line)], at: index + 2, "is there twice")
            }
            if line.hasPrefix("        colour: ") { add("unknown colour", index, [indent + "colour: pink"], "one of") }
            if line.hasPrefix("        score: ") { add("wrong type", index, [indent + "score: many"], "whole number") }
        }
        return mutants
    }

    @Test func `two hundred plans with one fault each are refused, each with its line`() throws {
        let mutants = try Self.mutants()
        #expect(mutants.count >= 200)
        for mutant in mutants {
            do throws(PlanFaults) {
                _ = try PlanFile.plan(mutant.text)
                Issue.record("\(mutant.name) was taken for a plan")
            } catch {
                #expect(
                    error.faults.contains { $0.place.line == mutant.line && "\($0)".contains(mutant.says) },
                    "\(mutant.name): \(error)")
            }
        }
    }

    /// A change of one text of the Harbin plan, and the fault it must cause.
    @Test(arguments: [
        ("under: leading_group", "under: public_concern_office", "under itself"),
        ("under: leading_group", "under: nothing", "no body"),
        ("plan: harbin-001", "plan: Harbin 1", "small letters"),
        ("issued: 2022-06-28 }", "issued: 2022-02-30 }", "must be a day"),
        ("starts_on: ordered", "starts_on: registered", "can never start"),
        ("starts_on: fed_back", "starts_on: assigned", "starts on fed_back"),
        ("stops_on: judge", "stops_on: reply", "no clock is stopped by judge"),
        ("steps: [section, office, deputy, chief]", "steps: [section, office, section]", "asked twice"),
        (
            "    forms: [authoritative_information, press_conference]", "    forms: [press_conference]",
            "chain must approve"
        ),
        ("series: DRL", "series: drill", "capital letters"),
        ("resubmission: { part: 0.25", "resubmission: { part: 7", "number from"),
        ("score: 9", "score: 4", "greater than"),
        ("comments: by_city(5000)", "comments: by_city(400)", "greater than"),
        (
            "ladder: { notice: 0.8, circular: by_city(P5WD) }", "ladder: { supervision: { after: 1 } }",
            "order can follow"
        ),
        ("consent: chief", "consent: nobody", "no role"),
        ("tell: [publicity, cyberspace, province]", "tell: [somebody]", "no body outside"),
    ])
    func `what must hold between sections is checked`(old: String, new: String, says: String) throws {
        let text = try Self.text("001-harbin")
        try #require(text.contains(old))
        do throws(PlanFaults) {
            _ = try PlanFile.plan(text.replacingOccurrences(of: old, with: new))
            Issue.record("\(new) was taken")
        } catch {
            #expect(error.faults.contains { "\($0)".contains(says) }, "\(error)")
        }
    }

    @Test(arguments: [
        ("bombs", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", 1, "anchors"),
        ("tags", "plan: !!python/object x", 1, "tags"),
        ("documents", "plan: a\n---\nplan: b", 3, "one document"),
        ("depth", String(repeating: "[", count: 5_000), 1, "nested deeper"),
        ("block depth", String(repeating: "- ", count: 5_000), 1, "nested deeper"),
        ("a list", "- plan", 1, "must be a map"),
        ("nothing", "", 1, "empty"),
        ("no YAML", "plan: [a", 2, "not YAML"),
        ("a map for a key", "? { a: b }\n: c", 1, "a key must be a text"),
    ])
    func `what YAML can and a plan may not is refused before it is built`(
        name: String, text: String, line: Int, says: String
    ) {
        do throws(PlanFaults) {
            _ = try PlanFile.plan(text)
            Issue.record("\(name) was taken")
        } catch {
            #expect(error.faults.contains { $0.place.line == line && "\($0)".contains(says) }, "\(error)")
        }
    }

    @Test func `a file of five megabytes is refused unread`() {
        let text = "plan: a\n" + String(repeating: "# comment\n", count: 500_000)

        #expect(throws: PlanFaults.self) { try PlanFile.plan(text) }
    }

    @Test func `every fault is told at once, in the order of the file`() throws {
        let text = try Self.text("001-harbin")
            .replacingOccurrences(of: "post: duty", with: "post: king")
            .replacingOccurrences(of: "stops_on: grade", with: "stops_on: sleep")
            .replacingOccurrences(of: "series: DRL", with: "series: drl")
        do throws(PlanFaults) {
            _ = try PlanFile.plan(text)
            Issue.record("it was taken")
        } catch {
            #expect(error.faults.count >= 3)
            #expect(error.faults.map(\.place) == error.faults.map(\.place).sorted())
        }
    }
}
