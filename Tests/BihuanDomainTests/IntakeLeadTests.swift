import BihuanDomain
import Foundation
import Testing

struct IntakeLeadTests {
    /// 2026-03-02T08:15:00+08:00
    let now = Date(timeIntervalSince1970: 1_772_410_500)

    func draft(_ change: (inout LeadDraft) -> Void = { _ in }) -> LeadDraft {
        var draft = LeadDraft(
            source: "hotline-12345",
            reference: "20260301000017",
            channel: "phone",
            title: "饭馆油烟扰民",
            content: "居民反映楼下饭馆油烟扰民，请核实。"
        )
        change(&draft)
        return draft
    }

    func faults(of draft: LeadDraft, referenceRequired: Bool = false) -> [LeadFault] {
        do throws(LeadFaults) {
            _ = try Lead(draft, now: self.now, referenceRequired: referenceRequired)
            return []
        } catch {
            return error.faults
        }
    }

    func codes(_ change: (inout LeadDraft) -> Void) -> [String] {
        self.faults(of: self.draft(change)).map { "\($0.field.rawValue) \($0.code.rawValue)" }
    }

    @Test func `a draft that is fit becomes a lead`() throws {
        let lead = try Lead(
            self.draft {
                $0.receivedAt = .text("2026-03-01T20:00:00+08:00")
                $0.link = "https://example.com/a?b=c"
                $0.place = " 南岗区 "
            },
            now: self.now
        )

        #expect(lead.reference == "20260301000017")
        #expect(lead.place == "南岗区")
        #expect(lead.receivedAt == Date(timeIntervalSince1970: 1_772_366_400))
        #expect(lead.isReceiptStated)
    }

