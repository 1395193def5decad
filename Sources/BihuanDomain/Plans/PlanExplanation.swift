/// A plan in sentences, for the officers who work by it.
///
/// What is not a fact of the plan is marked where it stands: 建议值 as long as the city has set nothing, then 本市已定.
package struct PlanExplanation: Sendable {
    package private(set) var lines: [String] = []
    private let plan: Plan
    private let settings: [String: OpenSetting]

    package init(_ plan: Plan) {
        self.plan = plan
        self.settings = Dictionary(plan.openSettings.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        self.lines.append("\(plan.name)（\(plan.id)），\(plan.source.issuer)\(plan.source.issued.map { "，\($0)" } ?? "")")
        self.lines.append("")
        for scheme in [plan.cases] + [plan.warnings].compactMap(\.self) {
            let levels = scheme.levels.map { "\($0.name)（\($0.colour.words)）" }
            self.lines.append("\(scheme.name)：" + levels.joined(separator: " < "))
        }
        if !plan.matters.isEmpty {
            self.lines.append(
                "事项："
                    + plan.matters.map {
                        $0.name + ($0.needsAnswer ? "（须答复）" : "") + ($0.reviewer == .guide ? "（指导单位核验）" : "")
                    }.joined(separator: "、"))
        }
        self.section("角色：", plan.roles.map(Self.role))
        self.section("时限：", plan.clocks.map(self.clock))
        self.section("表单：", plan.forms.map(Self.form))
        self.section("签批：", plan.chains.map(self.chain))
        self.section("转办（取第一条合适的）：", plan.routing.map(self.routing))
        if let review = plan.review {
            self.section("核验：", [Self.words(review.by) + self.mark("review.by") + Self.cited(review.requirements)])
        }
        self.section("预警：", plan.warningRules.map(self.warnings) ?? [])
        self.section("告知外单位：", plan.notices.map(self.notice))
        if let rule = plan.sensitivePeriods {
            let scheme = rule.scheme == .warning ? plan.warnings?.name ?? plan.cases.name : plan.cases.name
            self.section(
                "敏感时期：",
                [
                    "\(scheme)提高 \(rule.raiseBy) 级\(self.mark("sensitive_periods.raise_by"))\(Self.cited(rule.requirements))"
                ])
        }
        if let drills = plan.drills {
            let covers = drills.covers.isEmpty ? "" : "；走过 \(drills.covers.joined(separator: "、"))"
            self.section("演练：", ["另编 \(drills.series) 号，不计入统计，不发往外面\(covers)\(Self.cited(drills.requirements))"])
        }
        if let returns = plan.returns {
            self.section(
                "退回：",
                [
                    "同一工作退回 \(returns.limit) 次\(self.mark("returns.limit"))之后不得再退，由转办单位的上一级裁定\(Self.cited(returns.requirements))"
                ])
        }
        if let window = plan.reopening {
            self.section("重新打开：", ["办结后\(window.words)\(self.mark("reopen.window"))"])
        }
        self.section("由本市定，还没有定（建议值）：", plan.unsettled.map { "\($0.path) = \($0.suggested)" })
        self.section(
            "本市已定：", plan.openSettings.compactMap { setting in setting.value.map { "\(setting.path) = \($0)" } })
    }

    private mutating func section(_ title: String, _ items: [String]) {
        guard !items.isEmpty else { return }
        self.lines += ["", title] + items.map { "  " + $0 }
    }

    // MARK: Words

    /// Of a value that the plan leaves to the city, whether the city has set it.
    private func mark(_ path: String) -> String {
        self.settings[path].map { $0.value == nil ? "（建议值）" : "（本市已定）" } ?? ""
    }

    private static func cited(_ requirements: [String]) -> String {
        requirements.isEmpty ? "" : "（\(requirements.joined(separator: " "))）"
    }

    private func roles(_ keys: [String], _ separator: String = "、") -> String {
        keys.map { self.plan.role($0)?.name ?? $0 }.joined(separator: separator)
    }

    private func outside(_ keys: [String]) -> String {
        keys.map { key in self.plan.outside.first { $0.key == key }?.name ?? key }.joined(separator: "、")
    }

    private func levels(_ keys: Set<String>) -> String {
        let chosen = self.plan.levels.filter { keys.contains($0.key) }
        return chosen.count == self.plan.levels.count ? "各级" : chosen.map(\.name).joined(separator: "、")
    }

    private func matters(_ keys: Set<String>) -> String {
        self.plan.matters.filter { keys.contains($0.key) }.map(\.name).joined(separator: "、")
    }

    // MARK: Rules

    private func clock(_ clock: ClockRule) -> String {
        let path = "clocks.\(clock.id)"
        var byLimit: [(words: String, levels: [String])] = []
        // An answer to a warning is timed by the level of the warning.
        let scheme = clock.stopsOn.kind == .respond ? self.plan.warningLevels : self.plan.levels
        for level in scheme {
            guard let limit = clock.limits[level.key] else { continue }
            let words = limit.words + self.mark("\(path).limit") + self.mark("\(path).limit.\(level.key)")
            if let index = byLimit.firstIndex(where: { $0.words == words }) {
                byLimit[index].levels.append(level.name)
            } else {
                byLimit.append((words, [level.name]))
            }
        }
        let isSame = byLimit.count == 1 && clock.levels.count == scheme.count
        let limits = byLimit.map { isSame ? $0.words : "\($0.levels.joined(separator: "、"))\($0.words)" }
        var line =
            "\(clock.name)：自\(clock.startsOn.words)\(self.mark("\(path).starts_on"))起，\(limits.joined(separator: "，"))"
        // Interim feedback is over with the final one.
        if clock.repeats { line += clock.stopsOn.kind == .interim ? "，反复，直至最终反馈" : "，反复，直至办结" }
        if let matters = clock.matters { line += "；限于\(self.matters(matters))" }
        line += "；以\(clock.stopsOn.words(in: self.plan))为止"
        if let part = clock.ladder.notice {
            line += "；走到 \(Self.percent(part)) 提醒\(self.mark("\(path).ladder.notice"))"
        }
        if let part = clock.ladder.supervision {
            let least = TimeLimit.wall(clock.ladder.supervisionAtLeast).span
            let rung = "\(path).ladder.supervision"
            line += "；逾期之后再过时限的 \(Self.percent(part))\(self.mark("\(rung).after"))、"
            line += "至少 \(least)\(self.mark("\(rung).at_least"))，"
            line += clock.kind == .reply ? "由上一级提级督办" : "督办"
            if let grade = clock.ladder.grade { line += "（\(grade.label)）" }
            if !clock.ladder.copyTo.isEmpty {
                line += "，抄送\(clock.ladder.copyTo.map(\.label).joined(separator: "、"))"
            }
        }
        if let after = clock.ladder.circular {
            line += "；逾期\(after.words)\(self.mark("\(path).ladder.circular"))未办，通报"
        }
        return line + Self.cited(clock.requirements)
    }

    private static func words(_ reviewer: Matter.Reviewer) -> String {
        switch reviewer {
        case .assigner: "最终反馈由转办单位核验"
        case .guide: "承办单位的最终反馈由指导的处室核验，告知转办单位；没有指导单位的，由转办单位核验"
        }
    }

    private static func percent(_ part: Double) -> String { "\(Int((part * 100).rounded()))%" }

    private static func role(_ role: PlanRole) -> String {
        "\(role.name)：\(role.unit.words)的\(role.post.label)岗\(Self.cited(role.requirements))"
    }

    private static func form(_ form: PlanForm) -> String {
        let fields = form.fields.map { field in
            field.name + (field.isRequired ? "" : "（可不填）") + (field.isRestricted ? "（只给核验的一级和上级看）" : "")
        }
        return "\(form.name)（\(form.act.words)）：\(fields.joined(separator: "、"))\(Self.cited(form.requirements))"
    }

    private func chain(_ chain: ApprovalChain) -> String {
        let forms = chain.forms.map { self.plan.form($0)?.name ?? $0 }.joined(separator: "、")
        var line = "\(chain.name)（\(self.levels(chain.levels))）：\(forms)；\(self.roles(chain.steps, " → "))"
        if !chain.sentTo.isEmpty { line += "；报\(self.outside(chain.sentTo))" }
        return line + Self.cited(chain.requirements)
    }

    private func routing(_ rule: RoutingRule) -> String {
        var line = self.levels(rule.levels)
        if let matters = rule.matters { line += "，\(self.matters(matters))" }
        line += "：\(self.roles([rule.lead]))承办"
        if !rule.guides.isEmpty { line += "，\(self.roles(rule.guides))指导" }
        if !rule.inform.isEmpty { line += "，告知\(self.roles(rule.inform))" }
        return line + Self.cited(rule.requirements)
    }

    private func warnings(_ rules: WarningRules) -> [String] {
        var lines: [String] = []
        if let role = rules.proposedBy { lines.append("由\(self.roles([role]))提请") }
        for level in (self.plan.warnings ?? self.plan.cases).levels {
            var line = level.name
            if let role = rules.issuedBy[level.key] {
                line += "：由\(self.roles([role]))发布\(self.mark("warnings.issued_by.\(level.key)"))"
            }
            let told = rules.fanOut[level.key] ?? []
            for urgency in WarningRules.Urgency.allCases {
                let roles = told.filter { $0.urgency == urgency }.map(\.role)
                guard !roles.isEmpty else { continue }
                line += "，\(urgency == .urgent ? "紧急告知" : "告知")\(self.roles(roles))"
            }
            lines.append(line)
        }
        if !rules.requirements.isEmpty { lines.append("依据：\(rules.requirements.joined(separator: " "))") }
        return lines
    }

    private func notice(_ notice: OutsideNotice) -> String {
        let consent = notice.consent.map { "，经\(self.roles([$0]))同意" } ?? ""
        return "\(self.levels(notice.levels))：\(self.outside(notice.tell))\(consent)\(Self.cited(notice.requirements))"
    }
}

extension TimeLimit {
    /// 4 小时, 3 个工作日 …
    package var words: String {
        switch self {
        case .wall(let seconds): Self.words(seconds) + "内"
        case .workingDays(let days): "\(days) 个工作日内"
        case .officeHours(let seconds): "办公时间 " + Self.words(seconds) + "内"
        case .endOfDay: "当日内"
        case .immediate: "立即"
        }
    }

    /// 30 分钟; of other limits as ``words``.
    var span: String {
        if case .wall(let seconds) = self { Self.words(seconds) } else { self.words }
    }

    private static func words(_ seconds: Int) -> String {
        if seconds % 3600 == 0 { return "\(seconds / 3600) 小时" }
        if seconds % 60 == 0 { return "\(seconds / 60) 分钟" }
        return "\(seconds) 秒"
    }
}

extension Level.Colour {
    /// 蓝, 黄 …
    package var words: String {
        switch self {
        case .blue: "蓝"
        case .yellow: "黄"
        case .orange: "橙"
        case .red: "红"
        }
    }
}

extension PlanRole.Place {
    /// 本机关, 处室 …
    package var words: String {
        switch self {
        case .city: "本机关"
        case .department: "处室"
        case .line: "案件所属条线的处室"
        case .district: "属地区县局"
        case .station: "所"
        case .concerned: "涉事单位"
        }
    }
}

extension StartEvent {
    /// 事发, 发现 …
    package var words: String {
        switch self {
        case .occurred: "事发"
        case .discovered: "发现"
        case .received: "收到"
        case .registered: "登记"
        case .graded: "定级"
        case .levelRaised: "升级"
        case .assigned: "转办"
        case .receipted: "签收"
        case .fedBack: "反馈"
        case .accepted: "核验通过"
        case .ordered: "督办"
        case .replied: "督办回复"
        case .reported: "上报"
        case .published: "发布"
        case .warned: "预警"
        case .concluded: "办结"
        case .disputed: "提出争议"
        case .referred: "移送"
        }
    }
}

extension PlanAct {
    /// The act, or the name of its form.
    func words(in plan: Plan) -> String {
        if let form, let name = plan.form(form)?.name { return "“\(name)”" }
        return self.kind.words
    }
}

extension PlanAct.Kind {
    /// 定级, 转办 …
    package var words: String {
        switch self {
        case .grade: "定级"
        case .assign: "转办"
        case .receive: "签收"
        case .feedBack: "最终反馈"
        case .interim: "阶段性反馈"
        case .review: "核验"
        case .reply: "督办回复"
        case .judge: "解除或维持督办"
        case .conclude: "办结"
        case .report: "上报"
        case .publish: "发布"
        case .answer: "答复"
        case .evaluate: "评估"
        case .respond: "预警签收"
        case .arbitrate: "裁定争议"
        case .referralAnswered: "移送答复"
        }
    }
}
