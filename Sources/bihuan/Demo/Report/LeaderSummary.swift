import BihuanDomain
import Foundation

/// What the leader of the city sees (升级汇总), as the JSON door tells it.
struct LeaderSummary: Decodable, Sendable {
    struct Unit: Decodable, Sendable {
        var label: String
        var name: String
    }

    struct Count: Decodable, Sendable {
        /// Nil before grading.
        var level: String?
        var open: Int
        var overdue: Int
    }

    struct Line: Decodable, Sendable {
        var unit: Unit
        var tier: String
        var levels: [Count]
        var open: Int
        var overdue: Int
        var supervised: Int
        var circulars: Int
        var concluded: Int
        var oldestDueAt: Date?
    }

    struct Escalation: Decodable, Sendable {
        var `case`: String
        var title: String
        var levelName: String?
        var unit: Unit
        var kind: String
        var dueAt: Date
    }

    var unit: Unit
    var at: Date
    var total: Line
    var units: [Line]
    var escalations: [Escalation]

    /// How many of the oldest overdue deadlines are shown.
    private static let shown = 10

    /// The summary for a terminal.
    ///
    /// - Parameters:
    ///   - levels: keys and names of the levels, the gravest first.
    ///   - offset: the city's distance from UTC.
    func lines(levels: [(key: String, name: String)], offset: UTCOffset) -> [String] {
        let time = { (date: Date) in Self.time(date, offset) }
        var lines = ["升级汇总  \(self.unit.name)  \(time(self.at))", ""]
        var table = TextTable([.left] + levels.map { _ in .right } + [.right, .right, .right, .right, .right, .left])
        table.add(["单位（超期按等级）"] + levels.map(\.name) + ["超期", "督办", "通报", "在办", "办结", "最早到期"])
        table.rule()
        func add(_ line: Line, _ name: String) {
            let byLevel = levels.map { level in
                let overdue = line.levels.first { $0.level == level.key }?.overdue ?? 0
                return overdue == 0 ? "·" : "\(overdue)"
            }
            let counts = [line.overdue, line.supervised, line.circulars, line.open, line.concluded].map(String.init)
            table.add([name] + byLevel + counts + [line.oldestDueAt.map(time) ?? ""])
        }
        for line in self.units where line.open + line.overdue + line.concluded > 0 { add(line, line.unit.name) }
        table.rule()
        add(self.total, "合计（全市）")
        lines += table.lines
        guard !self.escalations.isEmpty else { return lines + ["", "没有超期事项。"] }

        lines += ["", "最早超期的 \(min(Self.shown, self.escalations.count)) 项（共 \(self.total.overdue) 项超期）", ""]
        var oldest = TextTable([.left, .left, .left, .left, .right, .left])
        oldest.add("案号", "等级", "时限", "到期", "已超", "单位与事项")
        oldest.rule()
        for one in self.escalations.prefix(Self.shown) {
            let late = max(0, Int(self.at.timeIntervalSince(one.dueAt) / 60))
            oldest.add(
                one.case, one.levelName ?? "未定级", ClockKind(rawValue: one.kind)?.label ?? one.kind, time(one.dueAt),
                late >= 60 ? "\(late / 60) 小时 \(late % 60) 分" : "\(late) 分",
                "\(one.unit.name.cut(to: 26)) \(one.title.cut(to: 36))")
        }
        return lines + oldest.lines
    }

    private static func time(_ date: Date, _ offset: UTCOffset) -> String {
        let day = CivilDay(date, offset: offset)
        let minutes = Int(date.timeIntervalSince(day.start(offset: offset)) / 60)
        let (_, month, dayOfMonth) = day.components
        return "\(month) 月 \(dayOfMonth) 日 \(TimeOfDay(minutes: minutes))"
    }
}
