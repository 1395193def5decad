/// A time of the city's day, as minutes after midnight; written `08:30`.
struct TimeOfDay: Sendable, Hashable, Comparable, Decodable, CustomStringConvertible {
    var minutes: Int

    init(minutes: Int) { self.minutes = minutes }

    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.allSatisfy(\.isASCII) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), (0..<24).contains(hour), (0..<60).contains(minute)
        else { return nil }
        self.minutes = hour * 60 + minute
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = TimeOfDay(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(text) is not a time such as 08:30")
        }
        self = time
    }

    static func < (one: TimeOfDay, other: TimeOfDay) -> Bool { one.minutes < other.minutes }

    var description: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(self.minutes / 60)):\(two(self.minutes % 60))"
    }
}
