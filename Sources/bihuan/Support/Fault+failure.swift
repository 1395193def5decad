import BihuanStore
import Postgres

extension CommandFailure {
    init(_ fault: RegistryFault) {
        let status: ExitStatus =
            switch fault.kind {
            case .badInput, .conflict: .dataError
            case .missing: .noInput
            case .unavailable: .unavailable
            }
        self.init(status, fault.text)
    }

    init(_ error: ImportError) {
        switch error {
        case .unreadable(let path, let reason):
            self.init(.noInput, "不能读写 \(path)：\(reason)")
        case .map(let path, let faults):
            let lines = faults.map { "  第 \($0.line) 行 \($0.path)：\($0.detail)" }
            self.init(.dataError, "映射文件 \(path) 有误：\n" + lines.joined(separator: "\n"))
        case .columns(let faults):
            self.init(.dataError, "文件的列与映射不符：\n" + faults.map { "  \($0)" }.joined(separator: "\n"))
        case .unsupportedEncoding(let name):
            self.init(.dataError, "不支持的编码：\(name)")
        case .unknownCity(let code):
            self.init(.noInput, "没有城市 \(code)；见 bihuan city list")
        case .noUnits(let city):
            self.init(.configuration, "城市 \(city) 还没有单位；先运行 bihuan units import")
        case .noPlan(let city):
            self.init(.configuration, "城市 \(city) 还没有采用预案；先运行 bihuan city plan")
        case .busy(let source):
            self.init(.temporaryFailure, "来源 \(source) 正在由另一个进程导入")
        case .interrupted(let summary):
            self.init(.temporaryFailure, "已中断，再次运行从断处继续：\(summary)")
        case .database(let error):
            self.init(.unavailable, "数据库不能应答：\(error.message)")
        }
    }
}
