import BihuanDomain
import BihuanStore
import Foundation
import Testing

struct ImportMapTests {
    static let small = """
        source: hotline
        channel: phone
        fields:
          reference: no
          content: text
        """

    func faults(_ yaml: String) -> [String] {
        do throws(ImportMapFaults) {
            _ = try ImportMap(yaml: yaml)
            return []
        } catch {
            return error.faults.map { "\($0.line) \($0.path)" }
        }
    }

    func draft(_ fields: String, _ row: [String: String]) throws -> (LeadDraft, [LeadFault]) {
        let map = try ImportMap(yaml: "source: s\nfields:\n" + fields)
        let header = row.keys.sorted()
        return RowMapper(map, header: header).draft { row[header[$0]] ?? "" }
    }

    @Test func `a small map is enough`() throws {
        let map = try ImportMap(yaml: Self.small)

        #expect(map.source == "hotline")
        #expect(map.encoding == nil)
        #expect(map.utcOffset == 8 * 3600)
        #expect(map.fields[.reference] == [.column("no")])
        #expect(map.fields[.channel] == [.constant("phone")])
        #expect(map.columns == ["no", "text"])
    }

    @Test func `every fault is reported at once, with its line`() {
        let faults = self.faults(
            """
            source: Hot Line
            encoding: latin1
            delimiter: "|"
            zone: Beijing
            colour: red
            fields:
              title: [{take: 3}]
              content:
                - column: a
                - column: b
                - shout
              author: name
              place:
                - column: p
                - take: 0
                - replace: "["
                  with: x
                - lookup: []
              received_at:
                - column: t
                - date: [yyyy-QQ, M/d]
                - trim
              category:
                - column: c
                - date: yyyy-MM-dd
                  loud: true
            optional: [nowhere]
            ignore: [a]
            """
        )

        #expect(
            faults == [
                "1 channel", "1 source", "2 encoding", "3 delimiter", "4 zone", "5 colour", "7 fields.reference",
                "7 fields.title[0]", "10 fields.content[1]", "11 fields.content[2]", "12 fields.author",
                "15 fields.place[1].take", "16 fields.place[2].replace", "18 fields.place[3].lookup",
                "21 fields.received_at[1].date", "21 fields.received_at[1].date", "25 fields.category[1]",
                "26 fields.category[1].loud", "27 optional", "28 ignore",
            ]
        )
    }

    @Test(arguments: [
        ("", "1 "), ("- a", "1 "), ("source: a\nsource: b", "1 "), ("source: [", "2 "), ("a: 'b", "2 "),
    ])
    func `what is not a map is refused`(yaml: String, fault: String) throws {
        let first = try #require(self.faults(yaml).first)

        #expect(first.hasSuffix(" "), "\(first) names no path")
        #expect(first.first?.isNumber == true)
    }

    @Test(arguments: ["联系电话", "来电人", "姓名", "Phone", "投诉人电话", "求助号码"])
    func `a personal column can only be ignored`(column: String) throws {
        #expect(self.faults(Self.small + "\n  place: \(column)") == ["6 fields.place[0]"])
        #expect(self.faults(Self.small + "\n  place: {columns: [a, \(column)]}") == ["6 fields.place[0]"])
        #expect(self.faults(Self.small + "\nignore: [\(column)]").isEmpty)
        #expect(self.faults(Self.small + "\n  complainant: a") == ["6 fields.complainant"])
    }

    @Test func `columns that do not fit are told before anything is read in`() throws {
        let map = try ImportMap(
            yaml: Self.small + "\n  place: where\noptional: [where]\nignore: [phone]"
        )
        let other = try ImportMap(yaml: Self.small + "\nignore: ['*']")

        #expect(map.faults(against: ["no", "text", "phone"]).isEmpty)
        #expect(map.faults(against: ["no", "text", "where", "more", "no", ""]).count == 3)
        #expect(map.faults(against: ["phone"]).count == 2)
        #expect(other.faults(against: ["no", "text", "more", ""]).isEmpty)
        #expect(other.faults(against: ["no"]).count == 1)
    }

    @Test func `steps do what they are called`() throws {
        let (draft, faults) = try self.draft(
            """
              reference: [{column: a}, trim]
              title: [{column: b}, collapse_space, {take: 3}]
              content: [{first_of: [empty, b]}, {replace: '[0-9]+', with: '#'}]
              category: {columns: [a, c, d, empty, e], separator: ' / ', distinct: true}
              channel: [{column: c}, {lookup: {甲: phone}, default: other}]
              place: [{column: empty}, {default: 不详}]
              outlet: [{constant: 晚报}]
            """,
            ["a": " 1 ", "b": "一\n二  三四 12", "c": "甲", "d": "甲", "e": "乙", "empty": "  "]
        )

        #expect(faults.isEmpty)
        #expect(draft.reference == "1")
        #expect(draft.title == "一 二")
        #expect(draft.content == "一\n二  三四 #")
        #expect(draft.category == "1 / 甲 / 乙")
        #expect(draft.channel == "phone")
        #expect(draft.place == "不详")
        #expect(draft.outlet == "晚报")
    }

    @Test func `one column may hold dates of several forms`() throws {
        let fields = """
              reference: a
              content: a
              channel: {constant: web}
              received_at: [{column: t}, {date: [yyyy/M/d H:m:s, yyyy-MM-dd, rfc3339]}]
            """
        let expected = Date(timeIntervalSince1970: 1_550_716_800)
        for text in ["2019/2/21 10:40:00", "2019-02-21T02:40:00Z", " 2019/02/21 10:40:0 "] {
            let (draft, faults) = try self.draft(fields, ["a": "1", "t": text])
            #expect(faults.isEmpty)
            #expect(draft.receivedAt == .instant(expected))
        }
        #expect(try self.draft(fields, ["a": "1", "t": ""]).0.receivedAt == nil)
        let (draft, faults) = try self.draft(fields, ["a": "1", "t": "昨天 13812345678"])
        #expect(draft.receivedAt == nil)
        #expect(faults.map(\.code) == [.notATime])
        #expect(faults[0].detail.contains("138****5678"))
    }

    @Test func `a value that a table without default does not list is a fault`() throws {
        let (draft, faults) = try self.draft(
            "  reference: a\n  content: a\n  channel: [{column: c}, {lookup: {甲: phone}}]",
            ["a": "1", "c": "丙"]
        )

        #expect(faults.map(\.code) == [.notInTable])
        #expect(draft.channel == "")
    }

    @Test(arguments: ["hotline-12345", "message-board"])
    func `the maps that ship are fit`(name: String) throws {
        let map = try ImportMap(path: Installation.find().maps.appendingPathComponent("\(name).yaml").path)

        #expect(map.source == name)
        #expect(map.fields[.reference] != nil && map.fields[.content] != nil && map.fields[.receivedAt] != nil)
    }
}
