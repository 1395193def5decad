import BihuanDomain
import BihuanStore

extension Problem {
    /// What stopped the store, in the words of this door. No `default`: a new case of error must find its answer here.
    ///
    /// - Parameter isCommand: whether something was to be changed; a busy object is then a conflict with whoever is at
    ///   it, while a question that had to wait too long found the service busy.
    init(_ error: DeskError, isCommand: Bool) {
        switch error {
        case .unauthenticated:
            self = .unauthenticated
        case .refused(let refusal):
            self.init(refusal)
        case .notFound:
            self = .notFound
        case .stale(let current):
            self.init(
                .versionConflict,
                code: "version.stale",
                detail: current.map {
                    Phrase(zh: "已被他人更新，当前版本为 v\($0)", en: "It has changed; the version now is v\($0).")
                } ?? Phrase(zh: "已被他人更新，请重新读取", en: "It has changed; read it again.")
            )
        case .keyReused:
            self.init(
                .keyReused,
                code: "idempotency_key.reused",
                detail: Phrase(zh: "该幂等键已用于另一请求", en: "The key was used for another request.")
            )
        case .busy(let seconds):
            self.init(
                isCommand ? .inProgress : .unavailable,
                code: "busy",
                detail: Phrase(zh: "正忙，请在 \(seconds) 秒后重试", en: "Busy; try again in \(seconds) s.")
            )
            self.retryAfter = seconds
        case .overloaded(let seconds):
            self.init(
                .unavailable,
                code: "overloaded",
                detail: Phrase(
                    zh: "系统繁忙，请在 \(seconds) 秒后重试", en: "Too much to do; try again in \(seconds) s.")
            )
            self.retryAfter = seconds
        case .noPlan:
            self.init(
                .refused,
                code: "plan.none",
                detail: Phrase(zh: "本市尚未启用预案", en: "The city has not adopted a plan.")
            )
        case .outcomeUnknown:
            self.init(
                .outcomeUnknown,
                code: "outcome_unknown",
                detail: Phrase(
                    zh: "无法确认是否已生效，请以相同的幂等键重试",
                    en: "Nobody knows whether it took effect; try again with the same idempotency key."
                )
            )
            self.retryAfter = 2
        case .unavailable:
            // What the database said is for the log.
            self = .unavailable
        }
    }

