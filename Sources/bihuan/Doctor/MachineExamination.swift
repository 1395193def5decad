import Foundation
import Glibc

/// Looks at what the machine gives: the data directory, its disk, key files, ports.
struct MachineExamination: Sendable {
    let settings: Settings
    let directory: DataDirectory

    func findings() -> [Finding] {
        [self.directoryFinding, self.diskFinding] + self.keyFindings
            + [
                self.portFinding("JSON 门", self.settings.httpHost, self.settings.httpPort, "http.port"),
                self.portFinding("行协议门", self.settings.lineHost, self.settings.linePort, "line.port"),
            ]
    }

    private var directoryFinding: Finding {
        let subject = "数据目录"
        let path = self.directory.path
        guard let status = FileStatus(of: path) else {
            return .warn(subject, "\(path) 还不存在", "bihuan serve 或 bihuan demo 会建立它")
        }
        guard status.kind == .directory, access(path, R_OK | W_OK | X_OK) == 0 else {
            return .fail(subject, "当前用户不能读写 \(path)", "以其属主或 root 运行，或另选 --data-dir")
        }
        guard status.mode & 0o007 == 0 else {
            return .fail(subject, "\(path) 对其他用户开放（\(Self.octal(status.mode))）", "chmod o= \(path)")
        }
        return .ok(subject, "\(path)（\(Self.octal(status.mode))）")
    }

    private var diskFinding: Finding {
        let subject = "磁盘空间"
        guard let free = self.directory.freeBytes else { return .warn(subject, "不能查知", "检查 \(self.directory.path)") }
        let text = "\(self.directory.path) 还剩 \(free >> 20) MiB"
        if free < DataDirectory.leastFreeBytes {
            return .fail(subject, text, "清理或扩容，至少 \(DataDirectory.leastFreeBytes >> 20) MiB")
        }
        if free < 2 << 30 { return .warn(subject, text, "清理或扩容；2 GiB 以下不够长期运行") }
        return .ok(subject, text)
    }

    /// Keys and secrets below the data directory, the cluster's own files left out.
    private var keyFindings: [Finding] {
        let subject = "密钥文件"
        let root = URL(fileURLWithPath: self.directory.path)
        guard let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil) else { return [] }
        var open: [Finding] = []
        var count = 0
        for case let url as URL in walk {
            if url.lastPathComponent == "postgres", url.deletingLastPathComponent().path == root.path {
                walk.skipDescendants()
                continue
            }
            guard ["key", "secret"].contains(url.pathExtension), let status = FileStatus(of: url.path) else { continue }
            count += 1
            if status.mode & 0o077 != 0 {
                open.append(.fail(subject, "\(url.path) 对别人开放（\(Self.octal(status.mode))）", "chmod 600 \(url.path)"))
            }
        }
        return open.isEmpty ? [.ok(subject, "\(count) 个，均只有属主可读")] : open
    }

    private func portFinding(_ subject: String, _ host: String, _ port: Int, _ name: String) -> Finding {
        if port == 0 { return .ok(subject, "端口由系统选") }
        switch PortProbe(host: host, port: port).result {
        case .free: return .ok(subject, "\(host):\(port) 可用")
        case .taken:
            if let holder = DataDirectoryLock.holder(of: self.directory) {
                return .ok(subject, "\(host):\(port) 已由运行中的 bihuan（进程 \(holder.process)）或别的程序使用")
            }
            return .fail(subject, "\(host):\(port) 已被别的程序占用", "停掉它，或另设 \(name)")
        case .refused(let reason):
            return .fail(subject, "不能在 \(host):\(port) 监听：\(reason)", "另设 \(name) 或主机地址；1024 以下的端口需要特权")
        }
    }

    private static func octal(_ mode: mode_t) -> String { "0" + String(mode, radix: 8) }
}
