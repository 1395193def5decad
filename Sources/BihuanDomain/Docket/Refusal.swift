/// What is wrong with one field of a request.
package struct FieldFault: Sendable, Hashable, Codable {
    package enum Rule: Sendable, Hashable, Codable {
        case required
        case tooLong(Int)
        case tooShort(Int)
        /// Of a list: it holds more than so many.
        case tooMany(Int)
        case controlCharacter
        case notNFC
        /// The value is not one of those listed.
        case unknownValue([String])
        case unknownUnit
        /// The unit is not directly below the one that assigns.
        case notDirectlyBelow
        case disabledUnit
        case badTime
        case inTheFuture
        case badLink
        /// Not a time such as `PT4H`, `P2WD` or `PT8WH`.
        case badLimit
        case notFound
        /// Says the rule in words; for rules that a file or a form sets.
        case other(code: String, String)
    }

    /// The field's name as on the wire, e.g. `reason`.
    package var field: String
    package var rule: Rule

    package init(field: String, rule: Rule) {
        self.field = field
        self.rule = rule
    }

    /// Stable word for programs, e.g. `required`.
    package var code: String {
        switch self.rule {
        case .required: "required"
        case .tooLong: "too_long"
        case .tooShort: "too_short"
        case .tooMany: "too_many"
        case .controlCharacter: "control_character"
        case .notNFC: "not_nfc"
        case .unknownValue: "unknown_value"
        case .unknownUnit: "unknown_unit"
        case .notDirectlyBelow: "not_directly_below"
        case .disabledUnit: "disabled_unit"
        case .badTime: "bad_time"
        case .inTheFuture: "in_the_future"
        case .badLink: "bad_link"
        case .badLimit: "bad_limit"
        case .notFound: "not_found"
        case .other(let code, _): code
        }
    }

    /// The rule in Chinese, for people.
    package var detail: String {
        switch self.rule {
        case .required: "必填"
        case .tooLong(let most): "不得超过 \(most) 个字符"
        case .tooShort(let least): "不得少于 \(least) 个字符"
        case .tooMany(let most): "不得超过 \(most) 项"
        case .controlCharacter: "含有控制字符"
        case .notNFC: "须为 NFC 规范形式"
        case .unknownValue(let values): "须为以下之一: \(values.joined(separator: ", "))"
        case .unknownUnit: "没有这个单位"
        case .notDirectlyBelow: "须为直接下级单位"
        case .disabledUnit: "该单位已停用"
        case .badTime: "须为带时区的 RFC 3339 时间"
        case .inTheFuture: "不得晚于当前时间"
        case .badLink: "须为 http 或 https 链接"
        case .badLimit: "须为时长，例如 PT4H（4 小时）、P2WD（2 个工作日）、PT8WH（8 个办公小时）"
        case .notFound: "不存在"
        case .other(_, let text): text
        }
    }
}

/// Why the rules said no. What is refused has changed nothing.
package enum Refusal: Error, Sendable, Hashable {
    /// The object stands where this step does not lead on from.
    case notAllowed(Verb, state: String, allowed: [Verb])
    /// The step is not for this post.
    case notPermitted(Verb, role: PostRole)
    /// The step is for another unit.
    case outsideJurisdiction(Verb)
    /// Something is still open; the refs say what.
    case openWork(Verb, refs: [String])
    /// The order cannot be raised: nobody stands above its issuer.
    case nobodyAbove
    /// Whoever raised the matter has not been answered, as the plan asks before the end; the forms say how.
    case unanswered(Verb, forms: [String])
    /// What the plan has put on record before the end is not; the forms say what.
    case unfiled(Verb, forms: [String])
    /// The plan of the case says nothing of it.
    case notInPlan(Verb)
    /// No newer version of the case's plan is in force.
    case planIsCurrent
    /// The clock does not stand as the step needs it.
    case clockStands(Verb, ClockStanding)
    /// Fields of the request are wrong.
    case badFields([FieldFault])
    /// A deadline would fall in a year without a calendar.
    case missingCalendarYear(Int)
    /// The object the step is about is not in the case, or not to be seen.
    case notFound
    /// The work was returned as often as the plan lets it; what is left is to dispute it.
    case returnLimit(Int)
    /// A decision on a dispute binds the unit to the work.
    case bound(Verb)
    /// The work is in dispute, and the step would settle it past the arbiter.
    case disputed(Verb, ref: String)
    /// The time in which the plan lets it be done is over; when it ended, as RFC 3339.
    case windowOver(Verb, ended: String)
    /// Units and officers are not changed in this way.
    case organisation(OrganisationFault)
    /// A register of the city is not this post's to keep.
    case notKeeper(Register)
}

/// Why a clock cannot be stopped for a while, let go on, or given more time.
package enum ClockStanding: String, Sendable, Hashable, CaseIterable {
    case paused
    case notPaused = "not_paused"
    /// Its due time has passed.
    case overdue
    /// An extension is asked for already.
    case asked
    case notAsked = "not_asked"
    /// It is due at once.
    case immediate
    /// It runs on no assignment, so there is no assigner to grant anything.
    case noAssigner = "no_assigner"

    package var label: String {
        switch self {
        case .paused: "时限已暂停"
        case .notPaused: "时限没有暂停"
        case .overdue: "时限已过"
        case .asked: "已申请延期，尚未答复"
        case .notAsked: "没有待答复的延期申请"
        case .immediate: "须立即办理"
        case .noAssigner: "不是转办的时限"
        }
    }
}
