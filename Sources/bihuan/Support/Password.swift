import Foundation
import Glibc

/// Passwords as they come from people and scripts. Never from the command line: others can read that.
enum Password {
    /// Asks on the terminal, without echo, twice where it is to be set; from a pipe takes the first line.
    static func read(confirm: Bool) throws(CommandFailure) -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine() else { throw CommandFailure(.noInput, "标准输入中没有口令") }
            return line
        }
        let first = try Self.ask("口令：")
        if confirm, try Self.ask("再输一次：") != first { throw CommandFailure(.dataError, "两次输入不一致") }
        return first
    }

    private static func ask(_ prompt: String) throws(CommandFailure) -> String {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { throw CommandFailure(.noInput, "不能读取终端") }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            Terminal.tell("")
        }
        Terminal.prompt(prompt)
        guard let line = readLine() else { throw CommandFailure(.noInput, "没有输入口令") }
        return line
    }
}
