import Testing

@testable import bihuan

struct DemoTextTableTests {
    @Test(arguments: [("abc", 3), ("督办", 4), ("a督b办", 6), ("（一）", 6), ("e\u{301}", 1), ("“好”", 4), ("", 0), ("　", 2)])
    func `a Chinese character takes two columns, a mark none`(_ text: String, _ columns: Int) {
        #expect(text.columns == columns)
    }

    @Test func `columns line up whatever is written in them`() {
        var table = TextTable([.left, .right])
        table.add("单位", "超期")
        table.rule()
        table.add("望澜区局", "12")
        table.add("A", "3")

        #expect(table.lines == ["单位      超期", "--------------", "望澜区局    12", "A            3"])
        #expect(Set(table.lines.map(\.columns)) == [14])
    }

    @Test func `a text that is too long is cut between characters`() {
        #expect("超市销售过期食品".cut(to: 10) == "超市销售…")
        #expect("超市".cut(to: 4) == "超市")
        #expect("超市销售过期食品".cut(to: 11).columns <= 11)
    }
}
