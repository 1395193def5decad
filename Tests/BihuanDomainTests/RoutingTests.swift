import BihuanDomain
import DomainTestSupport
import Testing

/// Where a case would go, by rules and words alone.
struct RoutingTests {
    static let root = UnitID(rawValue: 1)

    static func unit(
        _ id: Int, _ label: String, _ name: String, _ tier: Tier, line: String? = nil, under parent: Int = 1,
        isDisabled: Bool = false
    ) -> Unit {
        Unit(
            id: UnitID(rawValue: id), label: label, name: name, tier: tier, line: line,
            parent: id == 1 ? nil : UnitID(rawValue: parent), isDisabled: isDisabled)
    }

    static let tree = UnitTree([
        unit(1, "linhai", "临海市市场监督管理局", .city),
        unit(2, "food", "食品处", .department, line: "食品"),
        unit(3, "price", "价格处", .department, line: "价格"),
        unit(4, "legal", "法规处", .department),
        unit(10, "nangang", "南岗区市场监督管理局", .district),
        unit(11, "jiangnan", "江南区市场监督管理局", .district),
        unit(12, "gaoxin", "高新技术产业开发区市场监督管理局", .district),
        unit(13, "guxian", "古县市场监管局", .district, isDisabled: true),
        unit(20, "ng-huayuan", "花园街道市场监督管理所", .station, under: 10),
        unit(21, "ng-zhongyang", "中央街道市场监管所", .station, under: 10),
        unit(22, "jn-zhongyang", "中央街道市场监管所", .station, under: 11),
        unit(23, "jn-nangang", "南岗路市场监管所", .station, under: 11),
    ])

    static let plan = try! Plan(
        DocketFixture.node.with([
            "roles": [
                ["key": "district", "name": "属地局", "post": "dispatcher", "unit": "district"],
                ["key": "section", "name": "涉及处室", "post": "dispatcher", "unit": "line"],
                ["key": "legal", "name": "法规处", "post": "handler", "unit": "department"],
                ["key": "chief", "name": "组长", "post": "leader", "unit": "city"],
            ],
            "matters": [["key": "misread_law", "name": "误读法规", "lead": "legal"], ["key": "other", "name": "其他"]],
            "routing": [
                ["levels": ["general"], "lead": "district", "guides": ["section"], "requirement": "R17"],
                [
                    "levels": ["major"], "lead": "district", "guides": ["section", "legal"], "inform": ["chief"],
                    "requirement": ["R17", "R41"],
                ],
            ],
        ]))

    static let words = [
        LineWord(line: "食品", word: "过期"), LineWord(line: "食品", word: "餐饮"), LineWord(line: "价格", word: "停车费"),
        LineWord(line: "价格", word: "停车"),
    ]

    static func router(_ rules: [CityRoutingRule] = [], aliases: [UnitAlias] = []) -> Router {
        Router(tree: Self.tree, rules: rules, aliases: aliases, lineWords: Self.words)
    }

    static func ask(
        _ text: RoutingText, _ rules: [CityRoutingRule] = [], aliases: [UnitAlias] = [], plan: Plan? = Self.plan,
        recusing: [UnitID] = []
    ) -> RoutingProposal {
        Self.router(rules, aliases: aliases).proposal(for: text, under: plan, recusing: recusing)
    }

    static func labels(_ units: [UnitID]) -> [String] { units.compactMap { Self.tree[$0]?.label }.sorted() }

    static func lead(_ proposal: RoutingProposal) -> String? { proposal.lead.flatMap { Self.tree[$0.unit]?.label } }

    // MARK: Place

