/// A client of the line door: one connection, logged in as one officer.
final class LineWire {
    struct Answer {
        var code: Int
        var text: String
    }

    private let wire: Wire

    /// Connects, hears the greeting and logs in.
    init(path: String, user: String, password: String) throws(Wire.Broken) {
        self.wire = try Wire(path: path)
        guard try self.hear().code == 200 else { throw Wire.Broken(why: "no greeting") }
        guard try self.ask("AUTHINFO USER \(user)").code == 381 else { throw Wire.Broken(why: "user refused") }
        let answer = try self.ask("AUTHINFO PASS \(password)")
        guard answer.code == 281 else { throw Wire.Broken(why: "log-in: \(answer.code)") }
    }

    func ask(_ line: String) throws(Wire.Broken) -> Answer {
        try self.wire.send(Array((line + "\r\n").utf8))
        return try self.hear()
    }

    /// No command of the rig is answered with a block.
    private func hear() throws(Wire.Broken) -> Answer {
        let line = try self.wire.line()
        guard let code = Int(line.prefix(3)) else { throw Wire.Broken(why: "not a reply") }
        return Answer(code: code, text: String(line.dropFirst(4)))
    }
}
