package import BihuanDomain
package import BihuanStore

extension LineReply {
    /// A refusal in the words of this door. No `default`: a new case must find its code before this compiles.
    ///
    /// - Parameter kind: what the command was about, for 490.
    package init(_ error: DeskError, about kind: String, in language: Language) {
        func say(_ code: ReplyCode, _ arguments: [String], _ zh: String, _ en: String) -> LineReply {
            LineReply(code, arguments, text: Phrase(zh: zh, en: en).text(in: language))
        }
        switch error {
        case .unauthenticated: self = say(.logInFirst, [], "请先登录", "log in first")
        case .refused(let refusal): self.init(refusal, about: kind, in: language)
        case .notFound: self = say(.noSuchObject, [kind], "没有, 或不在可见范围内", "not there, or not yours to see")
        case .stale(let current):
            self = say(
                .versionConflict, [current.map { String($0) } ?? "-"], "已被他人修改, 请重新查看",
                "changed by somebody else, look again")
        case .keyReused:
            self = say(.refusedByRule, ["key.reused"], "该 key 已用于另一命令", "the key was used for another command")
        case .busy(let seconds): self = say(.busy, [String(seconds)], "正忙, 请稍后重试", "busy, try again")
        case .overloaded(let seconds):
            self = say(.busy, [String(seconds)], "系统繁忙, 请稍后重试", "too much to do, try again")
        case .noPlan: self = say(.refusedByRule, ["plan.none"], "本市尚未采用预案", "the city has adopted no plan")
        case .outcomeUnknown:
            self = say(.fault, [], "结果未知; 请用同一 key 重试", "outcome unknown; repeat with the same key")
        case .unavailable: self = say(.fault, [], "暂时无法办理", "the store cannot answer")
        }
    }

    /// What the rules refused.
    package init(_ refusal: Refusal, about kind: String, in language: Language) {
        func say(_ code: ReplyCode, _ arguments: [String], _ zh: String, _ en: String) -> LineReply {
            LineReply(code, arguments, text: Phrase(zh: zh, en: en).text(in: language))
        }
        switch refusal {
        case .notAllowed(let verb, let state, let allowed):
            let now = allowed.isEmpty ? "-" : allowed.map { LineVerb(step: $0).rawValue }.joined(separator: ", ")
            self = say(
                .wrongState, ["state.\(state)"], "此时不能\(verb.label); 现在可以: \(now)",
                "\(verb.rawValue) is not allowed now; allowed: \(now)")
        case .notPermitted(let verb, let role):
            self = say(
                .notPermitted, ["role.\(role.rawValue)"], "\(role.label)岗位不能\(verb.label)",
                "a post of \(role.rawValue) may not \(verb.rawValue)")
        case .outsideJurisdiction(let verb):
            self = say(
                .notPermitted, ["jurisdiction"], "不属本单位\(verb.label)", "\(verb.rawValue) is another unit's to do")
        case .openWork(let verb, let refs):
            let list = refs.joined(separator: ", ")
            self = say(
                .wrongState, ["work.open"], "尚有未结: \(list), 不能\(verb.label)", "\(verb.rawValue) must wait for: \(list)")
        case .nobodyAbove: self = say(.refusedByRule, ["unit.top"], "已无上级单位", "there is no unit above")
        case .unanswered(let verb, let forms):
            let list = forms.joined(separator: ", ")
            self = say(
                .wrongState, ["unanswered"], "尚未答复提出人 (填报 \(list)), 不能\(verb.label)",
                "\(verb.rawValue) must wait for an answer: file \(list)")
        case .unfiled(let verb, let forms):
            let list = forms.joined(separator: ", ")
            self = say(
                .wrongState, ["unfiled"], "预案要求的尚未填报 (\(list)), 不能\(verb.label)",
                "\(verb.rawValue) must wait for what the plan wants on record: file \(list)")
        case .notInPlan(let verb):
            self = say(
                .refusedByRule, ["plan.silent"], "本案所依预案没有规定\(verb.label)",
                "the plan of the case does not provide for \(verb.rawValue)")
        case .planIsCurrent:
            self = say(.refusedByRule, ["plan.current"], "预案没有更新的版本在用", "no newer version of the plan is in force")
        case .clockStands(let verb, let standing):
            self = say(
                .wrongState, ["clock.\(standing.rawValue)"], "\(standing.label), 不能\(verb.label)",
                "\(verb.rawValue) is not possible: \(standing.rawValue)")
        case .badFields(let faults):
            let list = faults.map { "\($0.field) \($0.detail)" }.joined(separator: "; ")
            let name = faults.first.map { "\($0.field).\($0.code)" } ?? "field"
            self = say(
                .badSyntax, [], "\(name) \(list)",
                "\(name) \(faults.map { "\($0.field): \($0.code)" }.joined(separator: "; "))")
        case .missingCalendarYear(let year):
            self = say(.refusedByRule, ["calendar.\(year)"], "缺少 \(year) 年工作日历", "no working calendar for \(year)")
        case .notFound: self = say(.noSuchObject, [kind], "没有, 或不在可见范围内", "not there, or not yours to see")
        case .returnLimit(let limit):
            let next = LineVerb(step: .dispute).rawValue
            self = say(
                .wrongState, ["return_limit"], "同一工作已退回 \(limit) 次, 不能再退回; 仍有争议的: \(next)",
                "returned \(limit) times already; next step: \(next)")
        case .bound(let verb):
            self = say(
                .wrongState, ["dispute.bound"], "已经裁定由该单位办理, 不能\(verb.label)",
                "a decision binds the unit to it: \(verb.rawValue) is not possible")
        case .disputed(let verb, let ref):
            self = say(
                .wrongState, ["dispute.open"], "争议 \(ref) 尚未裁定, 不能\(verb.label)",
                "\(verb.rawValue) must wait for the decision on \(ref)")
        case .windowOver(let verb, let ended):
            self = say(
                .refusedByRule, ["window.over"], "预案规定的期限已于 \(ended) 届满, 不能\(verb.label)",
                "the plan's time for \(verb.rawValue) ended at \(ended)")
        case .organisation(let fault):
            let code: ReplyCode =
                fault.rule == .notPermitted ? .notPermitted : fault.isConflict ? .wrongState : .refusedByRule
            let field = fault.field.map { "\($0): " } ?? ""
            self = say(code, [fault.rule.rawValue], field + fault.detail, field + fault.englishDetail)
        case .notKeeper(let register):
            self = say(
                .notPermitted, ["register.\(register.rawValue)"], "\(register.label)不由本岗位维护",
                "this post does not keep the register \(register.rawValue)")
        }
    }
}
