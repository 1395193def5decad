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
        for (name, clocks) in [
            (
                "001-harbin",
                [
                    "authoritative_information", "press_conference", "continuing_release", "brief", "interim",
                    "feedback",
                ]
            ),
            ("002-nanchong", ["report_up", "stance"]), ("003-sanmenxia", ["basic_facts", "progress"]),
            ("004-1-county", ["dual_report", "situation", "evaluation"]), ("004-2-police", ["first_report"]),
            ("004-3-college", ["follow_up", "worsening", "evaluation"]),
            ("004-4-school", ["dispatch", "explanation", "immediate_report", "bulletin"]),
            ("004-6-primary-school", ["report_up", "statement"]),
        ] {
            let open = try Self.plan(name).openSettings.map(\.path)
            for clock in clocks { #expect(open.contains("clocks.\(clock).starts_on"), "\(name) \(clock)") }
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

    @Test func `what is to be evaluated is waited for`() throws {
        for name in Self.names {
            let plan = try Self.plan(name)
            // R136: cases kept for teaching wait for nobody.
            for form in plan.forms where form.act == .evaluate && form.requirements != ["R136"] {
                #expect(
                    plan.clocks.contains { $0.stopsOn.kind == .evaluate && [nil, form.id].contains($0.stopsOn.form) },
                    "\(name) \(form.id)")
            }
        }
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

    @Test func `a step of a chain that no source gives is the city's to set`() throws {
        func open(_ name: String) throws -> [String] { try Self.plan(name).openSettings.map(\.path) }
        for (name, chain, steps) in [
            ("000-generic", "publication", [0, 1, 2]), ("003-sanmenxia", "publication", [0, 1, 2]),
            ("004-1-county", "publication", [1]), ("004-3-college", "press_release", [0, 1]),
            ("004-4-school", "press", [0, 1]), ("004-4-school", "explanation", [1]),
            ("004-5-archives", "statement", [0, 1]), ("004-6-primary-school", "statement", [0, 1]),
        ] {
            let paths = try open(name).filter { $0.hasPrefix("chains.\(chain).steps") }
            #expect(paths == steps.map { "chains.\(chain).steps[\($0)]" }, "\(name) \(chain)")
        }
        // 000 has its report written within two hours, and signed by nobody; 004-4 has no head over its one day.
        #expect(try !Self.plan("000-generic").chains.contains { $0.forms.contains("written_report") })
        #expect(try Self.plan("004-4-school").chains.first { $0.id == "explanation" }?.steps == ["section", "office"])
    }

    @Test func `no part of a ladder is a fact of a source`() throws {
        for name in Self.names {
            let plan = try Self.plan(name)
            let open = Set(plan.openSettings.map(\.path))
            for clock in plan.clocks {
                let path = "clocks.\(clock.id).ladder"
                if clock.ladder.notice != nil { #expect(open.contains("\(path).notice"), "\(name) \(clock.id)") }
                if clock.ladder.supervision != nil {
                    #expect(open.isSuperset(of: ["\(path).supervision.after", "\(path).supervision.at_least"]))
                }
                if clock.ladder.circular != nil { #expect(open.contains("\(path).circular")) }
            }
        }
    }

    @Test func `who stands where is as the sources have it`() throws {
        let harbin = try Self.plan("001-harbin")
        let office = try #require(harbin.bodies.first { $0.key == "public_concern_office" })
        // R38: not the deputy of the group, but the leader in charge of the office.
        #expect(office.head == "office_leader" && office.deputies == ["office_director"])
        #expect(harbin.clock("brief")?.levels == ["sensitive", "major"])
        #expect(harbin.chains.filter { $0.forms == ["brief"] }.map(\.levels) == [["sensitive"], ["major"]])
        #expect(harbin.warningRules?.issuedBy["major"] == "office")
        #expect(harbin.review?.by == .guide && harbin.review?.requirements == ["R102"])

        let generic = try Self.plan("000-generic")
        #expect(Set(try #require(generic.warningRules).issuedBy.values) == ["watch"])
        #expect(!generic.openSettings.contains { $0.path.hasPrefix("warnings.issued_by") })

        let group = try #require(Self.plan("003-sanmenxia").bodies.first { $0.key == "working_group" })
        #expect(group.head == "group_head" && group.deputies == ["section_head", "related_head"])

        let nanchong = try Self.plan("002-nanchong")
        #expect(nanchong.matters.filter { !$0.needsAnswer }.map(\.key) == ["conjecture"])
        #expect(nanchong.form("press_conference")?.requirements == ["R118"])
        // What is widely noticed and intricate is no level of the text.
        #expect(nanchong.openSettings.contains { $0.path == "clocks.stance.levels[0]" })

        let college = try Self.plan("004-3-college")
        let worsening = try #require(college.clock("worsening"))
        #expect(worsening.limits["major"] == .immediate && worsening.requirements == ["R129"])
        #expect(college.level("larger")?.spread.isEmpty == false && college.level("major")?.spread.isEmpty == false)
    }

    /// Requirement numbers by the sources that they were drawn from.
    private static let drawnFrom = [
        "000": "6 19 33 36 39 55-56 59 63 67 69 86 90 111 113 118 125 131 135-140",
        "001":
            "1-5 17 20-23 30 32-34 36-38 40-42 54-55 61 66 79-80 85-88 96-103 108-110 113-119 126 128 130 134 136 139"
            + " 141 143",
        "002": "7 10 18 30 33 35 43-44 54 57 60 73 84 89 94 104-105 108 113 118 120 122 127-128 131 135 139 142",
        "003": "15 33 45-46 54 58 62 67 71-72 81-82 86 91-93 95 111-112 132 135 137 139",
        "004-1": "8-10 30 33 47-48 54 64-65 74-75 81 93 106 111 126 139", "004-2": "16 29 33 49 54 83 95 113 139",
        "004-3": "11-12 24 33 35 50 54 70 78 89 91 106 119 123-124 127-129 131 139 142-143",
        "004-4": "13-14 25-26 31 33 35 51 54 68 77 89 126 131 135 139",
        "004-5": "27-28 33 36 52 54 57 67 74 76 81 86 107 111 121 128 131 133 139",
        "004-6": "33 53-54 119 123 136 139 143",
    ]

    @Test(arguments: names) func `a plan cites only what was drawn from its own source`(name: String) throws {
        let key = try #require(Self.drawnFrom.keys.filter { name.hasPrefix("\($0)-") }.max { $0.count < $1.count })
        var known: Set<String> = []
        for part in Self.drawnFrom[key, default: ""].split(separator: " ") {
            let ends = part.split(separator: "-").compactMap { Int($0) }
            for number in ends[0]...ends[ends.count - 1] { known.insert("R\(number)") }
        }
        let lines = try Self.text(name).split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("#") }
        for line in lines {
            guard let cited = line.range(of: "requirement: ").map({ line[$0.upperBound...] }) else { continue }
            for match in cited.matches(of: /R[0-9]+/) {
                #expect(known.contains(String(match.0)), "\(name): \(line)")
            }
        }
    }

    /// R9, written down once more: the gravest colour that follows from each of the three.
    @Test func `the colours of 004-1 follow from what happened, may happen, and where`() throws {
        let plan = try Self.plan("004-1-county")
        let levels = [nil, "general", "larger", "major", "critical"]
        let colours = [nil, Level.Colour.blue, .yellow, .orange, .red]
        let (happened, possible, elsewhere) = ([0, 2, 3, 4, 4], [0, 1, 2, 3, 4], [0, 0, 1, 1, 1])
        for here in levels.indices {
            for soon in levels.indices {
                for away in levels.indices {
                    let grounds = WarningGrounds(
                        happened: levels[here], possible: levels[soon], elsewhere: levels[away])
                    let level = plan.warningLevel(for: grounds).flatMap { key in
                        plan.warningLevels.first { $0.key == key }
                    }
                    let gravest = max(happened[here], possible[soon], elsewhere[away])
                    #expect(level?.colour == colours[gravest], "\(grounds)")
                }
            }
        }
    }

    // MARK: Faults

    /// What is wrong with a text; nil: it was taken for a plan.
    private static func faults(_ text: String) -> [PlanFault]? {
        do throws(PlanFaults) {
            _ = try PlanFile.plan(text)
            return nil
        } catch {
            return error.faults
        }
    }

    /// Plan, a line of it that stands once, what it becomes, and what is told of that line and of nothing else.
    @Test(arguments: [
        (
            "template", "  statement: { name: 发布通报, starts_on: graded", "  statement: { name: 发布通报, starts_on: warned",
            "预案没有 warnings，这个时限不会起算"
        ),
        (
            "004-2-police", "    starts_on: by_city(received)", "    starts_on: by_city(published)",
            "act: publish，这个时限不会起算"
        ),
        ("003-sanmenxia", "    starts_on: by_city(occurred)", "    starts_on: by_city(level_raised)", "只有一个等级，不会升级"),
        (
            "template", "starts_on: graded, stops_on: publish.statement", "starts_on: published, stops_on: publish",
            "起算它的正是停止它的"
        ),
    ])
    func `a clock that nothing would start is told on its line, and nothing else is`(
        name: String, old: String, new: String, says: String
    ) throws {
        let text = try Self.text(name)
        let range = try #require(text.range(of: old))
        try #require(text.ranges(of: old).count == 1)
        let line = text[..<range.lowerBound].count { $0 == "\n" } + 1
        let faults = try #require(Self.faults(text.replacingCharacters(in: range, with: new)))
        #expect(faults.map(\.place.line) == [line], "\(faults)")
        #expect(faults.allSatisfy { "\($0)".contains(says) }, "\(faults)")
    }

    @Test func `a clock that counts from reports where nobody reports is told on its line`() throws {
        let text = try Self.text("template").replacing("act: report", with: "act: evaluate")
            .replacing("report.first_report", with: "evaluate.first_report")
            .replacing("starts_on: graded, stops_on: publish", with: "starts_on: reported, stops_on: publish")
        let lines = text.components(separatedBy: "\n")
        let line = try #require(lines.firstIndex { $0.hasPrefix("  statement: { name: 发布通报") }) + 1
        let faults = try #require(Self.faults(text))
        #expect(faults.map(\.place.line) == [line] && "\(faults)".contains("act: report，这个时限不会起算"), "\(faults)")
    }

    @Test func `bodies that stand under each other are told, each on its line`() throws {
        var lines = try Self.text("001-harbin").components(separatedBy: "\n")
        let own = try #require(lines.firstIndex(of: "    under: leading_group"))
        lines[own] = "    under: public_concern_office"
        let faults = try #require(Self.faults(lines.joined(separator: "\n")))
        #expect(faults.map(\.place) == [PlanNode.Place(line: own + 1, column: 12)], "\(faults)")
        #expect("\(faults)".contains("自己的下级"))

        // Through another body: both are told, and those below them are not.
        lines = try Self.text("000-generic").components(separatedBy: "\n")
        let group = try #require(lines.firstIndex { $0.hasPrefix("  - { key: leading_group, name: ") })
        let office = try #require(lines.firstIndex { $0.hasPrefix("  - { key: office, name: 办公室, under") })
        lines[group] = lines[group].replacing("head: chief", with: "under: office, head: chief")
        let round = try #require(Self.faults(lines.joined(separator: "\n")))
        #expect(round.map(\.place.line) == [group + 1, office + 1], "\(round)")
        #expect(round.allSatisfy { "\($0)".contains("自己的下级") })
    }

    /// Plan and the beginning of the line that is written twice.
    @Test(arguments: [
        ("000-generic", "      - { key: general, name: 一般预警"), ("001-harbin", "      - { key: sensitivity, "),
        ("001-harbin", "          - { key: little_attention, "), ("001-harbin", "          - { key: livelihood, "),
        ("002-nanchong", "  - { key: consult, "), ("001-harbin", "  - { key: office, "),
        ("000-generic", "  - { key: watch, name: 监测预警组, under"), ("001-harbin", "  - { key: publicity, "),
        ("001-harbin", "      - { key: neglect, "),
    ])
    func `a level, factor, criterion, trigger, matter, role, body or field twice is told on the second line`(
        name: String, beginning: String
    ) throws {
        var lines = try Self.text(name).components(separatedBy: "\n")
        let index = try #require(lines.firstIndex { $0.hasPrefix(beginning) })
        lines.insert(lines[index], at: index)
        let faults = try #require(Self.faults(lines.joined(separator: "\n")))
        #expect(Set(faults.map(\.place.line)) == [index + 2], "\(faults)")
        #expect("\(faults)".contains("写了两次"), "\(faults)")
    }

    @Test func `a level under the key of another is told on its line`() throws {
        let lines = try Self.text("001-harbin").components(separatedBy: "\n")
        let index = try #require(lines.firstIndex(of: "      - key: sensitive"))
        let text = lines.joined(separator: "\n").replacing("- key: sensitive", with: "- key: general")
        let faults = try #require(Self.faults(text))
        #expect(faults.contains { $0.place.line == index + 1 && $0.rule == "general 写了两次" }, "\(faults)")
    }

    /// One change to the Harbin plan, the line on which its fault must be told, and a word of it.
    struct Mutant: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var line: Int
        var says: String
        /// What follows from it further down is told as well: it is the first fault, and not the only line with one.
        var leads = false

        var testDescription: String { self.name }
    }

    static func mutants() throws -> [Mutant] {
        let lines = try Self.text("001-harbin").split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        var mutants: [Mutant] = []
        func add(
            _ name: String, _ index: Int, _ changed: [String], at line: Int? = nil, _ says: String,
            leads: Bool = false
        ) {
            var all = lines
            all.replaceSubrange(index...index, with: changed)
            mutants.append(
                Mutant(
                    name: "\(name) at line \(index + 1)", text: all.joined(separator: "\n"), line: line ?? index + 1,
                    says: says, leads: leads))
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
            if let changed = value(line, "    starts_on", "dawn") { add("unknown event", index, [changed], "可以是") }
            if let changed = value(line, "    stops_on", "sleep") { add("unknown act", index, [changed], "没有行为") }
            if line.hasPrefix("    stops_on: "), line.contains("."),
                let changed = value(line, "    stops_on", "report.nothing")
            {
                add("unknown form", index, [changed], "没有表单")
            }
            if let changed = value(line, "    limit", "P3Q") { add("bad duration", index, [changed], "不是时限") }
            if let changed = value(line, "    limit", "[PT1H]") {
                add("wrong type", index, [changed], "应是一个值")
            }
            if line.hasPrefix("    limit: {"), let changed = value(line, "    limit", "{ general: PT1H }") {
                add("missing levels", index, [changed], "没有写")
            }
            if let changed = value(line, "    levels", "[grave]") { add("unknown level", index, [changed], "没有等级") }
            if let changed = value(line, "    levels", "[]") { add("no level", index, [changed], "至少要有一个等级") }
            if let changed = value(line, "    requirement", "R999") {
                add("no requirement", index, [changed], "没有要求")
            }
            if let changed = value(line, "    steps", "[nobody]") {
                add("chain naming no role", index, [changed], "没有角色")
            }
            if let changed = value(line, "    steps", "[]") { add("empty chain", index, [changed], "至少要有一个角色") }
            if let changed = value(line, "    forms", "[nothing]") {
                add("chain of no form", index, [changed], "没有表单")
            }
            if let changed = value(line, "    forms", "[]") { add("chain of nothing", index, [changed], "至少要有一个表单") }
            if line.contains("by_city("), let range = line.range(of: #"by_city\([^)]*\)"#, options: .regularExpression)
            {
                add(
                    "missing city value", index, [line.replacingCharacters(in: range, with: "by_city()")],
                    "建议值")
            }
            if line.hasPrefix("    ladder: "), let changed = value(line, "    ladder", "{ notice: 2 }") {
                add("bad part", index, [changed], "的数")
                if let changed = value(line, "    ladder", "{ circular: NOW }") {
                    add("circular at once", index, [changed], "不能是 NOW")
                }
            }
            if line.hasPrefix("  - { role: ") || line.hasPrefix("      - { role: ") {
                add("unknown role", index, ["\(indent)- { role: stranger }"], "没有角色")
            }
            if line.hasPrefix("  - { key: "), line.contains("post: "),
                let range = line.range(of: "post: [a-z]+", options: .regularExpression)
            {
                add("unknown post", index, [line.replacingCharacters(in: range, with: "post: king")], "可以是")
            }
            if line.hasPrefix("  - { key: "), let range = line.range(of: "key: [a-z_]+", options: .regularExpression) {
                let key = String(line[range].dropFirst("key: ".count))
                // Where others name it, nothing bears the name any more.
                let isNamed = lines.indices.contains { other in
                    other != index && !lines[other].drop { $0 == " " }.hasPrefix("#")
                        && lines[other].split { !"abcdefghijklmnopqrstuvwxyz_".contains($0) }.contains { $0 == key }
                }
                add(
                    "bad name", index, [line.replacingCharacters(in: range, with: "key: Two-Words")], "不能作名字",
                    leads: isNamed)
            }
            if line.hasPrefix("        name: ") || line.hasPrefix("    name: ") {
                add("empty name", index, [indent + "name: ''"], "不能空着")
                add("unknown key", index, [line, indent + "nmae: x"], at: index + 2, "是不是 name")
                add("tab", index, ["\t" + bare], "制表符")
                add("duplicate key", index, [line, String(line)], at: index + 2, "写了两次")
            }
            if line.hasPrefix("        colour: ") { add("unknown colour", index, [indent + "colour: pink"], "可以是") }
            if line.hasPrefix("        score: ") { add("wrong type", index, [indent + "score: many"], "的整数") }
        }
        return mutants
    }

    @Test func `two hundred plans with one fault each are refused, each with its line`() throws {
        let mutants = try Self.mutants()
        #expect(mutants.count >= 200)
        for mutant in mutants {
            // However the editor ends its lines.
            for ending in ["\n", "\r\n", "\r"] {
                do throws(PlanFaults) {
                    _ = try PlanFile.plan(mutant.text.replacingOccurrences(of: "\n", with: ending))
                    Issue.record("\(mutant.name) was taken for a plan")
                } catch {
                    #expect(error.faults.first?.place.line == mutant.line, "\(mutant.name): \(error)")
                    #expect(
                        error.faults.contains { $0.place.line == mutant.line && "\($0)".contains(mutant.says) },
                        "\(mutant.name): \(error)")
                    let isOnly = Set(error.faults.map(\.place.line)) == [mutant.line]
                    #expect(isOnly != mutant.leads, "\(mutant.name): \(error)")
                }
            }
        }
    }

    /// A change of one text of the Harbin plan, and the fault it must cause.
    @Test(arguments: [
        ("under: leading_group", "under: public_concern_office", "自己的下级"),
        ("under: leading_group", "under: nothing", "没有机构"),
        ("plan: harbin-001", "plan: Harbin 1", "小写字母"),
        ("issued: 2022-06-28 }", "issued: 2022-02-30 }", "应是日期"),
        ("starts_on: ordered", "starts_on: registered", "不能从 registered"),
        ("starts_on: fed_back", "starts_on: assigned", "应从 fed_back"),
        ("stops_on: judge", "stops_on: reply", "没有以 judge"),
        ("steps: [section, office, deputy, chief]", "steps: [section, office, section]", "要签两次"),
        (
            "    forms: [authoritative_information, press_conference]", "    forms: [press_conference]",
            "须有签批"
        ),
        ("series: DRL", "series: drill", "大写字母"),
        ("part: by_city(0.25)", "part: 7", "的数"),
        ("score: by_city(9)", "score: 4", "应大于"),
        ("comments: by_city(5000)", "comments: by_city(400)", "应大于"),
        (
            "critical: by_city(PT24H) }\n    ladder: { notice: by_city(0.8) }",
            "critical: by_city(PT24H) }\n    ladder: { supervision: { after: 1 } }", "督办只能"
        ),
        ("copy_to: [by_city(city)]", "copy_to: [mayor]", "可以是"),
        ("copy_to: [by_city(city)]", "copy_to: [city, city]", "写了两次"),
        ("grade: by_city(serious)", "grade: terrible", "可以是"),
        ("consent: chief", "consent: nobody", "没有角色"),
        ("tell: [publicity, cyberspace, province]", "tell: [somebody]", "没有外单位"),
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

    @Test(
        arguments: [
            ("bombs", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", 1, "锚点"),
            ("bombs in braces", #"{"a":&a [x, x], "b":&b [*a, *a]}"#, 1, "锚点"),
            ("bombs behind ---", "--- &a\nx: [*a]", 1, "锚点"),
            ("bombs for keys", "? &a [x, x]\n: y\n? [*a, *a]\n: z", 1, "锚点"),
            ("anchors", "plan: &a x", 1, "锚点"),
            ("anchors in braces", #"{"plan":&a x}"#, 1, "锚点"),
            ("anchored keys", "&a plan: x", 1, "锚点"),
            ("tags", "plan: !!python/object x", 1, "标签"),
            ("tags of maps", "plan: x\nclocks: !!omap { a: b }", 2, "标签"),
            ("documents", "plan: a\n---\nplan: b", 3, "一份预案"),
            ("depth", String(repeating: "[", count: 5_000), 1, "层次太深"),
            ("block depth", String(repeating: "- ", count: 5_000), 1, "层次太深"),
            ("a list", "- plan", 1, "这些键"),
            ("nothing", "", 1, "空的"),
            ("an open bracket", "plan: [a\nname: b", 1, "没有闭合"),
            ("a map for a key", "? { a: b }\n: c", 1, "键应是一个名字"),
        ], ["\n", "\r\n", "\r"])
    func `what YAML can and a plan may not is refused, however lines end`(
        fault: (name: String, text: String, line: Int, says: String), ending: String
    ) {
        do throws(PlanFaults) {
            _ = try PlanFile.plan(fault.text.replacingOccurrences(of: "\n", with: ending))
            Issue.record("\(fault.name) was taken")
        } catch {
            #expect(error.faults.contains { $0.place.line == fault.line && "\($0)".contains(fault.says) }, "\(error)")
        }
    }

    // MARK: Slips of the keyboard

    /// A change of one line of the Harbin plan as clerks make it, the column at which it must be told, and a word of it.
    @Test(arguments: [
        ("    limit: PT24H", "    limit：PT24H", 10, "全角冒号"),
        ("    limit: PT24H", "    limit:PT24H", 10, "少一个空格"),
        ("    limit: PT24H", "    limit = PT24H", 11, "等号"),
        ("    limit: PT24H", "    limit: ＰＴ２４Ｈ", 12, "是不是 PT24H"),
        ("    limit: PT24H", "    limit: pt24h", 12, "是不是 PT24H"),
        ("    limit: PT24H", "    limit: ２４小时内", 12, "是不是 PT24H"),
        ("    limit: PT24H", "    limit: “PT24H”", 12, "弯引号"),
        ("    limit: PT24H", "    limit: 'PT24H", 12, "引号没有在本行闭合"),
        ("    limit: PT24H", "    limit:\tPT24H", 11, "制表符"),
        ("    limit: PT24H", "    limit: PT24H\u{0}", 17, "U+0000"),
        ("    limit: PT24H", "    limit: PT24H\u{200B}", 17, "U+200B"),
        ("    limit: PT24H", "    limit: P1000WD", 12, "最长"),
        ("    limit: PT24H", "    limt: PT24H", 5, "是不是 limit"),
        ("    limit: by_city(PT24H)", "    limit: by_city（PT24H）", 19, "全角括号"),
        ("    levels: [major, critical]", "    levels: [major，critical]", 19, "半角逗号"),
        ("    levels: [major, critical]", "    levels: [major、critical]", 19, "半角逗号"),
        ("    levels: [major, critical]", "    levels: 【major, critical】", 13, "全角括号"),
        ("    levels: [major, critical]", "    levels: [major, critical", 13, "没有闭合"),
        ("    levels: [major, critical]", "    levels: [majro, critical]", 14, "是不是 major"),
        ("    levels: [major, critical]", "　　levels: [major, critical]", 1, "全角空格"),
        ("  - { key: publicity, name: 市委宣传部 }", "  - { key: publicity，name: 市委宣传部 }", 21, "半角逗号"),
        ("    name: 评估总结", "    name: '评估总结", 11, "引号没有在本行闭合"),
        ("    name: 评估总结", "     name: 评估总结", 10, "冒号"),
        ("    repeats: true", "    repeats: 是", 14, "true"),
        ("    requirement: R22", "    requirement: R+7", 18, "没有要求"),
        ("    requirement: R22", "    requirement: R007", 18, "没有要求"),
        ("    starts_on: graded", "    starts_on: greded", 16, "是不是 graded"),
    ])
    func `a slip of the keyboard is told where it is, and nothing else is`(
        old: String, new: String, column: Int, says: String
    ) throws {
        var lines = try Self.text("001-harbin").components(separatedBy: "\n")
        let index = try #require(lines.firstIndex(of: old))
        lines[index] = new
        for ending in ["\n", "\r\n", "\r"] {
            do throws(PlanFaults) {
                _ = try PlanFile.plan(lines.joined(separator: ending))
                Issue.record("\(new) was taken")
            } catch {
                #expect(error.faults.first?.place == PlanNode.Place(line: index + 1, column: column), "\(error)")
                #expect("\(error)".contains(says), "\(error)")
                #expect(Set(error.faults.map(\.place.line)) == [index + 1], "\(error)")
            }
        }
    }

    @Test func `Chinese signs within Chinese text are text`() throws {
        let text = try Self.text("001-harbin")
            .replacingOccurrences(of: "name: 评估总结\n    starts_on", with: "name: “双随机”：评估，总结（起因、影响）\n    starts_on")
            .replacingOccurrences(of: "duties: [监测, 转办, 信息发布]", with: "duties: [监测、转办, “一网”信息发布，含回应]")
            .replacingOccurrences(of: "name: 市委网信办", with: #"name: "市委：网信办, 某某""#)

        let plan = try PlanFile.plan(text)

        #expect(plan.clock("evaluation")?.name == "“双随机”：评估，总结（起因、影响）")
        #expect(plan.bodies.last?.duties == ["监测、转办", "“一网”信息发布，含回应"])
        #expect(plan.outside[1].name == "市委：网信办, 某某")
    }

    @Test func `a level renamed in one place only is one fault with all its lines`() throws {
        let text = try Self.text("001-harbin").replacingOccurrences(of: "- key: major", with: "- key: grave")
        do throws(PlanFaults) {
            _ = try PlanFile.plan(text)
            Issue.record("it was taken")
        } catch {
            #expect(error.faults.count == 1, "\(error)")
            #expect("\(error)".contains("没有等级 major") && "\(error)".contains("还有第"), "\(error)")
        }
    }

    @Test func `a file in another encoding is told as such, with its place`() throws {
        var gbk = Data("plan: a\nname: ".utf8)
        gbk.append(contentsOf: [0xB9, 0xFE, 0xB6, 0xFB, 0xB1, 0xF5])
        let utf16 = try #require("plan: a".data(using: .utf16))

        #expect(
            throws: PlanFaults([PlanFault(.init(line: 2, column: 7), "", "从这里起不是 UTF-8，多半是 GBK（ANSI），应在编辑器里另存为 UTF-8")])
        ) {
            try PlanFile.text(gbk)
        }
        #expect(throws: PlanFaults.self) { try PlanFile.text(utf16) }
        #expect(try PlanFile.text(Data("\u{FEFF}plan: a".utf8)) == "plan: a")
    }

    // MARK: What makes no sense

    @Test(arguments: [
        ("name: 定级\n", "name: 转办\n", "用了两次"),
        ("        name: 敏感\n", "        name: 一般\n", "用了两次"),
        ("    stops_on: grade\n", "    stops_on: grade\n    repeats: true\n", "不能反复"),
        (
            "    repeats: true\n    ladder: { notice: by_city(0.8), supervision",
            "    ladder: { notice: by_city(0.8), supervision",
            "repeats: true"
        ),
        ("limit: PT24H\n", "limit: P367D\n", "太长"),
        ("limit: PT24H\n", "limit: PT2001WH\n", "不是时限"),
        ("limit: PT24H\n", "limit: P251WD\n", "太长"),
        ("limit: PT24H\n", "limit: NOW\n", "可提醒"),
        ("requirement: R21\n", "requirement: []\n", "不能空着"),
        ("starts_on: by_city(graded)\n", "starts_on: by_city（graded\n", "全角括号"),
        ("name: 定级\n", "name: ~\n", "不能空着"),
        ("tell: [cyberspace]", "tell: []", "至少要有一个"),
    ])
    func `what makes no sense is refused`(old: String, new: String, says: String) throws {
        let text = try Self.text("001-harbin")
        let range = try #require(text.range(of: old))
        do throws(PlanFaults) {
            _ = try PlanFile.plan(text.replacingCharacters(in: range, with: new))
            Issue.record("\(new) was taken")
        } catch {
            #expect(error.faults.count == 1 && "\(error)".contains(says), "\(error)")
        }
    }

    @Test func `an office cites its own articles`() throws {
        let text = try Self.text("001-harbin").replacingOccurrences(
            of: "requirement: R21", with: "requirement: [R21, 第八条]")

        #expect(try PlanFile.plan(text).form("press_conference") != nil)
        #expect(try PlanFile.plan(text).clock("press_conference")?.requirements == ["R21", "第八条"])
    }

    @Test func `only what the plan leaves open can be set`() throws {
        let text = try Self.text("001-harbin")
        for (path, says) in [
            ("clocks.press_conference.limit", "没有把它留给"),
            ("clocks.feedback.limit.generl", "是不是 clocks.feedback.limit.general"),
        ] {
            #expect {
                try PlanFile.plan(text, values: [path: "PT1H"])
            } throws: { "\($0)".contains(says) }
        }
    }

    // MARK: Two plans

    @Test func `what a city has set and the rank of levels differ too`() throws {
        let text = try Self.text("001-harbin")
        let set = ["clocks.feedback.limit.general": "P5WD"]
        let lines = text.components(separatedBy: "\n")
        let sensitive = try #require(lines.firstIndex { $0.hasPrefix("      - key: sensitive") })
        let major = try #require(lines.firstIndex { $0.hasPrefix("      - key: major") })
        let critical = try #require(lines.firstIndex { $0.hasPrefix("      - key: critical") })
        let swapped = lines[..<sensitive] + lines[major..<critical] + lines[sensitive..<major] + lines[critical...]

        #expect(try PlanFile.changes(from: text, to: text).isEmpty)
        #expect(
            try PlanFile.changes(from: text, to: text, values: ([:], set)).map {
                "\($0.path) \($0.old ?? "") \($0.new ?? "")"
            }
                == ["clocks.feedback.limit.general by_city(P3WD) P5WD"])
        #expect(
            try PlanFile.changes(from: text, to: swapped.joined(separator: "\n")).map(\.path)
                == ["schemes.case.levels"])
    }

    @Test func `a plan explained says who, of what, and what is a suggestion`() throws {
        let nanchong = PlanExplanation(try Self.plan("002-nanchong")).lines
        #expect(nanchong.contains { $0.contains("各级，举报：纪检监察组或机关纪委承办") })
        #expect(Set(nanchong).isSuperset(of: ["  各级：责任单位承办，告知小组办公室（研究室）（R120）"]))

        let path = "clocks.feedback.limit.general"
        let harbin = PlanExplanation(try PlanFile.plan(Self.text("001-harbin"), values: [path: "P5WD"])).lines
        #expect(harbin.contains { $0.hasPrefix("  阶段性反馈") && $0.contains("反复，直至最终反馈") })
        #expect(harbin.contains { $0.contains("一般5 个工作日内（本市已定），敏感、重大、特别重大24 小时内（建议值）") })
        #expect(harbin.contains { $0.contains("举行新闻发布会：自定级（建议值）起，特别重大24 小时内；") })
        #expect(harbin.contains { $0.hasPrefix("  敏感：由舆情办发布，紧急告知") })
        #expect(harbin.contains("  重大：市委宣传部、市委网信办、省局，经主要负责人（组长）同意（R80）"))
        #expect(harbin.contains("  \(path) = P5WD"))
    }

    @Test func `the template is fit, and short enough to be read`() throws {
        let text = try Self.text("template")
        let plan = try PlanFile.plan(text)

        #expect(plan.levels.count == 2 && plan.chains.count == 1)
        #expect(text.split(separator: "\n").count <= 60)
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `a file of five megabytes is refused unread, whatever is in it`(ending: String) throws {
        let plan = try Self.text("001-harbin")
        let names = (1...100_000).map { "  clock_\($0): { name: 时限\($0), limit: PT4H }" }.joined(separator: "\n")
        for text in [
            "plan: a\n" + String(repeating: "# comment\n", count: 500_000),
            "plan: " + String(repeating: "a", count: 5_000_000),
            plan + "\n" + String(repeating: " ", count: 5_000_000), String(repeating: "[", count: 5_000_000),
            "clocks:\n" + names + String(repeating: "\n", count: 1_000_000),
        ] {
            let faults = Self.faults(text.replacing("\n", with: ending))
            #expect(faults == [PlanFault(.start, "", "文件超过 256 KB")])
        }
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
