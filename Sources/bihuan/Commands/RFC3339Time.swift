import ArgumentParser
import Foundation

/// An instant as RFC 3339 writes it, with an offset: a time without one is nobody's time.
struct RFC3339Time: ExpressibleByArgument, Hashable, Sendable {
    let date: Date

    init?(argument: String) {
        guard let date = try? Date(argument, strategy: .iso8601) else { return nil }
        self.date = date
    }
}
