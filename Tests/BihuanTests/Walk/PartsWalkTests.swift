import BihuanDomain
import BihuanLine
import Foundation
import Postgres
import StoreTestSupport
import Testing

/// Parts of the work that others do: tasks of a station, reviews of a guide. Each through either door.
struct PartsWalkTests {
    private let city = "dispatcher.city"
    private let east = "dispatcher.east"
    private let station = "handler.east-1"

    @Test(arguments: WalkDoor.allCases)
    func `a station that work was passed on to finds its task and finishes it`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await hand.graded("T-1")
            let first = try await hand.assign(record, to: "east", by: self.city)
            try await hand.hop(first, verb: "receive", by: self.east)
            await expectRefusal("unit", "not_on_the_case") {
                try await hand.addTask(first, for: "east-1", by: self.east)
            }
            #expect(try await hand.openTasks(by: self.station).isEmpty)

            let second = try await hand.forward(first, to: "east-1", by: self.east)
            try await hand.addTask(first, for: "east-1", by: self.east)
            #expect(try await doors.city.told("task.added") == ["east-1"])
            let task = try #require(try await hand.openTasks(by: self.station).first)
            await expectAbsence { try await hand.finish(task: task, by: "handler.east-2") }
            try await hand.finish(task: task, by: self.station)
            #expect(try await doors.city.told("task.finished") == ["east"])
            #expect(try await hand.openTasks(by: self.station).isEmpty)

            try await hand.hop(second, verb: "receive", by: self.station)
            try await hand.feedBack(second, final: true, by: self.station)
            try await hand.review(second, accept: true, by: "reviewer.east")
            try await hand.feedBack(first, final: true, by: self.east)
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a task of a station that leaves the case is its district's again`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            for (number, leave) in ["return", "recall", "recuse"].enumerated() {
                let record = try await hand.graded("T-\(number)")
                let first = try await hand.assign(record, to: "east", by: self.city)
                try await hand.hop(first, verb: "receive", by: self.east)
                let second = try await hand.forward(first, to: "east-1", by: self.east)
                try await hand.addTask(first, for: "east-1", by: self.east)
                switch leave {
                case "return": try await hand.hop(second, verb: "return", by: self.station)
                case "recall": try await hand.hop(second, verb: "recall", by: self.east)
                default: try await hand.recuse("east-1", from: record, by: self.city)
                }
                #expect(try await hand.openTasks(by: self.station).isEmpty, "\(leave)")
                #expect(try await hand.look(record, by: self.city).log.contains("task_returned"), "\(leave)")
                #expect(try await doors.city.told("task.returned").count == number + 1, "\(leave)")
                // Nobody else holds the end of the district's part up.
                let task = try #require(try await hand.openTasks(by: self.east).first)
                try await hand.finish(task: task, by: self.east)
                try await hand.feedBack(first, final: true, by: self.east)
            }
            #expect(try await doors.city.drift() == nil)
        }
    }

    @Test(arguments: WalkDoor.allCases)
    func `a guide that does not get to its review is pressed, and at last let go`(door: WalkDoor) async throws {
        try await BothDoors.walk(door) { doors, hand in
            let record = try await self.waitingForGuide(hand)
            let lead = try await hand.sight(record, by: self.city).hop(of: "east")
            let guide = try await hand.sight(record, by: self.city).hop(of: "food")
            #expect(lead.reviewer == "food" && lead.allowed == [.urge, .supervise])
            #expect(guide.allowed.contains(.endGuidance))
            #expect(try await hand.work(on: record, by: self.city).isEmpty)

            try await hand.hop(lead.ref, verb: "urge", by: self.city)
            #expect(try await doors.city.told("assignment.urged") == ["food"])
            let order = try await hand.supervise(lead.ref, by: "leader.city")
            try await hand.reply(order, by: "handler.food")

            try await hand.endGuidance(guide.ref, by: self.city)
            let seen = try await hand.sight(record, by: self.city)
            #expect(try seen.hop(lead.ref).reviewer == "city" && seen.hop(guide.ref).state == "closed")
            #expect(seen.orders.map(\.state) == ["lifted"])
            #expect(try await hand.work(on: record, by: self.city).map(\.kind) == ["review"])
            try await hand.review(lead.ref, accept: true, by: "reviewer.city")
            try await hand.conclude(record, by: self.city)
            #expect(try await doors.city.drift() == nil)
        }
    }

    /// Fed back by the east, to be reviewed by the section that guides it, as the plan has it.
    private func waitingForGuide(_ hand: any OfficeHand) async throws -> String {
        let record = try await hand.graded("T-1")
        let lead = try await hand.assign(record, to: "east", by: self.city)
        let guide = try await hand.assign(record, to: "food", as: "guide", by: self.city)
        try await hand.hop(guide, verb: "receive", by: "handler.food")
        try await hand.hop(lead, verb: "receive", by: self.east)
        try await hand.feedBack(lead, final: true, by: self.east)
        return record
    }
}

extension OfficeHand {
    /// Tasks that the officer's unit has set or is to do, as the door calls them there.
    fileprivate func openTasks(by login: String) async throws -> [String] {
        if let json = self as? JSONHand {
            let items = try await json.call("GET", "/tasks", by: login)["items"] as? [[String: Any]]
            return try #require(items).compactMap { $0["id"] as? String }
        }
        let line = try #require(self as? LineHand)
        return try (try await line.say("LIST TASKS format=json", by: login).block ?? []).compactMap { row in
            (try JSONSerialization.jsonObject(with: Data(row.utf8)) as? [String: Any])?["ref"] as? String
        }
    }

    fileprivate func finish(task: String, by login: String) async throws {
        if let json = self as? JSONHand {
            _ = try await json.call("POST", "/tasks/\(task)/actions/finish_task", ["evidence": "已送检"], by: login)
        } else if let line = self as? LineHand {
            try await line.say("TASK FINISH \(task) evidence=已送检 reason=完成", by: login)
        }
    }

    fileprivate func endGuidance(_ hop: String, by login: String) async throws {
        if let json = self as? JSONHand {
            _ = try await json.call("POST", "/assignments/\(hop)/actions/end_guidance", ["reason": "另有任务"], by: login)
        } else if let line = self as? LineHand {
            try await line.say("CASE ENDGUIDANCE \(hop) reason=另有任务", by: login)
        }
    }
}

extension TestCity {
    /// Labels of the units that were told of something, first to last.
    fileprivate func told(_ topic: String) async throws -> [String] {
        try await self.texts(
            """
            select u.label as text
              from bihuan.outbox o
              join bihuan.units u on u.city_id = o.city_id and u.unit_id = o.unit_id
             where o.topic = \(topic)
             order by o.seq
            """)
    }
}
