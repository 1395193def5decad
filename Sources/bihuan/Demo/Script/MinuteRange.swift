/// A delay that is drawn anew each time: minutes, both ends included; written `[10, 80]`.
struct MinuteRange: Sendable, Hashable, Decodable {
    var least: Int
    var most: Int

    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        self.least = try list.decode(Int.self)
        self.most = try list.decode(Int.self)
        guard list.isAtEnd, 0 <= self.least, self.least <= self.most else {
            throw DecodingError.dataCorruptedError(
                in: list, debugDescription: "not a range of minutes such as [10, 80]")
        }
    }

    func draw(from dice: inout Dice) -> Int { dice.next(in: self.least...self.most) }
}
