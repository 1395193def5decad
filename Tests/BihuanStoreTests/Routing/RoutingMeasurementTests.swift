import BihuanDomain
import BihuanStore
import Foundation
import Testing

/// Routing over real tickets that stand outside the tree: how often the unit proposed is the one that had them.
///
/// What an office would set up is written here: the units that are there, one
/// rule for each line (城市局办理，或属地区局办理，属地不明的由市局办理), words anybody would name, and the streets as official
/// lists have them. The words were chosen after sixty tickets were read, so the rate is that of an office that knows its
/// own tickets, not of a blind guess. The text is the one whose last sentence, in which the operator names the unit, was cut off.
struct RoutingMeasurementTests {
    static let data = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data")

    static func path(_ file: String) -> String? {
        let path = Self.data.appending(path: file).path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    static func isThere(_ file: String) -> Bool {
        if Self.path(file) != nil { return true }
        print("SKIPPED: \(file) is not beside the tree; the hit rate of routing was not measured")
        return false
    }

    /// Rows of a file by column.
    static func rows(_ file: String) throws -> [[String: String]] {
        var reader = CSVReader(try FileSource(path: #require(Self.path(file))))
        let decoder = try RecordDecoder(.utf8)
        var header: [String] = []
        var rows: [[String: String]] = []
        while let record = try reader.next() {
            guard record.fault == nil else { continue }
            let fields = (0..<reader.count).map { index in
                reader.withField(index) { bytes, _, isDoubled in
                    (try? decoder.text(bytes, hasDoubledQuotes: isDoubled)) ?? ""
                }
            }
            if header.isEmpty {
                header = fields
            } else if fields.count == header.count {
                rows.append(Dictionary(zip(header, fields), uniquingKeysWith: { first, _ in first }))
            }
        }
        return rows
    }

    static func unit(
        _ id: Int, _ name: String, _ tier: Tier, line: String? = nil, under parent: Int? = 1
    ) -> BihuanDomain.Unit {
        BihuanDomain.Unit(
            id: UnitID(rawValue: id), label: "u\(id)", name: name, tier: tier, line: line,
            parent: parent.map { UnitID(rawValue: $0) })
    }

    static let words: [String: String] = [
        "物价": "物价 价格 收费 涨价 明码标价 停车费 停车场 物业费 电费 水费 加价 乱收费 高价 定价 标价 电价 水价 票价 油价 哄抬",
        "食药": "食品 食物 餐饮 食堂 就餐 用餐 外卖 变质 过期 食用 药品 药店 保健品 化妆品 医疗器械 卫生许可证 餐具 异物 假酒 腹泻 食物中毒 发霉",
        "质监": "电梯 锅炉 压力容器 特种设备 质监 质量技术监督 计量 4S店 三包 产品质量 气瓶 游乐设施",
        "工商":
            "工商 消费者 消费 退款 退货 退钱 押金 定金 会员卡 预付卡 充值 虚假宣传 广告 营业执照 无照经营 合同 欺诈 假冒 假货 商标 售后 传销 网购 直销 注册登记 企业登记 个体户 健身 美容 美发 摄影 手机 家具 装修",
    ]

    static let lineWords = Self.words.flatMap { line, words in
        ([line] + words.split(separator: " ").map(String.init)).map { LineWord(line: line, word: $0) }
    }

    /// A city as its office would set it up.
    struct Haikou {
        var tree: UnitTree
        var rules: [CityRoutingRule] = []
        var aliases: [UnitAlias] = []
        /// The bureau that has the most to do.
        var trade: UnitID

        /// The bureaus that occur in the file, under one roof, each of its line; those of a district stand as districts,
        /// whose streets and towns are the official list's.
        init() throws {
            let names = Set(
                try RoutingMeasurementTests.rows("haikou_12345/market_supervision_tickets.csv").compactMap {
                    $0["unit_raw"]
                })
            let counties = try RoutingMeasurementTests.rows("admin_divisions/divisions_province_city_county.csv")
                .filter { $0["parent_code"] == "460100" }
            let streets = try RoutingMeasurementTests.rows("admin_divisions/streets_4601_haikou.csv")
            let lines = [("工商", "工商"), ("物价", "物价"), ("食品药品", "食药"), ("质量技术", "质监")]
            var units = [RoutingMeasurementTests.unit(1, "海口市市场监督管理局", .city, under: nil)]
            var offices: [String: UnitID] = [:]
            for name in names.sorted() {
                let line = lines.first { name.contains($0.0) }?.1
                let county = counties.first { name.contains($0["name"] ?? "-") }
                let next = RoutingMeasurementTests.unit(
                    units.count + 1, name, county == nil ? .department : .district, line: line)
                units.append(next)
                for street in streets where county != nil && street["parent_code"] == county?["code"] {
                    self.aliases.append(UnitAlias(unit: next.id, text: street["name"] ?? ""))
                }
                if county == nil, let line { offices[line] = next.id }
            }
            self.tree = UnitTree(units)
            self.trade = try #require(offices["工商"])
            for (number, line) in ["工商", "质监", "物价", "食药"].enumerated() {
                if line == "物价" || line == "食药" {
                    self.rules.append(
                        CityRoutingRule(number: number * 10 + 1, line: line, target: .place(.district), reason: "属地管理"))
                }
                self.rules.append(
                    CityRoutingRule(
                        number: number * 10 + 2, line: line, target: .unit(try #require(offices[line])), reason: "市级办理")
                )
            }
        }
    }

    static let bureau =
        "(海口市?|市|龙华区?|美兰区?|秀英区?|琼山区?)?(工商|物价|质监|质量技术|质量监督|食药监?|食品药品|消保)[行政监督检查管理]*(局|所|部门|委|科)"

    static let tickets = """
        source: tickets
        fields:
          reference: ticket_no
          content: content_no_routing
          category: [{columns: [cat_l1, cat_l2, cat_l3, cat_l4], separator: " / ", distinct: true}]
          channel: [{constant: phone}]
        ignore: ["*"]
        """

    static func show(_ name: String, _ tally: RoutingTally, _ time: Duration) {
        func percent(_ rate: Double?) -> String { rate.map { "\(Double(Int($0 * 1_000)) / 10) %" } ?? "-" }
        func list(_ counts: [(String, Int)]) -> String {
            counts.map { "\($0.0) \($0.1)" }.sorted().joined(separator: ", ")
        }
        var parts = ["\(tally.cases) cases in \(time)", "proposed \(tally.proposed)"]
        parts.append("hits \(tally.hits) of \(tally.handled) (\(percent(tally.hitRate)))")
        parts.append("of \(tally.comparable) with a proposal \(percent(tally.precision))")
        parts.append("gaps " + list(tally.gaps.map { ($0.key.rawValue, $0.value) }))
        parts.append("areas " + list(tally.areas.map { ($0.key.rawValue, $0.value) }))
        parts.append("lines " + list(tally.lines.map { ($0.key.rawValue, $0.value) }))
        print("ROUTING \(name): \(parts.joined(separator: "; "))")
    }

    @Test(.enabled(if: RoutingMeasurementTests.isThere("haikou_12345/market_supervision_tickets.csv")))
    func `market-supervision tickets are proposed for the bureau that had them, in under 5 s`() throws {
        let file = try #require(Self.path("haikou_12345/market_supervision_tickets.csv"))
        // Earlier tickets and answers, quoted in the text, name bureaus too: without any such name it must do as well.
        let blanked = Self.tickets.replacing(
            "content: content_no_routing",
            with: #"content: [{column: content_no_routing}, {replace: "\#(Self.bureau)", with: ""}]"#)
        let city = try Haikou()
        let rest = [CityRoutingRule(number: 90, target: .unit(city.trade), reason: "其余归工商局")]
        let runs: [(String, String, [CityRoutingRule], Double)] = [
            ("haikou", Self.tickets, city.rules, 0.8),
            ("haikou, names of bureaus blanked", blanked, city.rules, 0.75),
            ("haikou, what no word speaks for to one bureau", Self.tickets, city.rules + rest, 0.83),
        ]
        for (name, yaml, rules, least) in runs {
            let map = try ImportMap(yaml: yaml)
            let begin = ContinuousClock.now
            let router = Router(
                tree: city.tree, rules: rules, aliases: city.aliases, lineWords: Self.lineWords)
            let report = try RoutingRehearsal(router: router, tree: city.tree, plan: nil)
                .run(file: file, map: map, unitColumn: "unit_raw")
            let time = ContinuousClock.now - begin
            Self.show(name, report.tally, time)

            #expect(report.tally.cases > 800 && report.unknownUnits.isEmpty && report.damaged == 0)
            // Blanking is the test's own work.
            if yaml == Self.tickets { #expect(time < .seconds(5)) }
            #expect((report.tally.hitRate ?? 0) > least)
            #expect((report.tally.precision ?? 0) > 0.83)
        }
    }

    /// The masked divisions of a whole province: `A市`, `A7县`. Who handled a message is not told; its reply is, and where
    /// that names one county alone, it speaks for that county.
    @Test(.enabled(if: RoutingMeasurementTests.isThere("citizen_messages/t4_messages_with_replies.csv")))
    func `messages are proposed for the place that answered them, in under 5 s`() throws {
        let messages = try Self.rows("citizen_messages/t4_messages_with_replies.csv")
        var units = [Self.unit(1, "西地省市场监督管理局", .city, under: nil)]
        var ids: [String: Int] = [:]
        for city in Set(messages.compactMap { $0["city"] }).subtracting([""]).sorted() {
            ids[city] = units.count + 1
            units.append(Self.unit(units.count + 1, "\(city)市场监督管理局", .district))
        }
        let places = Set(messages.map { [$0["city"] ?? "", $0["area"] ?? ""] })
        for place in places.sorted(by: { $0[1] < $1[1] }) where !place[1].isEmpty && ids[place[1]] == nil {
            ids[place[1]] = units.count + 1
            units.append(Self.unit(units.count + 1, "\(place[1])市场监督管理局", .district, under: ids[place[0]] ?? 1))
        }
        let tree = UnitTree(units)

        let begin = ContinuousClock.now
        let router = Router(
            tree: tree, rules: [CityRoutingRule(number: 10, target: .place(.district), reason: "属地管理")])
        var (byArea, byReply) = (RoutingTally(), RoutingTally())
        for message in messages {
            let proposal = router.proposal(
                for: RoutingText(title: message["topic"] ?? "", content: message["body"] ?? ""), under: nil)
            let told = message["area"].flatMap { $0.isEmpty ? nil : $0 } ?? message["city"] ?? ""
            byArea.count(proposal, to: proposal.lead?.unit, handledBy: ids[told].map { UnitID(rawValue: $0) })
            let reply = router.proposal(for: RoutingText(content: message["reply_text"] ?? ""), under: nil).area
            let answered = reply.confidence == .exact ? reply.units.first : nil
            byReply.count(proposal, to: proposal.lead?.unit, handledBy: answered)
        }
        let time = ContinuousClock.now - begin
        Self.show("t4 against the place on record", byArea, time)
        Self.show("t4 against the one place that the reply names", byReply, time)

        #expect(byArea.cases > 2_000)
        #expect(time < .seconds(5))
        #expect((byArea.hitRate ?? 0) > 0.7)
        #expect((byReply.precision ?? 0) > 0.6)
    }
}
