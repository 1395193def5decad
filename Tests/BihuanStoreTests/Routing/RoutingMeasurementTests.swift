import BihuanDomain
import BihuanStore
import Foundation
import Testing

/// Routing over real tickets that stand outside the tree: how often the unit proposed is the one that had them.
///
/// What an office would set up is written here without looking at who got which ticket: the units that are there, one
/// rule for each line (城市局办理，或属地区局办理，属地不明的由市局办理), words anybody would name, and the streets as official
/// lists have them. The text is the one whose last sentence, in which the operator names the unit, was cut off.
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

    /// Rows of a comma-separated file without line breaks in what is asked for.
    static func rows(_ file: String) throws -> [[String: String]] {
        let text = try String(contentsOfFile: #require(Self.path(file)), encoding: .utf8)
        let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let header = (lines.first ?? []).map { $0.trimmingCharacters(in: .whitespacesAndNewlines.union(["\u{FEFF}"])) }
        return lines.dropFirst().map { line in
            Dictionary(
                zip(header, line.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }),
                uniquingKeysWith: { first, _ in first })
        }
    }

    static func unit(
        _ id: Int, _ name: String, _ tier: Tier, line: String? = nil, under parent: Int? = 1
    ) -> Unit {
        Unit(
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

    /// The bureaus that occur in the file, under one roof.
    static let haikou = UnitTree([
        Self.unit(1, "海口市市场监督管理局", .city, under: nil),
        Self.unit(2, "海口工商局", .department, line: "工商"),
        Self.unit(3, "海口质量技术监督局", .department, line: "质监"),
        Self.unit(4, "市物价局", .department, line: "物价"),
        Self.unit(5, "市食品药品监督管理局", .department, line: "食药"),
        Self.unit(10, "龙华区物价监督检查局", .district, line: "物价"),
        Self.unit(11, "龙华区食品药品监督管理局", .district, line: "食药"),
        Self.unit(12, "海口市美兰区物价监督检查局", .district, line: "物价"),
        Self.unit(13, "美兰区食品药品监督管理局", .district, line: "食药"),
        Self.unit(14, "秀英区物价局", .district, line: "物价"),
        Self.unit(15, "秀英区食品药品监督管理局", .district, line: "食药"),
        Self.unit(16, "海口市琼山区物价监督检查局", .district, line: "物价"),
        Self.unit(17, "琼山区食品药品监督管理局", .district, line: "食药"),
    ])

    static let rules: [CityRoutingRule] = [
        CityRoutingRule(number: 10, line: "工商", target: .unit(UnitID(rawValue: 2)), reason: "垂直管理"),
        CityRoutingRule(number: 20, line: "质监", target: .unit(UnitID(rawValue: 3)), reason: "垂直管理"),
        CityRoutingRule(number: 30, line: "物价", target: .place(.district), reason: "属地管理"),
        CityRoutingRule(number: 40, line: "物价", target: .unit(UnitID(rawValue: 4)), reason: "属地不明"),
        CityRoutingRule(number: 50, line: "食药", target: .place(.district), reason: "属地管理"),
        CityRoutingRule(number: 60, line: "食药", target: .unit(UnitID(rawValue: 5)), reason: "属地不明"),
    ]

    /// Streets and towns by the district they are in.
    static func streets() throws -> [UnitAlias] {
        let districts = ["460105": [14, 15], "460106": [10, 11], "460107": [16, 17], "460108": [12, 13]]
        return try Self.rows("admin_divisions/streets_4601_haikou.csv").flatMap { row in
            (districts[row["parent_code"] ?? ""] ?? []).map { unit in
                UnitAlias(unit: UnitID(rawValue: unit), text: row["name"] ?? "")
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
        print(
            "ROUTING \(name): \(tally.cases) cases in \(time); proposed \(tally.proposed); hits \(tally.hits) of "
                + "\(tally.handled) (\(percent(tally.hitRate))), of those with a proposal \(percent(tally.precision)); gaps "
                + tally.gaps.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ") + "; areas "
                + tally.areas.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ") + "; lines "
                + tally.lines.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", "))
    }

    @Test(.enabled(if: RoutingMeasurementTests.isThere("haikou_12345/market_supervision_tickets.csv")))
    func `market-supervision tickets are proposed for the bureau that had them, in under 5 s`() throws {
        let file = try #require(Self.path("haikou_12345/market_supervision_tickets.csv"))
        // Earlier tickets and answers, quoted in the text, name bureaus too: without any such name it must do as well.
        let blanked = Self.tickets.replacing(
            "content: content_no_routing",
            with: #"content: [{column: content_no_routing}, {replace: "\#(Self.bureau)", with: ""}]"#)
        let rest = [CityRoutingRule(number: 90, target: .unit(UnitID(rawValue: 2)), reason: "其余归工商局")]
        for (name, yaml, rules, least) in [
            ("haikou", Self.tickets, Self.rules, 0.8),
            ("haikou, names of bureaus blanked", blanked, Self.rules, 0.75),
            ("haikou, what no word speaks for to one bureau", Self.tickets, Self.rules + rest, 0.83),
        ] {
            let map = try ImportMap(yaml: yaml)
            let begin = ContinuousClock.now
            let router = Router(
                tree: Self.haikou, rules: rules, aliases: try Self.streets(), lineWords: Self.lineWords)
            let report = try RoutingRehearsal(router: router, tree: Self.haikou, plan: nil)
                .run(file: file, map: map, unitColumn: "unit_raw")
            let time = ContinuousClock.now - begin
            Self.show(name, report.tally, time)

            #expect(report.tally.cases > 800 && report.unknownUnits.isEmpty && report.damaged == 0)
            #expect(time < .seconds(5))
            #expect((report.tally.hitRate ?? 0) > least)
            #expect((report.tally.precision ?? 0) > 0.83)
        }
    }

    /// The masked divisions of a whole province: `A市`, `A7县`. Who handled a message is not told; its reply is, and where
    /// that names one county alone, it speaks for that county.
    @Test(.enabled(if: RoutingMeasurementTests.isThere("citizen_messages/t4_messages_with_replies.csv")))
    func `messages are proposed for the place that answered them, in under 5 s`() throws {
        let file = try #require(Self.path("citizen_messages/t4_messages_with_replies.csv"))
        var reader = CSVReader(try FileSource(path: file))
        let decoder = try RecordDecoder(.utf8)
        var header: [String] = []
        var messages: [[String: String]] = []
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
                messages.append(Dictionary(zip(header, fields), uniquingKeysWith: { first, _ in first }))
            }
        }
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
