/// A step of the loop, in words of no door.
enum Step: Sendable {
    case register
    /// grade, conclude, dismiss, reopen
    case record(String, verb: String, level: String? = nil)
    case assign(String, unit: String)
    /// receive, return, recall, urge
    case hop(String, verb: String)
    case forward(String, unit: String)
    case feedBack(String, isFinal: Bool)
    /// Of the feedback of that id and number.
    case review(String, hop: String, number: Int, isAccepted: Bool)
    case supervise(String)
    case reply(String)
    /// lift, uphold, raise
    case order(String, verb: String)

    var verb: String {
        switch self {
        case .register: "register"
        case .record(_, let verb, _), .hop(_, let verb), .order(_, let verb): verb
        case .assign: "assign"
        case .forward: "forward"
        case .feedBack: "feed_back"
        case .review(_, _, _, let isAccepted): isAccepted ? "accept" : "send_back"
        case .supervise: "supervise"
        case .reply: "reply"
        }
    }

    var target: String {
        switch self {
        case .register: "case"
        case .record(let ref, _, _), .assign(let ref, _), .hop(let ref, _), .forward(let ref, _),
            .feedBack(let ref, _), .supervise(let ref), .reply(let ref), .order(let ref, _):
            ref
        case .review(_, let hop, let number, _): "\(hop)-F\(number)"
        }
    }

    /// Path and body at the JSON door.
    func request(_ mark: String) -> (path: String, body: [String: Any]) {
        let reason = "按规定办理 \(mark)"
        switch self {
        case .register:
            return (
                "/cases",
                [
                    "source": "duty-desk", "channel": "hotline", "title": "超市销售过期食品",
                    "content": "市民来电反映某超市货架上有过期食品。\(mark)", "reason": reason,
                ]
            )
        case .record(let ref, let verb, let level):
            var body: [String: Any] = ["reason": reason]
            body["level"] = level
            return ("/cases/\(ref)/actions/\(verb)", body)
        case .assign(let ref, let unit):
            return ("/cases/\(ref)/assignments", ["unit": unit, "instruction": "请核查", "reason": reason])
        case .hop(let ref, let verb): return ("/assignments/\(ref)/actions/\(verb)", ["reason": reason])
        case .forward(let ref, let unit):
            return (
                "/assignments/\(ref)/actions/forward", ["unit": unit, "instruction": "请核查", "reason": reason]
            )
        case .feedBack(let ref, let isFinal):
            var body: [String: Any] = [
                "kind": isFinal ? "final" : "interim", "findings": "现场发现过期食品", "reason": reason,
            ]
            if isFinal {
                body["verdict"] = "substantiated"
                body["measures"] = "下架封存"
                body["result"] = "立案处理"
            }
            return ("/assignments/\(ref)/feedback", body)
        case .review(let id, _, _, let isAccepted):
            return ("/feedback/\(id)/actions/\(isAccepted ? "accept" : "send_back")", ["reason": reason])
        case .supervise(let ref):
            return (
                "/assignments/\(ref)/supervisions",
                ["cause": "inadequate", "requirement": "说明处置数量", "reason": reason]
            )
        case .reply(let ref):
            return ("/supervisions/\(ref)/actions/reply", ["reply": "共十二袋", "reason": reason])
        case .order(let ref, let verb): return ("/supervisions/\(ref)/actions/\(verb)", ["reason": reason])
        }
    }

    /// The command at the line door; the same thing in other words.
    func line(_ mark: String, key: String) -> String {
        let tail = #"reason="按规定办理 \#(mark)" key=\#(key)"#
        switch self {
        case .register:
            return
                #"CASE REGISTER title="超市销售过期食品" content="市民来电反映某超市货架上有过期食品。\#(mark)" channel=hotline \#(tail)"#
        case .record(let ref, let verb, let level):
            return "CASE \(verb.uppercased()) \(ref) \(level.map { "\($0) " } ?? "")\(tail)"
        case .assign(let ref, let unit): return #"CASE ASSIGN \#(ref) \#(unit) note="请核查" \#(tail)"#
        case .hop(let ref, let verb): return "CASE \(verb.uppercased()) \(ref) \(tail)"
        case .forward(let ref, let unit): return #"CASE FORWARD \#(ref) \#(unit) note="请核查" \#(tail)"#
        case .feedBack(let ref, let isFinal):
            let rest = isFinal ? #" verdict=substantiated measures="下架封存" result="立案处理""# : ""
            return #"CASE FEEDBACK \#(ref) kind=\#(isFinal ? "final" : "interim") findings="现场发现过期食品"\#(rest) \#(tail)"#
        case .review(_, let hop, let number, let isAccepted):
            return "CASE \(isAccepted ? "ACCEPT" : "SENDBACK") \(hop)-F\(number) \(tail)"
        case .supervise(let ref):
            return #"CASE SUPERVISE \#(ref) cause=inadequate requirement="说明处置数量" \#(tail)"#
        case .reply(let ref): return #"CASE REPLY \#(ref) text="共十二袋" \#(tail)"#
        case .order(let ref, let verb): return "CASE \(verb.uppercased()) \(ref) \(tail)"
        }
    }
}
