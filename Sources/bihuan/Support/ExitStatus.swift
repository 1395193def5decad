/// How a command ended, in the codes of sysexits(3), so that a script can tell one failure from another.
enum ExitStatus: Int32, Sendable {
    /// The command line is wrong.
    case usage = 64
    /// The input was read but is not right.
    case dataError = 65
    /// The input is not there or cannot be read.
    case noInput = 66
    /// A service that is needed does not answer.
    case unavailable = 69
    /// A fault of the program itself.
    case software = 70
    /// A file or directory cannot be made.
    case cannotCreate = 73
    /// Reading or writing failed.
    case inputOutput = 74
    /// Not now: trying again later may succeed.
    case temporaryFailure = 75
    /// The account may not do this.
    case noPermission = 77
    /// The configuration is wrong.
    case configuration = 78
}
