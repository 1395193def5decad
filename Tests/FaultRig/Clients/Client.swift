import Foundation
import HistoryChecker
import SeededRandom
import StoreTestSupport

/// One client: walks cases round the loop, and says each command again under its key until it is answered.
final class Client {
    /// What one attempt came to.
    private enum Reply {
        /// `ref`, `id` and whether anything changed, as far as the door tells.
        case done(ref: String?, id: String?, changed: Bool?)
        case refused(String)
        /// The door said to come again: nothing is known to be done.
        case later(String)
        /// Nobody knows.
        case lost(String)
    }

    /// What a command came to.
    struct Done {
        var ref: String
        var id: String
    }

    private let fleet: Fleet
    private let prefersLine: Bool
    private let pause: ClosedRange<UInt32>
    private var random: SeededGenerator
    private var https: [HTTPWire]
    private var lines: [String: LineWire] = [:]

    init(_ fleet: Fleet, number: Int, seed: UInt64, pause: ClosedRange<UInt32>) {
        self.fleet = fleet
        self.prefersLine = number % 4 == 3
        self.pause = pause
        self.random = SeededGenerator(seed: seed)
        self.https = fleet.servers.map { HTTPWire(port: $0.port) }
    }

    /// Walks case after case until the fleet stops.
    func work() {
        while !self.fleet.isStopping { self.walk() }
    }

    // MARK: One command

    /// Takes a step and stays at it until it is answered.
    ///
    /// - Returns: nil when it was refused, or the run is over.
    private func take(_ step: Step, by login: String) -> Done? {
        while self.fleet.isPaused, !self.fleet.isStopping { usleep(20_000) }
        usleep(.random(in: self.pause, using: &self.random))
        let tag = self.fleet.nextTag()
        let command = HistoryCommand(
            key: "rig-\(tag)", tag: tag, login: login, verb: step.verb, target: step.target,
            door: self.prefersLine ? "line" : "json")
        let number = self.fleet.history.invoke(command)
        // Some commands are sent twice at the same time, as a proxy or an impatient hand does.
        let twin: Twin? =
            if self.chance(self.fleet.twins) {
                Twin(step, command, self.fleet, .random(in: 0..<self.https.count, using: &self.random))
            } else {
                nil
            }
        var attempts = 0
        var wasUnknown = false
        let end = ContinuousClock.now + .seconds(90)
        while true {
            attempts += 1
            let place = Int.random(in: 0..<self.https.count, using: &self.random)
            let byLine = self.prefersLine && (attempts == 1 || self.chance(0.5))
            let reply = self.attempt(step, command, at: place, byLine: byLine)
            switch reply {
            case .done(let ref, let id, let changed):
                self.fleet.answered(by: self.fleet.servers[place], afterUnknown: wasUnknown)
                self.fleet.history.settle(number, .acknowledged(changed: changed, about: id ?? ref), attempts: attempts)
                if let said = twin?.answer(), said.hasPrefix("refused") {
                    self.fleet.contradicted("\(command.key) \(step.verb): done, and to its twin \(said)")
                }
                return Done(ref: ref ?? "", id: id ?? "")
            case .refused(let code):
                self.fleet.answered(by: self.fleet.servers[place], afterUnknown: wasUnknown)
                if let said = twin?.answer(), said == "done" {
                    self.fleet.contradicted("\(command.key) \(step.verb): refused with \(code), and to its twin done")
                }
                self.fleet.history.settle(number, .refused(code), attempts: attempts)
                return nil
            case .later(let why):
                self.fleet.failed(why)
            case .lost(let why):
                wasUnknown = true
                self.fleet.failed(why)
            }
            if self.fleet.isStopping || ContinuousClock.now > end {
                _ = twin?.answer()
                self.fleet.history.settle(number, .unknown, attempts: attempts)
                return nil
            }
            usleep(.random(in: 20_000...100_000, using: &self.random))
        }
    }

