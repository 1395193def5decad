/// Why a change of the organisation, or of who holds which post, was refused (F7–F9).
package struct OrganisationFault: Error, Sendable, Hashable {
    /// The rule, as the database's functions and both doors name it.
    package enum Rule: String, Sendable, Hashable, CaseIterable {
        /// Only an operator administers, and only the own unit and those below.
        case notPermitted = "administration.not_permitted"
        case unknownUnit = "unit.unknown"
        case closed = "unit.closed"
        /// It has open work, open units below, or posts in force.
        case inUse = "unit.in_use"
        case badLabel = "unit.label"
        case badTier = "unit.tier"
        case labelTaken = "unit.label_taken"
        case sameName = "unit.same_name"
        /// The administrator's own unit is for the administrator above.
        case own = "unit.own"
        case sameParent = "unit.same_parent"
        case belowItself = "unit.below_itself"
        case itself = "unit.itself"
        case notBelow = "unit.not_below"
        case caseElsewhere = "case.not_with_unit"
        /// Work would come to a unit that must not have it (回避).
        case recused = "unit.recused"
        /// A unit would be kept out of its own work by a recusal of the one that it takes in.
        case recusalFollows = "unit.recusal_follows"
        /// Work on a restricted case would come where nobody is cleared for it.
        case uncleared = "unit.uncleared"
        /// The bureau of the city answers for what it owns, and gives it to nobody.
        case top = "unit.top"
        case noneNamed = "case.none_named"
        case unknownOfficer = "officer.unknown"
        case badLogin = "officer.login"
        case loginTaken = "officer.login_taken"
        case oneself = "officer.oneself"
        case weakPassword = "officer.password"
        case endsBefore = "post.ends_before"
        case deputyNeedsEnd = "post.deputy_needs_end"
        case notHeld = "post.not_held"
        case unfitPlanRole = "post.plan_role"
        case aboveOwnClearance = "post.above_own_clearance"
    }

    package var rule: Rule
    /// The field of the request it is about, where it is about one.
    package var field: String?
    /// What stands in the way, in the words of the request or by ref.
    package var subject: String?
    /// How many cases stand in the way besides, of which the administrator does not see which.
    package var others: Int

    package init(_ rule: Rule, field: String? = nil, subject: String? = nil, others: Int = 0) {
        self.rule = rule
        self.field = field
        self.subject = subject
        self.others = others
    }

    /// The rule in Chinese, for people.
    package var detail: String {
        let text =
            switch self.rule {
            case .notPermitted: "只有运维岗可以管理单位与人员，且限于本单位及其下级"
            case .unknownUnit: "没有这个单位"
            case .closed: "该单位已撤销"
            case .inUse: "该单位尚有未了事项、下级单位或在任岗位，请先移交，或指明承接单位"
            case .badLabel: "标识须为小写字母、数字、连字符，以字母开头，至多 63 个字符"
            case .badTier: "层级须为 department、district 或 station"
            case .labelTaken: "该标识已被使用；撤销单位的标识不再使用"
            case .sameName: "名称没有变化"
            case .own: "本单位由上级单位的运维岗管理"
            case .sameParent: "已在该单位之下"
            case .belowItself: "不能置于自己的下级单位之下"
            case .itself: "须为另一个单位"
            case .notBelow: "不是该单位的直接下级"
            case .caseElsewhere: "该单位在这些案件中没有未了事项"
            case .recused: "承接单位须回避其中的案件，请先撤回或另行转办"
            case .recusalFollows: "被并入的单位须回避承接单位主办或承办的案件，承接后须一并回避；请先办结、改派或解除回避"
            case .uncleared: "承接单位没有知悉其中限制案件的岗位，请先指定知悉范围，或让岗位随同转入"
            case .top: "主管单位对全市案件负责，其工作不能移交；需由其他单位办理的请转办"
            case .noneNamed: "案件名单为空；要移交全部案件的，不写该项"
            case .unknownOfficer: "没有这个人员"
            case .badLogin: "登录名须为小写字母、数字、. _ -，以字母开头，至多 63 个字符"
            case .loginTaken: "该登录名已被使用"
            case .oneself: "不能对自己进行该操作"
            case .weakPassword: "口令不符合要求"
            case .endsBefore: "止期须晚于起期和当前时间"
            case .deputyNeedsEnd: "代理须有止期"
            case .notHeld: "没有担任这一岗位"
            case .unfitPlanRole: "该岗位不能任为预案中的这些角色"
            case .aboveOwnClearance: "不能授予高于本岗位的知悉范围"
            }
        let unseen = self.others > 0 ? "\(self.others) 件不在本岗位知悉范围内的案件" : nil
        let subjects = [self.subject, unseen].compactMap(\.self).joined(separator: "，另有 ")
        return subjects.isEmpty ? text : "\(text)：\(subjects)"
    }

    /// The same in English.
    package var englishDetail: String {
        let text =
            switch self.rule {
            case .notPermitted: "Only an operator administers units and officers, of the own unit and below."
            case .unknownUnit: "There is no such unit."
            case .closed: "The unit is closed."
            case .inUse: "The unit has open work, units below or posts in force; hand over first, or name a successor."
            case .badLabel: "A label has lower-case letters, digits and hyphens, begins with a letter, 63 at most."
            case .badTier: "The tier is department, district or station."
            case .labelTaken: "The label is taken; that of a closed unit is never used again."
            case .sameName: "That is its name."
            case .own: "One's own unit is administered from above."
            case .sameParent: "It is there already."
            case .belowItself: "A unit cannot lie below itself."
            case .itself: "It must be another unit."
            case .notBelow: "Not directly below the unit."
            case .caseElsewhere: "The unit has nothing open in these cases."
            case .recused: "The unit must not have some of the cases; recall them, or assign them elsewhere, first."
            case .recusalFollows:
                "The unit taken in is recused from cases that the other owns or works on, which it would have to leave; "
                    + "end them, assign them elsewhere or lift the recusal first."
            case .uncleared:
                "No post of the unit is cleared for some of the cases; clear one first, or let the posts move along."
            case .top: "The bureau of the city answers for its cases and hands none over; assign them instead."
            case .noneNamed: "The list of cases is empty; leave it out to hand over all."
            case .unknownOfficer: "There is no such officer."
            case .badLogin: "A log-in has lower-case letters, digits and . _ -, begins with a letter, 63 at most."
            case .loginTaken: "The log-in is taken."
            case .oneself: "Not to oneself."
            case .weakPassword: "The password breaks the rule."
            case .endsBefore: "The end must lie after the beginning and after now."
            case .deputyNeedsEnd: "A deputy needs an end."
            case .notHeld: "The post is not held."
            case .unfitPlanRole: "The post cannot be these roles of the plan."
            case .aboveOwnClearance: "Nobody gives more clearance than the own post has."
            }
        let unseen = self.others > 0 ? "\(self.others) that this post does not see" : nil
        let subjects = [self.subject, unseen].compactMap(\.self).joined(separator: ", and ")
        return subjects.isEmpty ? text : "\(text) \(subjects)"
    }

    /// Whether something that stands now is in the way, rather than the request being wrong.
    package var isConflict: Bool {
        [.inUse, .closed, .recused, .recusalFollows, .uncleared].contains(self.rule)
    }
}

/// What became of a unit (机构沿革).
package enum UnitChangeKind: String, Sendable, Hashable, CaseIterable {
    case opened, renamed, moved, merged, split, closed

    package var label: String {
        switch self {
        case .opened: "设立"
        case .renamed: "更名"
        case .moved: "划转"
        case .merged: "并入"
        case .split: "分设"
        case .closed: "撤销"
        }
    }
}

/// What becomes of the posts of a unit that closes.
package enum PostsOfClosedUnit: String, Sendable, Hashable, CaseIterable, Encodable {
    /// They go on in the unit that takes over; an operator's ends.
    case move
    case end
}

/// What was done to an officer.
package enum OfficerChangeKind: String, Sendable, Hashable, CaseIterable {
    case added, locked, unlocked, reset, posted
    case postEnded = "post_ended"
}