    @Test func `the district of the place leads, the section of the line guides, and the rule says why`() {
        let found = Self.ask(RoutingText(title: "南岗区某超市出售过期牛奶", level: "major"))

        #expect(Self.lead(found) == "nangang")
        #expect(found.lead?.because == .plan(number: 2, requirements: ["R17", "R41"]))
        #expect(found.lead?.roleName == "属地局")
        #expect(found.guides.map { Self.tree[$0.unit]?.label } == ["food", "legal"])
        #expect(found.informs.map(\.roleName) == ["组长"])
        #expect(found.area.confidence == .exact && found.line.confidence == .exact)
        #expect(found.area.matches.map(\.word) == ["南岗区"] && found.area.matches.map(\.field) == [.title])
        #expect(found.gaps.isEmpty)
    }

    static let names: [(String, [String])] = [
        ("南岗区市场监督管理局辖区内一饭店", ["nangang"]), ("在南岗一饭店", ["nangang"]), ("南岗 区的店", ["nangang"]),
        ("住在花园街道", ["ng-huayuan"]), ("花园街道市场监督管理所辖区", ["ng-huayuan"]),
        ("临海市江南区某店", ["jiangnan"]), ("高新技术产业开发区内", ["gaoxin"]),
        // The longest name: a road is no district, though it is called after one.
        ("南岗大道 3 号", []), ("南岗小区门口", []), ("南岗路 3 号", ["jn-nangang"]),
        // Disabled units are not there.
        ("古县城关", []),
        ("外地某店", []),
    ]

    @Test(arguments: RoutingTests.names)
    func `names are found whole, shortened and without what is common to all`(text: String, units: [String]) {
        #expect(Self.labels(Self.ask(RoutingText(content: text)).area.units) == units)
    }

    @Test func `a name two units have is told, not guessed, until something above one of them is named`() {
        let both = Self.ask(RoutingText(title: "中央街道一餐饮店", level: "general"))
        #expect(both.area.confidence == .ambiguous)
        #expect(Self.labels(both.area.units) == ["jn-zhongyang", "ng-zhongyang"])
        #expect(both.lead == nil)
        #expect(both.gaps.filter { $0.role == .lead }.map(\.kind) == [.areaAmbiguous])
        #expect(Self.labels(both.alternatives.map(\.unit)) == ["jiangnan", "nangang"])

        let one = Self.ask(RoutingText(title: "中央街道一餐饮店", content: "就在江南区政府旁", level: "general"))
        #expect(one.area.confidence == .exact && Self.labels(one.area.units) == ["jn-zhongyang"])
        #expect(Self.lead(one) == "jiangnan")
    }

    @Test func `the place goes before the title, the title before the text, and what is said later narrows it`() {
        let text = RoutingText(title: "江南区", content: "南岗区花园街道", place: "南岗区", level: "general")
        let found = Self.ask(text)
        #expect(Self.lead(found) == "nangang" && Self.labels(found.area.units) == ["ng-huayuan"])

        let two = Self.ask(RoutingText(content: "从江南区到南岗区都有", level: "general"))
        #expect(two.area.confidence == .ambiguous && two.lead == nil)
        let more = Self.ask(RoutingText(content: "住江南区，在南岗区买的，店在南岗区", level: "general"))
        #expect(more.area.confidence == .likely && Self.lead(more) == "nangang")
    }

    @Test func `an alias is as good as a name, and one of two units is as doubtful`() {
        let dock = UnitAlias(unit: UnitID(rawValue: 10), text: "秋林公司")
        #expect(Self.lead(Self.ask(RoutingText(title: "秋林公司门口", level: "general"), aliases: [dock])) == "nangang")
        let twice = [dock, UnitAlias(unit: UnitID(rawValue: 11), text: "秋林公司")]
        #expect(Self.ask(RoutingText(title: "秋林公司门口"), aliases: twice).area.confidence == .ambiguous)
        let section = UnitAlias(unit: UnitID(rawValue: 2), text: "食药监")
        #expect(Self.ask(RoutingText(title: "转食药监"), aliases: [section]).line.line == "食品")
    }

