import ArgumentParser

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "显示版本。")

    @Flag(help: "以 JSON 显示。")
    var json = false

    func run() {
        let version = Program.version
        Terminal.print(self.json ? #"{"name":"bihuan","version":"\#(version)"}"# : "bihuan \(version)")
    }
}