    private func attempt(_ step: Step, _ command: HistoryCommand, at place: Int, byLine: Bool) -> Reply {
        do throws(Wire.Broken) {
            return byLine
                ? try self.say(step, command, at: place)
                : try Self.post(step, command, self.https[place], self.fleet)
        } catch {
            // Nothing of the command itself had been said.
            let isUnsaid = ["connect", "log-in", "no greeting", "user refused"].contains { error.why.hasPrefix($0) }
            return isUnsaid ? .later(error.why) : .lost(error.why)
        }
    }

    // MARK: The JSON door

    private static func token(_ login: String, _ http: HTTPWire, _ fleet: Fleet) throws(Wire.Broken) -> String {
        if let token = fleet.token(login) { return token }
        let answer = try http.ask(
            "POST", "/sessions", ["name": "\(login)@\(TestCity.code)", "password": TestCity.password])
        guard answer.status == 201, let token = answer.body["token"] as? String else {
            throw Wire.Broken(why: "log-in \(answer.status)")
        }
        fleet.keep(token, for: login)
        return token
    }

    private static func post(
        _ step: Step, _ command: HistoryCommand, _ http: HTTPWire, _ fleet: Fleet
    ) throws(Wire.Broken) -> Reply {
        let token = try Self.token(command.login, http, fleet)
        let (path, body) = step.request(command.mark)
        let answer = try http.ask("POST", path, token: token, key: command.key, body)
        let code = answer.body["code"] as? String ?? "-"
        switch answer.status {
        case 200...299:
            return .done(
                ref: answer.body["ref"] as? String, id: answer.body["id"] as? String,
                changed: answer.body["changed"] as? Bool)
        case 401:
            fleet.keep(nil, for: command.login)
            return .later("status 401")
        // Busy, and the same request under way.
        case 409 where code == "busy": return .later("status 409 busy")
        case 503 where code == "overloaded": return .later("status 503 overloaded")
        case 408, 429: return .later("status \(answer.status)")
        case 500...599: return .lost("status \(answer.status) \(code)")
        default: return .refused("\(answer.status) \(code)")
        }
    }

    /// A read, tried until it is answered.
    private func read(_ path: String, by login: String) -> [String: Any]? {
        while !self.fleet.isStopping {
            let http = self.https[Int.random(in: 0..<self.https.count, using: &self.random)]
            do throws(Wire.Broken) {
                let answer = try http.ask("GET", path, token: try Self.token(login, http, self.fleet))
                switch answer.status {
                case 200: return answer.body
                case 401: self.fleet.keep(nil, for: login)
                case 400..<500: return nil
                default: break
                }
            } catch {}
            usleep(50_000)
        }
        return nil
    }

    /// The same command, said at the same time by somebody else.
    private final class Twin: @unchecked Sendable {
        private let done = DispatchSemaphore(value: 0)
        private var said = "nothing"

        init(_ step: Step, _ command: HistoryCommand, _ fleet: Fleet, _ place: Int) {
            Thread.detachNewThread {
                let http = HTTPWire(port: fleet.servers[place].port)
                do throws(Wire.Broken) {
                    switch try Client.post(step, command, http, fleet) {
                    case .done: self.said = "done"
                    case .refused(let code): self.said = "refused with \(code)"
                    case .later, .lost: break
                    }
                } catch {}
                self.done.signal()
            }
        }

        /// Waits for it; asked once.
        func answer() -> String {
            self.done.wait()
            return self.said
        }
    }

    // MARK: The line door

    private func say(_ step: Step, _ command: HistoryCommand, at place: Int) throws(Wire.Broken) -> Reply {
        let name = "\(place) \(command.login)"
        let wire: LineWire
        if let open = self.lines[name] {
            wire = open
        } else {
            wire = try LineWire(
                path: self.fleet.servers[place].socket, user: "\(command.login)@\(TestCity.code)",
                password: TestCity.password)
        }
        self.lines[name] = nil
        let answer = try wire.ask(step.line(command.mark, key: command.key))
        switch answer.code {
        case 290...292:
            self.lines[name] = wire
            // `291 REF VERSION …`; of a feedback the ref is the assignment's with its number.
            return .done(
                ref: answer.text.split(separator: " ").first.map(String.init), id: nil,
                changed: answer.code == 291 ? true : nil)
        case 495:
            self.lines[name] = wire
            return .later("line 495")
        case 400, 403, 480: return .lost("line \(answer.code)")
        default:
            self.lines[name] = wire
            return .refused("line \(answer.code) \(answer.text.prefix(40))")
        }
    }

