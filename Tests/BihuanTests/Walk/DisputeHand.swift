import BihuanLine
import Foundation
import Testing

/// What a case shows about returns, disputes, referrals and its end, the same through either door.
struct Ending {
    struct Return: Equatable {
        var unit: String
        var proposed: String?
        var reason: String
        var seconds: Int
    }

    var state: String
    var outcome: String?
    var awaitsLead: Bool
    var proposes: String?
    var lostSeconds: Int
    var returns: [Return]
    var disputeSeconds: [Int]
    var visits: Int
}

/// The steps that only disputes, referrals and endings need.
protocol DisputeHand: Hand {
    func giveBack(_ hop: String, proposing unit: String?, by login: String) async throws
    func dispute(_ hop: String, proposing unit: String, by login: String) async throws -> String
    func arbitrate(_ dispute: String, for unit: String, by login: String) async throws
    func withdraw(_ dispute: String, by login: String) async throws
    func stateOf(dispute: String, by login: String) async throws -> String
    func refer(_ record: String, _ kind: String, to: String?, by login: String) async throws -> String
    func answer(_ referral: String, lead: String?, by login: String) async throws
    func waive(_ referral: String, by login: String) async throws
    func conclude(_ record: String, outcome: String, by login: String) async throws
    func reopen(_ record: String, by login: String) async throws
    func visit(_ record: String, satisfaction: String?, note: String, by login: String) async throws
    func ending(_ record: String, by login: String) async throws -> Ending
}

extension JSONHand: DisputeHand {
    func giveBack(_ hop: String, proposing unit: String?, by login: String) async throws {
        var body = ["reason": "不属本单位职责"]
        body["proposed"] = unit
        _ = try await self.call("POST", "/assignments/\(hop)/actions/return", body, by: login)
    }

    func dispute(_ hop: String, proposing unit: String, by login: String) async throws -> String {
        let body = ["proposed": unit, "reason": "应由其办理"]
        return try #require(
            try await self.call("POST", "/assignments/\(hop)/disputes", body, by: login)["ref"] as? String)
    }

    func arbitrate(_ dispute: String, for unit: String, by login: String) async throws {
        _ = try await self.call(
            "POST", "/disputes/\(dispute)/actions/arbitrate", ["unit": unit, "reason": "按职责分工"], by: login)
    }

    func withdraw(_ dispute: String, by login: String) async throws {
        _ = try await self.call("POST", "/disputes/\(dispute)/actions/withdraw", ["reason": "已协商"], by: login)
    }

    func stateOf(dispute: String, by login: String) async throws -> String {
        let listed = try await self.call("GET", "/disputes", by: login)["items"] as? [[String: Any]]
        guard listed?.contains(where: { $0["ref"] as? String == dispute }) == true else {
            throw DoorSaidNo(request: "GET /disputes", answer: "not listed")
        }
        return try #require(try await self.call("GET", "/disputes/\(dispute)", by: login)["state"] as? String)
    }

    func refer(_ record: String, _ kind: String, to: String?, by login: String) async throws -> String {
        var body = ["kind": kind, "text": "请研究", "reason": "职责交叉"]
        body["to"] = to
        return try #require(
            try await self.call("POST", "/cases/\(record)/referrals", body, by: login)["ref"] as? String)
    }

    func answer(_ referral: String, lead: String?, by login: String) async throws {
        var body = ["answer": "已收悉", "reason": "来函"]
        body["lead"] = lead
        _ = try await self.call("POST", "/referrals/\(referral)/actions/answer_referral", body, by: login)
    }

    func waive(_ referral: String, by login: String) async throws {
        _ = try await self.call("POST", "/referrals/\(referral)/actions/waive_referral", ["reason": "另案处理"], by: login)
    }

    func conclude(_ record: String, outcome: String, by login: String) async throws {
        _ = try await self.call(
            "POST", "/cases/\(record)/actions/conclude", ["outcome": outcome, "reason": "已办"], by: login)
    }

    func reopen(_ record: String, by login: String) async throws {
        _ = try await self.call("POST", "/cases/\(record)/actions/reopen", ["reason": "反映又来"], by: login)
    }

    func visit(_ record: String, satisfaction: String?, note: String, by login: String) async throws {
        var body: [String: Any] = ["reached": satisfaction != nil, "note": note]
        body["satisfaction"] = satisfaction
        _ = try await self.call("POST", "/cases/\(record)/actions/visit", body, by: login)
    }

    func ending(_ record: String, by login: String) async throws -> Ending {
        let shown = try await self.call("GET", "/cases/\(record)", by: login)
        let lost = try #require(shown["lost"] as? [String: Any])
        let returns = try #require(lost["returns"] as? [[String: Any]])
        let disputes = try #require(lost["disputes"] as? [[String: Any]])
        func label(_ unit: Any?) -> String? { (unit as? [String: Any])?["label"] as? String }
        return Ending(
            state: try #require(shown["state"] as? String), outcome: shown["outcome"] as? String,
            awaitsLead: shown["awaiting_lead"] as? Bool ?? false, proposes: shown["proposes"] as? String,
            lostSeconds: try #require(lost["seconds"] as? Int),
            returns: try returns.map {
                Ending.Return(
                    unit: label($0["unit"]) ?? "", proposed: label($0["proposed"]),
                    reason: $0["reason"] as? String ?? "", seconds: try #require($0["seconds"] as? Int))
            },
            disputeSeconds: disputes.compactMap { $0["seconds"] as? Int },
            visits: (shown["return_visits"] as? [Any])?.count ?? 0)
    }
}