    /// What the rules said.
    ///
    /// A refused step is about an object that the caller can see, so it may be told apart from an absent one.
    init(_ refusal: Refusal) {
        switch refusal {
        case .notAllowed(let verb, let state, let allowed):
            self.init(
                .stateConflict,
                code: "state.\(state)",
                detail: Phrase(
                    zh: "当前状态（\(state)）不能\(verb.label)",
                    en: "`\(verb.rawValue)` is not possible in state `\(state)`."
                )
            )
            self.allowedActions = allowed.map(\.rawValue)
        case .notPermitted(let verb, let role):
            self.init(
                .notPermitted,
                code: "post.not_permitted",
                detail: Phrase(
                    zh: "\(role.label)岗不能\(verb.label)",
                    en: "A post as \(role.rawValue) may not \(verb.rawValue)."
                )
            )
        case .outsideJurisdiction(let verb):
            self.init(
                .notPermitted,
                code: "unit.not_permitted",
                detail: Phrase(
                    zh: "\(verb.label)由其他单位办理",
                    en: "To \(verb.rawValue) is for another unit."
                )
            )
        case .openWork(let verb, let refs):
            let list = refs.joined(separator: ", ")
            self.init(
                .stateConflict,
                code: "state.open_work",
                detail: Phrase(
                    zh: "尚有未完成事项，不能\(verb.label)：\(list)",
                    en: "`\(verb.rawValue)` must wait for what is open: \(list)."
                )
            )
        case .nobodyAbove:
            self.init(
                .refused,
                code: "supervision.nobody_above",
                detail: Phrase(zh: "已无上一级单位", en: "Nobody stands above the issuer.")
            )
        case .unanswered(let verb, let forms):
            let list = forms.joined(separator: ", ")
            self.init(
                .stateConflict,
                code: "state.unanswered",
                detail: Phrase(
                    zh: "尚未答复提出人（填报 \(list)），不能\(verb.label)",
                    en: "`\(verb.rawValue)` must wait for an answer; file one of: \(list)."
                )
            )
        case .unfiled(let verb, let forms):
            let list = forms.joined(separator: ", ")
            self.init(
                .stateConflict,
                code: "state.unfiled",
                detail: Phrase(
                    zh: "预案要求的尚未填报（\(list)），不能\(verb.label)",
                    en: "`\(verb.rawValue)` must wait for what the plan wants on record; file: \(list)."
                )
            )
        case .notInPlan(let verb):
            self.init(
                .refused,
                code: "plan.silent",
                detail: Phrase(
                    zh: "本案所依预案没有规定\(verb.label)",
                    en: "The plan of the case does not provide for `\(verb.rawValue)`."
                )
            )
        case .planIsCurrent:
            self.init(
                .refused,
                code: "plan.current",
                detail: Phrase(zh: "本案所依预案没有更新的版本在用", en: "No newer version of the case's plan is in force.")
            )
        case .clockStands(let verb, let standing):
            self.init(
                .stateConflict,
                code: "clock.\(standing.rawValue)",
                detail: Phrase(
                    zh: "\(standing.label)，不能\(verb.label)",
                    en: "`\(verb.rawValue)` is not possible: the clock is `\(standing.rawValue)`."
                )
            )
        case .badFields(let faults):
            self.init(.invalidBody, faults: faults.map(RequestFault.init))
        case .missingCalendarYear(let year):
            self.init(
                .refused,
                code: "calendar.missing",
                detail: Phrase(
                    zh: "缺少 \(year) 年的工作日历",
                    en: "There is no working calendar of \(year)."
                )
            )
        case .notFound:
            self = .notFound
        case .returnLimit(let limit):
            self.init(
                .stateConflict,
                code: "return_limit",
                detail: Phrase(
                    zh: "同一工作已退回 \(limit) 次，不能再退回；仍认为不属本单位的，请\(Verb.dispute.label)（dispute），由上一级裁定",
                    en: "The work was returned \(limit) times already; the next step is `dispute`."
                )
            )
            self.allowedActions = [Verb.dispute.rawValue]
        case .bound(let verb):
            self.init(
                .stateConflict,
                code: "dispute.bound",
                detail: Phrase(
                    zh: "已经裁定由该单位办理，不能\(verb.label)",
                    en: "A decision binds the unit to it: `\(verb.rawValue)` is not possible."
                )
            )
        case .disputed(let verb, let ref):
            self.init(
                .stateConflict,
                code: "dispute.open",
                detail: Phrase(
                    zh: "争议 \(ref) 尚未裁定，不能\(verb.label)",
                    en: "`\(verb.rawValue)` must wait for the decision on \(ref)."
                )
            )
        case .windowOver(let verb, let ended):
            self.init(
                .refused,
                code: "window.over",
                detail: Phrase(
                    zh: "预案规定的期限已于 \(ended) 届满，不能\(verb.label)",
                    en: "The plan's time for `\(verb.rawValue)` ended at \(ended)."
                )
            )
        case .organisation(let fault):
            let detail = Phrase(zh: fault.detail, en: fault.englishDetail)
            if fault.rule == .notPermitted {
                self.init(.notPermitted, code: fault.rule.rawValue, detail: detail)
            } else {
                self.init(fault.isConflict ? .stateConflict : .refused, code: fault.rule.rawValue, detail: detail)
                if let field = fault.field {
                    self.errors = [
                        RequestFault(.body(JSONPointer().member(field)), fault.rule.rawValue, detail)
                    ]
                }
            }
        case .notKeeper(let register):
            self.init(
                .notPermitted,
                code: "register.not_permitted",
                detail: Phrase(
                    zh: "\(register.label)不由本岗位维护",
                    en: "This post does not keep the register `\(register.rawValue)`."
                )
            )
        }
    }
}
