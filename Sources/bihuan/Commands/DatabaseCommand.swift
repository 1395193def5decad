import ArgumentParser

struct DatabaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database",
        abstract: "数据库本身。",
        subcommands: [DatabaseURLCommand.self]
    )
}

/// Prints how the owner connects, for psql; row-level security does not bind the owner.
struct DatabaseURLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "url",
        abstract: "显示属主（bihuan_migrate）的连接串，例如：psql \"$(bihuan database url)\"。"
    )

    @OptionGroup var common: CommonOptions

    func run() throws {
        let settings = try self.common.settings()
        if let url = try DatabaseAccess.given(settings)[.migrate] {
            Terminal.print(url)
            return
        }
        let directory = try settings.directory()
        guard directory.hasCluster else {
            throw CommandFailure(.noInput, "\(directory.path) 中还没有数据库；bihuan serve 或 bihuan demo 会建立它")
        }
        Terminal.print(PrivatePostgres.uri(of: directory, .migrate))
        if Postmaster.running(on: directory.resolvedCluster) == nil {
            Terminal.tell("PostgreSQL 现在没有运行；bihuan serve 运行时此连接串可用。")
        }
    }
}
