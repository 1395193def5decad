import BihuanDomain

extension ImportError: CustomStringConvertible {
    /// For the person at the command line; several lines where there are several faults.
    package var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "无法读写 \(path)：\(reason)"
        case .map(let path, let faults):
            faults.map { fault in
                "\(path):\(fault.line): " + (fault.path.isEmpty ? "" : "\(fault.path)：") + fault.detail
            }.joined(separator: "\n")
        case .columns(let faults):
            "文件与映射不符，没有导入任何内容：\n" + faults.map { "  \($0)" }.joined(separator: "\n")
        case .unsupportedEncoding(let name):
            "不支持 \(name) 编码，请另存为 UTF-8 或 GB18030"
        case .unknownCity(let code):
            "没有代码为 \(code) 的城市；见 bihuan city list"
        case .noUnits(let city):
            "城市 \(city) 还没有单位；先运行 bihuan units import"
        case .noPlan(let city):
            "城市 \(city) 还没有采用预案；先运行 bihuan city plan"
        case .noDeadline(Refusal.missingCalendarYear(let year)):
            "缺少 \(year) 年的工作日历，无法计算定级时限：请先导入日历"
        case .noDeadline(let refusal):
            "无法计算定级时限：\(refusal)"
        case .busy(let source):
            "来源 \(source) 的另一次导入正在进行"
        case .interrupted(let summary):
            "已中断（\(summary)）：再次导入同一文件即从此处继续"
        case .database(let error):
            "数据库：\(error)"
        }
    }
}
