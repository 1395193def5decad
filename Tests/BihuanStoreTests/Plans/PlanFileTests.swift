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
                add("bad name", index, [line.replacingCharacters(in: range, with: "key: Two-Words")], "不能作名字")
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
                    #expect(
                        error.faults.contains { $0.place.line == mutant.line && "\($0)".contains(mutant.says) },
                        "\(mutant.name): \(error)")
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
            "critical: by_city(PT24H) }\n    ladder: { notice: 0.8 }",
            "critical: by_city(PT24H) }\n    ladder: { supervision: { after: 1 } }", "督办只能"
        ),
        ("copy_to: [city]", "copy_to: [mayor]", "可以是"),
        ("copy_to: [city]", "copy_to: [city, city]", "写了两次"),
        ("grade: serious", "grade: terrible", "可以是"),
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
            "    repeats: true\n    ladder: { notice: 0.8, supervision", "    ladder: { notice: 0.8, supervision",
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
