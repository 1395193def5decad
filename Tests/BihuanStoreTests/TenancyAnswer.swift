/// What a statement came to.
enum TenancyAnswer: Hashable, Sendable {
    /// It returned the rows of these keys.
    case keys(Set<String>)
    /// It wrote so many rows.
    case count(Int)
    /// For want of privilege or by a policy.
    case refused
    /// Anything else, which no probe should meet.
    case failed(String)
}

extension TenancyAnswer: CustomStringConvertible {
    var description: String {
        switch self {
        case .keys(let keys): "\(keys.count) rows"
        case .count(let count): "\(count) written"
        case .refused: "refused"
        case .failed(let message): "failed: \(message)"
        }
    }
}
