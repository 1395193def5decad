import BihuanDomain
import BihuanLine
import Foundation
import Testing

/// What one unit sees of a case, the same through either door.
struct Sight: Sendable {
    struct Hop: Sendable {
        var ref: String
        var unit: String
        var state: String
        var reviewer: String
        var due: Date?
        var allowed: Set<Verb>
    }

    struct Order: Sendable {
        var ref: String
        var from: String
        var to: String
        var grade: String
        var state: String
        var allowed: Set<Verb>
    }

    var state: String
    var level: String?
    var due: Date?
    var allowed: Set<Verb>
    var hops: [Hop]
    var orders: [Order]
    var leads: Int
    var mergedInto: String?
    var merged: [String]
    /// What may be done about each dispute and referral, by ref.
    var disputes: [String: Set<Verb>]
    var referrals: [String: Set<Verb>]

    /// Units of the assignments that are seen.
    var units: Set<String> { Set(self.hops.map(\.unit)) }

    /// The assignment that a unit got last.
    func hop(of unit: String) throws -> Hop { try #require(self.hops.last { $0.unit == unit }) }

    func hop(_ ref: String) throws -> Hop { try #require(self.hops.first { $0.ref == ref }) }
}

/// A line of a work list or of the list of running clocks.
struct Work: Sendable {
    /// Ref of what it is about.
    var subject: String
    var record: String
    var kind: String
    var due: Date
    var isLate: Bool
    /// The unit that must act; nil on the own work list.
    var unit: String?
    /// Nil where the list does not say.
    var allowed: Set<Verb>?
}

/// What climbed its ladder to the end.
struct Escalated: Sendable, Hashable {
    var record: String
    var unit: String
    var kind: String
}

/// The steps that change who has the work and who sees it, and what is seen of it.
protocol OfficeHand: DisputeHand {
    func assign(_ record: String, to unit: String, as role: String, by login: String) async throws -> String
    func dismiss(_ record: String, by login: String) async throws
    func merge(_ record: String, into other: String, by login: String) async throws
    func unmerge(_ record: String, by login: String) async throws
    func recuse(_ unit: String, from record: String, by login: String) async throws
    func addTask(_ hop: String, for unit: String, by login: String) async throws
    func finish(_ task: String, of hop: String, by login: String) async throws
    /// What may be done about each task of an assignment, by ref.
    func tasks(of hop: String, in record: String, by login: String) async throws -> [String: Set<Verb>]

    func move(_ unit: String, under parent: String, by login: String) async throws
    func rename(_ unit: String, to name: String, by login: String) async throws
    func mergeUnit(_ unit: String, into other: String, by login: String) async throws
    func close(_ unit: String, successor: String?, by login: String) async throws
    func handOver(_ unit: String, to other: String, _ cases: [String], by login: String) async throws
    func appoint(
        _ officer: String, to role: String, of unit: String, actingFor: String?, from: Date?, until: Date?,
        by login: String) async throws
    func endPost(_ officer: String, _ role: String, of unit: String, by login: String) async throws
    /// Unit and role that the officer acts in, e.g. `city dispatcher`.
    func whoAmI(_ login: String) async throws -> String

    func sight(_ record: String, by login: String) async throws -> Sight
    func cases(by login: String) async throws -> [String]
    func work(by login: String) async throws -> [Work]
    func clocks(by login: String) async throws -> [Work]
    func escalated(by login: String) async throws -> [Escalated]
    /// Refs of the cases that a case is said to be like.
    func similar(to record: String, by login: String) async throws -> [String]
    /// Who did each step of a case, as the log names them.
    func actors(_ record: String, by login: String) async throws -> [String]
}

extension OfficeHand {
    /// Registered at the duty desk and graded.
    func graded(_ reference: String, _ level: String = "general") async throws -> String {
        let record = try await self.register(reference, by: "duty.city")
        try await self.grade(record, level, by: "dispatcher.city")
        return record
    }

    /// What a unit must do about a case.
    func work(on record: String, by login: String) async throws -> [Work] {
        try await self.work(by: login).filter { $0.record == record }
    }

    /// The running clocks of a case that are seen.
    func clocks(of record: String, by login: String) async throws -> [Work] {
        try await self.clocks(by: login).filter { $0.record == record }
    }

    /// Nothing of a case is to be found, by whatever list or name.
    func expectNothing(
        of record: String, _ hop: String, by login: String, at location: SourceLocation = #_sourceLocation
    ) async throws {
        await expectAbsence(at: location) { _ = try await self.look(record, by: login) }
        await expectAbsence(at: location) { try await self.hop(hop, verb: "return", by: login) }
        #expect(try await !self.cases(by: login).contains(record), sourceLocation: location)
        #expect(try await self.work(on: record, by: login).isEmpty, sourceLocation: location)
        #expect(try await self.clocks(of: record, by: login).isEmpty, sourceLocation: location)
    }
}

/// A value out of JSON, as either door writes it.
private struct Value {
    var object: [String: Any]

    init(_ object: Any?) throws { self.object = try #require(object as? [String: Any]) }

    func text(_ name: String) throws -> String { try #require(self.object[name] as? String, "\(name)") }

    func textIfAny(_ name: String) -> String? { self.object[name] as? String }

    func words(_ name: String) -> [String] { self.object[name] as? [String] ?? [] }

    func time(_ name: String) -> Date? { self.textIfAny(name).flatMap { Self.time($0) } }

    func list(_ name: String) throws -> [Value] {
        try ((self.object[name] as? [Any]) ?? []).map { try Value($0) }
    }

    /// Label of a unit.
    func unit(_ name: String) throws -> String {
        try #require((self.object[name] as? [String: Any])?["label"] as? String)
    }

    func verbs() -> Set<Verb> { Set(self.words("allowed_actions").compactMap { Verb(rawValue: $0) }) }

    /// The same in the words of the line door.
    func commands(_ name: String) -> Set<Verb> {
        Set(self.words(name).compactMap { word in Verb.allCases.first { LineVerb(step: $0).rawValue == word } })
    }

    private static func time(_ text: String) -> Date? {
        (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }
}

extension JSONHand: OfficeHand {
    private func act(_ path: String, _ body: [String: Any], by login: String) async throws {
        _ = try await self.call("POST", path, body.merging(["reason": "工作需要"]) { old, _ in old }, by: login)
    }

    private func list(_ path: String, by login: String) async throws -> [Value] {
        try Value(try await self.call("GET", path, by: login)).list("items")
    }

    func assign(_ record: String, to unit: String, as role: String, by login: String) async throws -> String {
        let body = ["unit": unit, "role": role, "instruction": "请配合", "reason": "职责分工"]
        return try #require(
            try await self.call("POST", "/cases/\(record)/assignments", body, by: login)["ref"] as? String)
    }

    func dismiss(_ record: String, by login: String) async throws {
        try await self.act("/cases/\(record)/actions/dismiss", [:], by: login)
    }

    func merge(_ record: String, into other: String, by login: String) async throws {
        try await self.act("/cases/\(record)/actions/merge", ["into": other], by: login)
    }

    func unmerge(_ record: String, by login: String) async throws {
        try await self.act("/cases/\(record)/actions/unmerge", [:], by: login)
    }

    func recuse(_ unit: String, from record: String, by login: String) async throws {
        try await self.act("/cases/\(record)/actions/recuse", ["unit": unit], by: login)
    }

    func addTask(_ hop: String, for unit: String, by login: String) async throws {
        try await self.act("/assignments/\(hop)/tasks", ["text": "抽样送检", "unit": unit], by: login)
    }

    func finish(_ task: String, of hop: String, by login: String) async throws {
        let tasks = try await self.list("/assignments/\(hop)/tasks", by: login)
        let id = try #require(try tasks.first { try $0.text("ref") == task }?.text("id"))
        try await self.act("/tasks/\(id)/actions/finish_task", ["evidence": "已送检"], by: login)
    }

    func tasks(of hop: String, in record: String, by login: String) async throws -> [String: Set<Verb>] {
        let tasks = try await self.list("/assignments/\(hop)/tasks", by: login)
        return Dictionary(uniqueKeysWithValues: try tasks.map { (try $0.text("ref"), $0.verbs()) })
    }

    func move(_ unit: String, under parent: String, by login: String) async throws {
        try await self.act("/units/\(unit)/actions/move", ["parent": parent], by: login)
    }

    func rename(_ unit: String, to name: String, by login: String) async throws {
        try await self.act("/units/\(unit)/actions/rename", ["name": name], by: login)
    }

    func mergeUnit(_ unit: String, into other: String, by login: String) async throws {
        try await self.act("/units/\(unit)/actions/merge", ["to": other], by: login)
    }

    func close(_ unit: String, successor: String?, by login: String) async throws {
        try await self.act("/units/\(unit)/actions/close", successor.map { ["to": $0] } ?? [:], by: login)
    }

    func handOver(_ unit: String, to other: String, _ cases: [String], by login: String) async throws {
        try await self.act("/units/\(unit)/actions/hand_over", ["to": other, "cases": cases], by: login)
    }

    func appoint(
        _ officer: String, to role: String, of unit: String, actingFor: String?, from: Date?, until: Date?,
        by login: String
    ) async throws {
        var body: [String: Any] = ["unit": unit, "role": role]
        body["acting_for"] = actingFor
        body["from"] = from?.ISO8601Format()
        body["until"] = until?.ISO8601Format()
        try await self.act("/officers/\(officer)/actions/post", body, by: login)
    }

    func endPost(_ officer: String, _ role: String, of unit: String, by login: String) async throws {
        try await self.act("/officers/\(officer)/actions/end_post", ["unit": unit, "role": role], by: login)
    }

    func whoAmI(_ login: String) async throws -> String {
        let acting = try Value(try await self.call("GET", "/me", by: login)["acting"])
        return "\(try acting.unit("unit")) \(try acting.text("role"))"
    }

    func sight(_ record: String, by login: String) async throws -> Sight {
        let shown = try Value(try await self.call("GET", "/cases/\(record)", by: login))
        return Sight(
            state: try shown.text("state"), level: shown.textIfAny("level"), due: shown.time("due_at"),
            allowed: shown.verbs(),
            hops: try shown.list("assignments").map {
                Sight.Hop(
                    ref: try $0.text("ref"), unit: try $0.unit("unit"), state: try $0.text("state"),
                    reviewer: try $0.unit("reviewer"), due: $0.time("due_at"), allowed: $0.verbs())
            },
            orders: try shown.list("supervisions").map {
                Sight.Order(
                    ref: try $0.text("ref"), from: try $0.unit("from"), to: try $0.unit("unit"),
                    grade: try $0.text("grade"), state: try $0.text("state"), allowed: $0.verbs())
            },
            leads: try shown.list("leads").count, mergedInto: shown.textIfAny("merged_into"),
            merged: shown.words("merged"),
            disputes: Dictionary(
                uniqueKeysWithValues: try shown.list("disputes").map { (try $0.text("ref"), $0.verbs()) }),
            referrals: Dictionary(
                uniqueKeysWithValues: try shown.list("referrals").map { (try $0.text("ref"), $0.verbs()) }))
    }

    func cases(by login: String) async throws -> [String] {
        try await self.list("/cases?limit=100", by: login).map { try $0.text("ref") }
    }

    func work(by login: String) async throws -> [Work] {
        try await self.list("/worklist?limit=100", by: login).map { try Self.work($0) }
    }

    func clocks(by login: String) async throws -> [Work] {
        try await self.list("/clocks?limit=100", by: login).map { try Self.work($0) }
    }

    private static func work(_ value: Value) throws -> Work {
        Work(
            subject: try value.text("subject"), record: try Value(value.object["case"]).text("ref"),
            kind: try value.text("kind"), due: try #require(value.time("due_at")),
            isLate: value.textIfAny("light") == "red", unit: try value.unit("unit"), allowed: value.verbs())
    }

    func escalated(by login: String) async throws -> [Escalated] {
        try await self.list("/escalated?limit=100", by: login).map {
            Escalated(record: try $0.text("case"), unit: try $0.unit("unit"), kind: try $0.text("kind"))
        }
    }

    func similar(to record: String, by login: String) async throws -> [String] {
        try await self.list("/cases/\(record)/similar", by: login).map { try Value($0.object["case"]).text("ref") }
    }

    func actors(_ record: String, by login: String) async throws -> [String] {
        try await self.list("/cases/\(record)/timeline", by: login).map { try $0.text("actor") }
    }
}

extension LineHand: OfficeHand {
    /// The rows of a list.
    private func list(_ command: String, by login: String) async throws -> [Value] {
        (try await self.say("\(command) format=json", by: login).block ?? []).compactMap { line in
            try? Value(try JSONSerialization.jsonObject(with: Data(line.utf8)))
        }
    }

    private func show(_ command: String, by login: String) async throws -> Value {
        let lines = try await self.say("\(command) format=json", by: login).block ?? []
        return try Value(try JSONSerialization.jsonObject(with: Data(lines.joined(separator: "\n").utf8)))
    }

    func assign(_ record: String, to unit: String, as role: String, by login: String) async throws -> String {
        try await self.made(#"CASE ASSIGN \#(record) \#(unit) role=\#(role) note="请配合" reason="职责分工""#, by: login)
    }

    func dismiss(_ record: String, by login: String) async throws {
        try await self.say("CASE DISMISS \(record) reason=工作需要", by: login)
    }

    func merge(_ record: String, into other: String, by login: String) async throws {
        try await self.say("CASE MERGE \(record) \(other) reason=同一事件", by: login)
    }

    func unmerge(_ record: String, by login: String) async throws {
        try await self.say("CASE UNMERGE \(record) reason=并错了", by: login)
    }

    func recuse(_ unit: String, from record: String, by login: String) async throws {
        try await self.say("CASE RECUSE \(record) \(unit) reason=投诉的是该局", by: login)
    }

    func addTask(_ hop: String, for unit: String, by login: String) async throws {
        try await self.say("TASK ADD \(hop) unit=\(unit) text=抽样送检 reason=工作需要", by: login)
    }

    func finish(_ task: String, of hop: String, by login: String) async throws {
        try await self.say("TASK FINISH \(task) evidence=已送检 reason=完成", by: login)
    }

    func tasks(of hop: String, in record: String, by login: String) async throws -> [String: Set<Verb>] {
        let hops = try await self.show("CASE SHOW \(record)", by: login).list("assignments")
        let tasks = try hops.first { $0.textIfAny("ref") == hop }?.list("tasks") ?? []
        return Dictionary(uniqueKeysWithValues: try tasks.map { (try $0.text("ref"), $0.commands("next")) })
    }

    func move(_ unit: String, under parent: String, by login: String) async throws {
        try await self.say("UNIT MOVE \(unit) \(parent) reason=区划调整", by: login)
    }

    func rename(_ unit: String, to name: String, by login: String) async throws {
        try await self.say("UNIT RENAME \(unit) name=\(name) reason=三定", by: login)
    }

    func mergeUnit(_ unit: String, into other: String, by login: String) async throws {
        try await self.say("UNIT MERGE \(unit) \(other) reason=撤并", by: login)
    }

    func close(_ unit: String, successor: String?, by login: String) async throws {
        let to = successor.map { " to=\($0)" } ?? ""
        try await self.say("UNIT CLOSE \(unit)\(to) reason=撤销", by: login)
    }

    func handOver(_ unit: String, to other: String, _ cases: [String], by login: String) async throws {
        try await self.say(
            "UNIT HANDOVER \(unit) \(other) cases=\(cases.joined(separator: ",")) reason=专办", by: login)
    }

    func appoint(
        _ officer: String, to role: String, of unit: String, actingFor: String?, from: Date?, until: Date?,
        by login: String
    ) async throws {
        let acting = actingFor.map { " acting=\($0)" } ?? ""
        let from = from.map { " from=\($0.ISO8601Format())" } ?? ""
        let until = until.map { " until=\($0.ISO8601Format())" } ?? ""
        try await self.say(
            "OFFICER POST \(officer) unit=\(unit) role=\(role)\(acting)\(from)\(until) reason=出差", by: login)
    }

    func endPost(_ officer: String, _ role: String, of unit: String, by login: String) async throws {
        try await self.say("OFFICER ENDPOST \(officer) unit=\(unit) role=\(role) reason=期满", by: login)
    }

    func whoAmI(_ login: String) async throws -> String {
        let me = try #require(try await self.list("WHOAMI", by: login).first)
        let path = try me.text("unit")
        return "\(path.split(separator: ".").last ?? "") \(try me.text("role"))"
    }

    func sight(_ record: String, by login: String) async throws -> Sight {
        let shown = try await self.show("CASE SHOW \(record)", by: login)
        return Sight(
            state: try shown.text("state"), level: shown.textIfAny("level"), due: shown.time("due"),
            allowed: shown.commands("next"),
            hops: try shown.list("assignments").map {
                Sight.Hop(
                    ref: try $0.text("ref"), unit: try $0.text("to"), state: try $0.text("state"),
                    reviewer: try $0.text("reviewer"), due: $0.time("due"), allowed: $0.commands("next"))
            },
            orders: try shown.list("orders").map {
                Sight.Order(
                    ref: try $0.text("ref"), from: try $0.text("from"), to: try $0.text("to"),
                    grade: try $0.text("grade"), state: try $0.text("state"), allowed: $0.commands("next"))
            },
            leads: try #require(shown.object["leads"] as? Int), mergedInto: shown.textIfAny("merged_into"),
            merged: shown.words("merged"),
            disputes: Dictionary(
                uniqueKeysWithValues: try shown.list("disputes").map { (try $0.text("ref"), $0.commands("next")) }),
            referrals: Dictionary(
                uniqueKeysWithValues: try shown.list("referrals").map { (try $0.text("ref"), $0.commands("next")) }))
    }

    func cases(by login: String) async throws -> [String] {
        try await self.list("LIST CASES", by: login).map { try $0.text("ref") }
    }

    func work(by login: String) async throws -> [Work] {
        try await self.list("LIST WORK", by: login).map { row in
            var work = try Self.work(row)
            work.allowed = row.commands("do")
            return work
        }
    }

    func clocks(by login: String) async throws -> [Work] {
        try await self.list("LIST CLOCKS", by: login).map { row in
            var work = try Self.work(row)
            work.unit = try row.text("unit")
            return work
        }
    }

    private static func work(_ row: Value) throws -> Work {
        Work(
            subject: try row.text("ref"), record: try row.text("case"), kind: try row.text("kind"),
            due: try #require(row.time("due")), isLate: row.textIfAny("light") == "red")
    }

    func escalated(by login: String) async throws -> [Escalated] {
        try await self.list("LIST ESCALATED", by: login).map {
            Escalated(record: try $0.text("case"), unit: try $0.text("unit"), kind: try $0.text("kind"))
        }
    }

    func similar(to record: String, by login: String) async throws -> [String] {
        try await self.list("CASE SIMILAR \(record)", by: login).map { try $0.text("case") }
    }

    func actors(_ record: String, by login: String) async throws -> [String] {
        try await self.list("CASE TRACE \(record)", by: login).map { try $0.text("actor") }
    }
}
