import BihuanDomain
import BihuanStore
import Foundation

/// Checks plan files named on standard input.
@main
enum PlanProbe {
    static func main() throws {
        while let file = readLine() {
            do throws(PlanFaults) {
                let text = try PlanFile.text(FileManager.default.contents(atPath: file) ?? Data())
                let plan = try PlanFile.plan(text)
                if CommandLine.arguments.count > 1 {
                    for line in PlanExplanation(plan).lines { print(line) }
                }
                print("\(file): fit")
            } catch {
                for fault in error.faults { print("\(file):\(fault)") }
            }
        }
    }
}