    @Test func `Latin names are whole words, in any width`() {
        let tree = UnitTree([
            Self.unit(1, "a", "A市市场监督管理局", .city), Self.unit(2, "a1", "A1区市场监督管理局", .district),
            Self.unit(3, "a12", "A12区市场监督管理局", .district),
        ])
        let router = Router(tree: tree)
        func units(_ text: String) -> [Int] {
            router.proposal(for: RoutingText(content: text), under: nil).area.units.map(\.rawValue)
        }
        #expect(units("在A1区") == [2] && units("在Ａ１２区") == [3] && units("BA1区") == [] && units("a1 区") == [2])
    }

    // MARK: Line

    @Test func `what the source calls it weighs most, and a tie is told`() {
        let category = Self.ask(RoutingText(content: "停车费", category: "餐饮", level: "general"))
        #expect(category.line.line == "食品" && category.line.confidence == .likely)
        let tie = Self.ask(RoutingText(title: "南岗区餐饮与停车", level: "general"))
        #expect(tie.line.confidence == .ambiguous && tie.line.lines == ["价格", "食品"].sorted())
        #expect(tie.gaps.map(\.kind) == [.lineAmbiguous] && tie.gaps.map(\.role) == [.guide])
        // The longer word is the one that was meant.
        #expect(Self.ask(RoutingText(content: "停车费")).line.matches.map(\.word) == ["停车费"])
    }

    @Test func `where a place has a bureau for each line, the line decides between them`() {
        let tree = UnitTree([
            Self.unit(1, "c", "临海市市场监督管理局", .city),
            Self.unit(2, "lf", "龙华区食品药品监督管理局", .district, line: "食品"),
            Self.unit(3, "lp", "龙华区物价监督检查局", .district, line: "价格"),
        ])
        let router = Router(
            tree: tree, rules: [CityRoutingRule(number: 1, target: .place(.district), reason: "属地管理")],
            lineWords: Self.words)
        func ask(_ text: String) -> RoutingProposal {
            router.proposal(for: RoutingText(title: text), under: nil)
        }
        #expect(ask("龙华区过期牛奶").lead?.unit.rawValue == 2 && ask("龙华区停车费").lead?.unit.rawValue == 3)
        #expect(ask("龙华区停车费").area.confidence == .exact)
        #expect(ask("龙华区噪音").lead == nil && ask("龙华区噪音").gaps.map(\.kind) == [.line])
    }

    // MARK: Rules

    @Test func `the city's rules go first, in their order, and the rest is an alternative`() {
        let rules = [
            CityRoutingRule(number: 20, line: "食品", target: .unit(UnitID(rawValue: 11)), reason: "二"),
            CityRoutingRule(
                number: 10, words: ["学校食堂"], target: .place(.line), reason: "校园归处室"),
            CityRoutingRule(
                number: 30, area: UnitID(rawValue: 10), target: .unit(UnitID(rawValue: 4)), role: .inform, reason: "三"),
        ]
        let school = Self.ask(RoutingText(title: "南岗区过期牛奶", category: "食品/学校食堂", level: "general"), rules)
        #expect(Self.lead(school) == "food" && school.lead?.because == .city(number: 10, reason: "校园归处室"))
        #expect(school.alternatives.map { Self.tree[$0.unit]?.label } == ["jiangnan", "nangang"])
        #expect(school.informs.map { Self.tree[$0.unit]?.label } == ["legal"])
        // Whoever leads does not guide as well.
        #expect(school.guides.isEmpty)
        let other = Self.ask(RoutingText(title: "江南区过期牛奶", category: "食品", level: "general"), rules)
        #expect(other.lead?.because == .city(number: 20, reason: "二") && other.informs.isEmpty)
    }

    @Test func `a rule of a level or a matter holds for these alone`() {
        let rules = [
            CityRoutingRule(number: 1, levels: ["major"], target: .unit(UnitID(rawValue: 3)), reason: "一"),
            CityRoutingRule(number: 2, matters: ["other"], target: .unit(UnitID(rawValue: 2)), reason: "二"),
        ]
        #expect(Self.lead(Self.ask(RoutingText(title: "南岗区", level: "major"), rules)) == "price")
        #expect(Self.lead(Self.ask(RoutingText(title: "南岗区", level: "general", matter: "other"), rules)) == "food")
        #expect(Self.lead(Self.ask(RoutingText(title: "南岗区"), rules)) == "nangang")
    }

