import ArgumentParser

/// An officer as people name one: `login@city`, or `login` where there is only one city.
struct OfficerName: ExpressibleByArgument, Hashable, Sendable {
    let login: String
    let city: String?

    init?(argument: String) {
        let parts = argument.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let login = parts.first, !login.isEmpty else { return nil }
        if parts.count == 2, parts[1].isEmpty { return nil }
        self.login = String(login)
        self.city = parts.count == 2 ? String(parts[1]) : nil
    }
}