    @Test func `every fault of a draft is reported at once`() {
        let faults = self.faults(
            of: LeadDraft(
                source: "Hotline",
                channel: nil,
                title: String(repeating: "长", count: 201),
                content: " \n ",
                link: "ftp://example.com",
                repliedAt: .text("昨天"),
                occurredAt: .text("2026-03-09T00:00:00Z"),
                receivedAt: .text("1899-12-30T00:00:00Z")
            ),
            referenceRequired: true
        )

        let told = faults.map { "\($0.field.rawValue) \($0.code.rawValue)" }
        #expect(
            told == [
                "source not_a_label", "reference missing", "channel missing", "title too_long", "content missing",
                "link not_a_link", "replied_at not_a_time", "occurred_at in_the_future", "received_at too_early",
            ]
        )
        #expect(faults.allSatisfy { !$0.detail.isEmpty })
    }

    @Test func `control characters are refused, and only content and reply may hold tabs and lines`() {
        #expect(self.codes { $0.content = "一\u{0}二" } == ["content control_character"])
        #expect(self.codes { $0.content = "一\u{1B}[31m二" } == ["content control_character"])
        #expect(self.codes { $0.content = "一\u{85}二" } == ["content control_character"])
        #expect(self.codes { $0.title = "一\n二" } == ["title control_character"])
        #expect(self.codes { $0.title = "一\r\n二" } == ["title control_character"])
        #expect(self.codes { $0.place = "一\t二" } == ["place control_character"])
        #expect(self.codes { $0.content = "一\t二\r\n三" }.isEmpty)
        #expect(self.codes { $0.reply = "一\n二" }.isEmpty)
        #expect(self.codes { $0.link = "https://example.com/\n" } == ["link control_character"])
    }

    @Test func `an identifier is taken as it is or refused`() {
        #expect(self.codes { $0.reference = "A 1" } == ["reference not_plain"])
        #expect(self.codes { $0.reference = " A1" } == ["reference not_plain"])
        #expect(self.codes { $0.reference = "A\u{200B}1" } == ["reference not_plain"])
        #expect(self.codes { $0.reference = "cafe\u{301}" } == ["reference not_plain"])
        #expect(self.codes { $0.reference = "A\n1" } == ["reference control_character"])
        #expect(self.codes { $0.reference = String(repeating: "9", count: 101) } == ["reference too_long"])
        #expect(self.codes { $0.reference = "舆〔2026〕17号" }.isEmpty)
    }

    @Test func `lengths are counted in code points, as the database counts them`() {
        #expect(self.codes { $0.content = String(repeating: "字", count: 20_000) }.isEmpty)
        #expect(self.codes { $0.content = String(repeating: "字", count: 20_001) } == ["content too_long"])
        #expect(self.codes { $0.title = String(repeating: "👨‍👩‍👧", count: 41) } == ["title too_long"])
        #expect(self.codes { $0.place = String(repeating: "a", count: 501) } == ["place too_long"])
    }

    @Test func `text is composed, its lines end with LF, and what is invisible goes`() throws {
        let lead = try Lead(
            self.draft { $0.content = "\u{FEFF}cafe\u{301}\u{202E}\r\n二\r三\u{2028}四 \u{3000}" },
            now: self.now
        )

        #expect(Array(lead.content.unicodeScalars) == Array("caf\u{E9}\n二\n三\n四".unicodeScalars))
    }

    @Test func `a number split by invisible characters is masked all the same`() throws {
        let lead = try Lead(self.draft { $0.content = "\u{202D}138\u{200B}1234\u{200B}5678\u{202C}" }, now: self.now)

        #expect(lead.content == "138****5678")
    }

    @Test(arguments: [
        "example.com", "http://", "https:///a", "javascript:alert(1)", "http://a b", "https://user:word@example.com",
    ])
    func `a link must be absolute http or https`(link: String) {
        #expect(self.codes { $0.link = link } == ["link not_a_link"])
    }

    @Test func `free text is masked wherever it stands`() throws {
        let lead = try Lead(
            self.draft {
                $0.title = "致电13812345678"
                $0.content = "13812345678"
                $0.place = "13812345678旁"
                $0.reply = "已联系13812345678"
                $0.reference = "20180101119994"
            },
            now: self.now
        )

        #expect(lead.title == "致电138****5678")
        #expect(lead.content == "138****5678")
        #expect(lead.place == "138****5678旁")
        #expect(lead.reply == "已联系138****5678")
        #expect(lead.reference == "20180101119994")
    }

    @Test(arguments: [
        ("市民反映：楼下饭馆油烟大。请处理！", "市民反映：楼下饭馆油烟大"),
        ("\n\n一行\n二行", "一行"),
        ("一  二\u{3000}三", "一 二 三"),
        ("！！！", "！！！"),
        (String(repeating: "字", count: 60), String(repeating: "字", count: 60)),
        (String(repeating: "字", count: 61), String(repeating: "字", count: 59) + "…"),
        ("价格3.5元", "价格3.5元"),
    ])
    func `without a title the first sentence is one`(content: String, title: String) {
        #expect(LeadTitle.derived(from: content, limit: 60) == title)
    }

    @Test func `a derived title never exceeds its limit`() {
        for length in 1...130 {
            let content = String(repeating: "字 ", count: length)
            #expect(LeadTitle.derived(from: content, limit: 60).unicodeScalars.count <= 60)
        }
    }

    @Test func `the canonical form tells contents apart and leaves out what changes by itself`() throws {
        let one = try Lead(self.draft(), now: self.now)
        let later = try Lead(self.draft(), now: self.now.addingTimeInterval(60))
        let other = try Lead(self.draft { $0.content = "另一件事" }, now: self.now)
        let stated = try Lead(self.draft { $0.receivedAt = .instant(self.now) }, now: self.now)
        // What ends one field must not begin the next.
        let left = try Lead(
            self.draft {
                $0.category = "甲"
                $0.place = nil
            }, now: self.now)
        let right = try Lead(
            self.draft {
                $0.category = nil
                $0.place = "甲"
            }, now: self.now)

        #expect(one.canonicalForm == later.canonicalForm)
        #expect(one.canonicalForm != other.canonicalForm)
        #expect(one.canonicalForm != stated.canonicalForm)
        #expect(left.canonicalForm != right.canonicalForm)
    }
}
