import ArgumentParser
import BihuanStore

/// What every command takes that touches the database.
struct CommonOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("配置文件（YAML）。", valueName: "file"))
    var config: String?

    @Option(name: .long, help: ArgumentHelp("数据目录；私有 PostgreSQL、锁与密钥都在其中。", valueName: "dir"))
    var dataDir: String?

    /// The settings, with what the command line says on top.
    ///
    /// - Parameters:
    ///   - flags: further flags, by the names of settings.
    ///   - standard: what the command would rather have than the standard values, by the names of settings.
    func settings(
        _ flags: [String: String] = [:],
        standard: [String: String] = [:]
    ) throws(CommandFailure) -> Settings {
        var flags = flags
        flags["data.dir"] = self.dataDir
        return try Settings(SettingSources(flags: flags, file: self.config, standard: standard))
    }
}
