import BihuanDomain

/// What the demonstration tells at the end: the day in numbers, what failed, where the doors are and who may log in.
struct DayReport: Sendable {
    let files: DemoFiles
    let record: DayRecord
    let seconds: Double

    /// How many failures are told one by one.
    private static let told = 10

    /// The day in numbers.
    var lines: [String] {
        let record = self.record
        let taken = record.imported + record.posted
        var lines = [
            "这一天：\(self.files.day.opens)–\(self.files.day.closes)，用时 \(Int(self.seconds.rounded())) 秒。",
            "  入库 \(taken) 件（导入 \(record.imported)，值班录入 \(record.posted)）；"
                + "走完整流程 \(record.deep) 件，只定级、转办、签收 \(record.shallow) 件"
                + "，未演示 \(max(0, taken - record.deep - record.shallow)) 件。",
            "  各岗位操作 \(record.steps) 步（行协议 \(record.byLine) 步），时限触发 \(record.fired) 次。",
        ]
        if record.isForeign {
            lines.append("  文件中的工单没有等级与承办单位：这里的等级、派往的单位和反馈内容都是演示所编，不是对这些工单的判断。")
        }
        let deeds = DayStep.Deed.allCases.compactMap { deed in
            record.taken[deed].map { "\(deed.label) \($0)" }
        }
        if !deeds.isEmpty { lines.append("  其中：" + deeds.joined(separator: "，") + "。") }
        if record.leftOver > 0 { lines.append("  到下班时尚未轮到的后续步骤 \(record.leftOver) 步，留在办理中。") }
        if record.withoutOrder > 0 { lines.append("  等待督办令而当日未等到的步骤 \(record.withoutOrder) 步。") }
        guard !record.failures.isEmpty else { return lines + ["  没有失败的步骤。"] }
        lines.append("  失败 \(record.failures.count) 步：")
        for failure in record.failures.prefix(Self.told) {
            lines.append("    \(failure.ref) \(failure.deed) \(failure.failure)")
        }
        if record.failures.count > Self.told { lines.append("    …… 其余 \(record.failures.count - Self.told) 步从略") }
        return lines
    }
}

extension DayStep.Deed {
    /// 定级, 转办 …
    var label: String {
        switch self {
        case .interim: "阶段性反馈"
        case .final: "最终反馈"
        default: self.verb.label
        }
    }
}
