import ArgumentParser

/// Where the doors listen.
struct DoorOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("JSON 门的端口；0：由系统选。", valueName: "n"))
    var httpPort: Int?

    @Option(name: .long, help: ArgumentHelp("行协议门的端口；0：由系统选。", valueName: "n"))
    var linePort: Int?

    /// By the names of settings.
    var flags: [String: String] {
        var flags: [String: String] = [:]
        flags["http.port"] = self.httpPort.map(String.init)
        flags["line.port"] = self.linePort.map(String.init)
        return flags
    }
}