extension LineHand: DisputeHand {
    func giveBack(_ hop: String, proposing unit: String?, by login: String) async throws {
        let proposed = unit.map { " proposed=\($0)" } ?? ""
        try await self.say(#"CASE RETURN \#(hop)\#(proposed) reason="不属本单位职责""#, by: login)
    }

    func dispute(_ hop: String, proposing unit: String, by login: String) async throws -> String {
        try await self.made(#"CASE DISPUTE \#(hop) proposed=\#(unit) reason="应由其办理""#, by: login)
    }

    func arbitrate(_ dispute: String, for unit: String, by login: String) async throws {
        try await self.say(#"DISPUTE ARBITRATE \#(dispute) \#(unit) reason="按职责分工""#, by: login)
    }

    func withdraw(_ dispute: String, by login: String) async throws {
        try await self.say(#"DISPUTE WITHDRAW \#(dispute) reason="已协商""#, by: login)
    }

    func stateOf(dispute: String, by login: String) async throws -> String {
        let listed = try await self.say("LIST DISPUTES", by: login).block ?? []
        guard listed.contains(where: { $0.hasPrefix(dispute) }) else {
            throw DoorSaidNo(request: "LIST DISPUTES", answer: "not listed")
        }
        let shown = try await self.say("DISPUTE SHOW \(dispute)", by: login).block ?? []
        return try #require(shown.first { $0.hasPrefix("state\t") }?.split(separator: "\t").last.map(String.init))
    }

    func refer(_ record: String, _ kind: String, to: String?, by login: String) async throws -> String {
        let to = to.map { #" to="\#($0)""# } ?? ""
        return try await self.made(
            #"CASE REFER \#(record) kind=\#(kind)\#(to) text="请研究" reason="职责交叉""#, by: login)
    }

    func answer(_ referral: String, lead: String?, by login: String) async throws {
        let lead = lead.map { #" lead="\#($0)""# } ?? ""
        try await self.say(#"REFERRAL ANSWER \#(referral)\#(lead) answer="已收悉" reason="来函""#, by: login)
    }

    func waive(_ referral: String, by login: String) async throws {
        try await self.say(#"REFERRAL WAIVE \#(referral) reason="另案处理""#, by: login)
    }

    func conclude(_ record: String, outcome: String, by login: String) async throws {
        try await self.say(#"CASE CONCLUDE \#(record) outcome=\#(outcome) reason="已办""#, by: login)
    }

    func reopen(_ record: String, by login: String) async throws {
        try await self.say(#"CASE REOPEN \#(record) reason="反映又来""#, by: login)
    }

    func visit(_ record: String, satisfaction: String?, note: String, by login: String) async throws {
        let said = satisfaction.map { "reached=yes satisfaction=\($0)" } ?? "reached=no"
        try await self.say(#"CASE VISIT \#(record) \#(said) note="\#(note)" reason="回访""#, by: login)
    }

    func ending(_ record: String, by login: String) async throws -> Ending {
        let reply = try await self.say("CASE SHOW \(record) format=json", by: login)
        let object = try JSONSerialization.jsonObject(with: Data((reply.block ?? []).joined(separator: "\n").utf8))
        let shown = try #require(object as? [String: Any])
        let returns = shown["returns"] as? [[String: Any]] ?? []
        let disputes = shown["disputed"] as? [[String: Any]] ?? []
        return Ending(
            state: try #require(shown["state"] as? String), outcome: shown["outcome"] as? String,
            awaitsLead: shown["awaiting_lead"] as? Bool ?? false, proposes: shown["proposes"] as? String,
            lostSeconds: try #require(shown["lost_seconds"] as? Int),
            returns: try returns.map {
                Ending.Return(
                    unit: $0["unit"] as? String ?? "", proposed: $0["proposed"] as? String,
                    // A text of any length goes over the line as its lines.
                    reason: ($0["reason"] as? [String])?.joined(separator: "\n") ?? $0["reason"] as? String ?? "",
                    seconds: try #require($0["lost_seconds"] as? Int))
            },
            disputeSeconds: disputes.compactMap { $0["lost_seconds"] as? Int },
            visits: (shown["visits"] as? [Any])?.count ?? 0)
    }
}