    @Test
    func `a matter that the plan gives to somebody is theirs, and one not graded yet goes where every level would`() {
        let law = Self.ask(RoutingText(title: "南岗区", matter: "misread_law"))
        #expect(Self.lead(law) == "legal" && law.lead?.because == .matter("misread_law", requirements: []))
        let early = Self.ask(RoutingText(title: "南岗区过期"))
        #expect(Self.lead(early) == "nangang" && early.guides.map { Self.tree[$0.unit]?.label } == ["food"])
        #expect(early.informs.isEmpty)
    }

    @Test func `what is missing is told: area, line, unit, rule`() {
        let nothing = Self.ask(RoutingText(title: "某店"))
        #expect(nothing.lead == nil)
        #expect(nothing.gaps.map(\.kind) == [.area, .line] && nothing.gaps.map(\.role) == [.lead, .guide])
        #expect(Self.ask(RoutingText(title: "某店"), plan: nil).gaps.map(\.kind) == [.rule])
        let closed = CityRoutingRule(number: 1, target: .unit(UnitID(rawValue: 13)), reason: "一")
        #expect(Self.ask(RoutingText(title: "某店"), [closed], plan: nil).gaps.map(\.kind) == [.unit])
        #expect(Self.lead(Self.ask(RoutingText(title: "江南区"), [closed])) == "jiangnan")
    }

    @Test func `a unit that must not have the case is not proposed for anything`() {
        let found = Self.ask(RoutingText(title: "南岗区过期"), recusing: [UnitID(rawValue: 10), UnitID(rawValue: 2)])
        #expect(found.lead == nil && found.guides.isEmpty)
        #expect(found.gaps.map(\.kind) == [.recused, .recused])
        #expect(found.withoutRecusals.gaps.map(\.kind) == [.rule, .rule])
    }

    @Test func `nor is a unit below one that must not have it`() {
        let rule = CityRoutingRule(number: 1, target: .unit(UnitID(rawValue: 20)), reason: "一")
        #expect(Self.ask(RoutingText(title: "某店"), [rule], plan: nil).lead?.unit.rawValue == 20)
        let found = Self.ask(RoutingText(title: "某店"), [rule], plan: nil, recusing: [UnitID(rawValue: 10)])
        #expect(found.lead == nil && found.gaps.map(\.kind) == [.recused])
    }

    @Test func `the first hop to a station is its district, and there is none to the owner itself`() {
        let router = Self.router()
        #expect(router.firstHop(to: UnitID(rawValue: 20), from: Self.root)?.rawValue == 10)
        #expect(router.firstHop(to: UnitID(rawValue: 2), from: Self.root)?.rawValue == 2)
        #expect(router.firstHop(to: Self.root, from: Self.root) == nil)
    }

    @Test func `a preview counts what would go where, what went there, and what is missing`() {
        var tally = RoutingTally()
        let good = Self.ask(RoutingText(title: "南岗区过期"))
        let bad = Self.ask(RoutingText(title: "某店"))
        tally.count(good, to: UnitID(rawValue: 10), handledBy: UnitID(rawValue: 10))
        tally.count(good, to: UnitID(rawValue: 10), handledBy: UnitID(rawValue: 11))
        tally.count(good, to: UnitID(rawValue: 10), handledBy: nil)
        tally.count(bad, to: nil, handledBy: UnitID(rawValue: 11))
        #expect(tally.cases == 4 && tally.proposed == 3 && tally.handled == 3 && tally.hits == 1)
        #expect(tally.hitRate == 1.0 / 3 && tally.precision == 0.5 && tally.gaps == [.area: 1])
        let other = tally.units[UnitID(rawValue: 11)]
        #expect(other?.proposed == 0 && other?.handled == 2 && other?.hits == 0)
    }
}