    // MARK: The loop

    private func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self.random) < probability }

    /// One case, from the public to its end, with all that may come between.
    private func walk() {
        let office = "dispatcher.city"
        guard let record = self.take(.register, by: self.chance(0.5) ? "duty.city" : office)?.ref else { return }
        let level = ["general", "sensitive", "major", "critical"].randomElement(using: &self.random) ?? "general"
        guard self.take(.record(record, verb: "grade", level: level), by: office) != nil else { return }
        if self.chance(0.05) {
            _ = self.take(.record(record, verb: "dismiss"), by: office)
            return
        }
        if self.chance(0.15), let wrong = self.take(.assign(record, unit: "west"), by: office)?.ref {
            guard self.take(.hop(wrong, verb: "return"), by: "dispatcher.west") != nil else { return }
        }
        if self.chance(0.15), let hasty = self.take(.assign(record, unit: "food"), by: office)?.ref {
            guard self.take(.hop(hasty, verb: "recall"), by: office) != nil else { return }
        }
        guard let first = self.take(.assign(record, unit: "east"), by: office)?.ref else { return }
        if self.chance(0.2) { _ = self.take(.hop(first, verb: "urge"), by: "duty.city") }
        guard self.take(.hop(first, verb: "receive"), by: "dispatcher.east") != nil else { return }
        if self.chance(0.6) {
            guard let second = self.take(.forward(first, unit: "east-1"), by: "dispatcher.east")?.ref,
                self.take(.hop(second, verb: "receive"), by: "handler.east-1") != nil,
                self.work(on: second)
            else { return }
        }
        guard self.answer(first, by: "dispatcher.east", to: "reviewer.city") else { return }
        // What a graver level wants on record is not filed here.
        if level != "general" {
            guard self.take(.record(record, verb: "grade", level: "general"), by: office) != nil else { return }
        }
        guard self.take(.record(record, verb: "conclude"), by: office) != nil else { return }
        if self.chance(0.1) { _ = self.take(.record(record, verb: "reopen"), by: office) }
    }

    /// What a station does, and what is done to it.
    private func work(on hop: String) -> Bool {
        if self.chance(0.3) { _ = self.take(.feedBack(hop, isFinal: false), by: "handler.east-1") }
        if self.chance(0.3), let order = self.take(.supervise(hop), by: "leader.east")?.ref {
            guard self.take(.reply(order), by: "handler.east-1") != nil else { return false }
            if self.chance(0.3) {
                guard self.take(.order(order, verb: "uphold"), by: "leader.east") != nil,
                    self.take(.reply(order), by: "handler.east-1") != nil
                else { return false }
            }
            if self.chance(0.3) {
                guard let raised = self.take(.order(order, verb: "raise"), by: "leader.east")?.ref,
                    self.take(.reply(raised), by: "handler.east") != nil,
                    self.take(.order(raised, verb: "lift"), by: "leader.city") != nil
                else { return false }
            } else {
                guard self.take(.order(order, verb: "lift"), by: "leader.east") != nil else { return false }
            }
        }
        return self.answer(hop, by: "handler.east-1", to: "reviewer.east")
    }

    /// Final feedback, sent back once in a while, and accepted in the end.
    private func answer(_ hop: String, by login: String, to reviewer: String) -> Bool {
        for round in 0..<2 {
            guard self.take(.feedBack(hop, isFinal: true), by: login) != nil,
                let items = self.read("/assignments/\(hop)/feedback", by: reviewer)?["items"] as? [[String: Any]],
                let waiting = items.last(where: { $0["state"] as? String == "pending" }),
                let id = waiting["id"] as? String, let number = waiting["number"] as? Int
            else { return false }
            let isAccepted = round == 1 || self.chance(0.75)
            guard self.take(.review(id, hop: hop, number: number, isAccepted: isAccepted), by: reviewer) != nil
            else { return false }
            if isAccepted { return true }
        }
        return false
    }
}
