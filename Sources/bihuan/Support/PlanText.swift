import ArgumentParser
import BihuanDomain
import BihuanStore
import Foundation

/// Plan files as commands read them.
enum PlanText {
    /// The text of a file.
    static func read(_ path: String) throws(PlanFaults) -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw PlanFaults([PlanFault(.start, "", "不能读取这个文件")])
        }
        return try PlanFile.text(data)
    }

    /// The text and what it means. Where it is not fit, tells every fault as editors jump to it, and ends the command.
    static func plan(_ path: String, _ settings: PlanSettings = PlanSettings()) throws -> (text: String, plan: Plan) {
        do throws(PlanFaults) {
            let text = try Self.read(path)
            return (text, try PlanFile.plan(text, values: settings.values))
        } catch {
            Self.tell(error, of: path)
            throw ExitCode(ExitStatus.dataError.rawValue)
        }
    }

    /// One fault a line, each as `file:line:column: path：rule`, with nothing before it.
    static func tell(_ faults: PlanFaults, of path: String) {
        for fault in faults.faults { Terminal.tell("\(path):\(fault)") }
    }
}
