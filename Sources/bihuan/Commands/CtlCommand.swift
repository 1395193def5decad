import ArgumentParser
import BihuanLine
import Foundation

struct CtlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ctl",
        abstract: "向行协议门说一条命令并打印回答，例如：bihuan ctl LIST CASES limit=5。",
        discussion: """
            默认走本机的 Unix 套接字，按系统用户登录（见 bihuan officer peer）。
            退出码：0 已办（2xx），4 暂时不行（4xx），5 命令有误或无权（5xx）。
            """
    )

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("Unix 套接字。", valueName: "path"))
    var socket: String?
    @Option(help: ArgumentHelp("改走 TCP（STARTTLS），例如 127.0.0.1:9119。", valueName: "host:port"))
    var tcp: String?
    @Option(help: ArgumentHelp("TCP 时信任的证书（PEM）；不设：数据目录中服务器自己的，没有则用系统的。", valueName: "file"))
    var trust: String?
    @Option(help: ArgumentHelp("以口令登录，例如 liumin@harbin；口令从终端或标准输入读取。", valueName: "login"))
    var login: String?
    @Flag(help: "以 JSON Lines 回答。")
    var json = false
    @Argument(help: ArgumentHelp("命令的各个词；以 - 开头的词写在 -- 之后。", valueName: "words"))
    var words: [String] = []

    func validate() throws {
        if self.words.isEmpty { throw ValidationError("要说一条命令，例如 HELP。") }
    }

    func run() async throws {
        let settings = try self.common.settings()
        let address = try self.address(settings)
        var control = LineControl(client: LineClient(address), json: self.json)
        if let login {
            control.credentials = LineControl.Credentials(user: login, password: try Password.read(confirm: false))
        }
        let status: Int32
        do {
            status = try await control.run(self.words) {
                var lines: [String] = []
                while let line = readLine() { lines.append(line) }
                return lines
            } output: {
                Terminal.print($0)
            } errors: {
                Terminal.tell($0)
            }
        } catch {
            throw CommandFailure(.unavailable, "不能与行协议门（\(address)）对话：\(error)")
        }
        if status != 0 { throw ExitCode(status) }
    }

    private func address(_ settings: Settings) throws(CommandFailure) -> LineClientAddress {
        guard let tcp else {
            if let path = self.socket ?? settings.lineSocket { return .socket(path: path) }
            return .socket(path: try LineSocket.path(for: settings.directory()))
        }
        guard let colon = tcp.lastIndex(of: ":"), let port = Int(tcp[tcp.index(after: colon)...]) else {
            throw CommandFailure(.usage, "--tcp 要写成 主机:端口")
        }
        let own = try settings.directory().path + "/line/line.crt"
        let trust = self.trust ?? (FileManager.default.isReadableFile(atPath: own) ? own : nil)
        return .tcp(host: String(tcp[..<colon]), port: port, trust: trust)
    }
}
