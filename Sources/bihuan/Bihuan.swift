import ArgumentParser
import Failpoints
import Foundation
import Glibc

/// The program: commands, and the one place where they are started and their ends turned into exit codes.
@main
struct Bihuan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bihuan",
        abstract: "闭环：市、区、所之间舆情处置的闭环协同",
        discussion: "退出码按 sysexits(3)。各项配置见 bihuan help serve。",
        version: Program.version,
        subcommands: Self.commands
    )

    static func main() async {
        // A reader that goes away must not end a server.
        signal(SIGPIPE, SIG_IGN)
        // Rows and passwords in memory do not belong in a core file.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        FileLimit.raise()
        Memory.configure()

        #if FAILPOINTS
            do {
                try Failpoints.arm(ProcessInfo.processInfo.environment[Failpoints.variable] ?? "")
            } catch {
                Terminal.tell("bihuan：\(Failpoints.variable)：\(error)")
                Foundation.exit(ExitStatus.configuration.rawValue)
            }
        #endif
        let interruption = Interruption.current
        let watch = Task { await interruption.watch() }
        let work = Task { await Self.perform() }
        interruption.onSignal { work.cancel() }
        let status = await work.value
        watch.cancel()
        Foundation.exit(status)
    }

    /// Runs the command that the arguments name.
    ///
    /// - Returns: the exit code; 128 and the signal's number when one cut the command short.
    private static func perform() async -> CInt {
        do {
            var command = try Self.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            if let signal = Interruption.current.received { return 128 + signal }
            if let failure = error as? CommandFailure {
                Terminal.tell("bihuan：\(failure.message)")
                return failure.status.rawValue
            }
            if let code = error as? ExitCode { return code.rawValue }
            Self.exit(withError: error)
        }
    }
}
