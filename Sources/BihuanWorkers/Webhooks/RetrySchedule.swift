package import Foundation

/// When a failed delivery is tried again.
package enum RetrySchedule {
    /// The pause after the first failure, the second, and so on (Standard Webhooks 1.0.0, "Deliverability and
    /// reliability").
    package static let pauses: [Duration] = [
        .seconds(5), .seconds(300), .seconds(1_800), .seconds(7_200), .seconds(18_000), .seconds(36_000),
        .seconds(50_400), .seconds(72_000), .seconds(86_400),
    ]
    /// The longest a receiver may put us off.
    package static let longest = Duration.seconds(86_400)

    /// The pause after the `attempt`th failure.
    ///
    /// - Parameters:
    ///   - jitter: 0 to 1; up to a tenth is added, so that what failed together does not come back together.
    ///   - retryAfter: what the receiver asked for, if it did; the longer of the two counts.
    package static func pause(after attempt: Int, jitter: Double, retryAfter: Duration? = nil) -> Duration {
        let pause = Self.pauses[min(max(attempt, 1), Self.pauses.count) - 1]
        return max(pause + pause * (min(max(jitter, 0), 1) / 10), min(retryAfter ?? .zero, Self.longest))
    }

    /// A `Retry-After` field: seconds, or an HTTP date (RFC 9110 §10.2.3); nil when it is neither.
    package static func retryAfter(_ field: String, now: Date) -> Duration? {
        let text = field.trimmingCharacters(in: .whitespaces)
        if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // More digits than fit are longer than the longest.
            return .seconds(min(Int(text) ?? .max, Int(Self.longest.components.seconds)))
        }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = formatter.date(from: text) else { return nil }
        return .seconds(max(0, min(date.timeIntervalSince(now), 86_400)))
    }
}
