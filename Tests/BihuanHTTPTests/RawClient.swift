import TestSupport
import Testing

/// ``RawSocket`` at the HTTP door: a request stays open for its answer, for the server to close.
enum RawClient {
    struct Failure: Error {}

    /// Sends bytes, then reads until the server closes, or nothing more has come for `patience` milliseconds.
    static func exchange(
        _ port: Int,
        _ bytes: [UInt8],
        cuts: [Int] = [],
        drip: [UInt8] = [],
        hesitation: Int32 = 0,
        patience: Int32 = 30_000
    ) async throws -> [UInt8] {
        try await RawSocket.exchange(
            .port(port), bytes, cuts: cuts, finish: false, drip: drip, hesitation: hesitation, patience: patience
        ).received
    }

    static func exchange(_ port: Int, _ text: String) async throws -> RawResponse {
        let bytes = try await self.exchange(port, Array(text.utf8))
        return try #require(RawResponse.all(bytes).first)
    }
}
