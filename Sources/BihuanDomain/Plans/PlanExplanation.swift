/// A plan in sentences, for the officers who work by it.
package struct PlanExplanation: Sendable {
    package let lines: [String]

    package init(_ plan: Plan) {
        var lines: [String] = []
        func names(_ keys: [String]) -> String { keys.map { plan.role($0)?.name ?? $0 }.joined(separator: " → ") }
        func levels(_ keys: Set<String>) -> String {
            let chosen = plan.levels.filter { keys.contains($0.key) }
            return chosen.count == plan.levels.count ? "各级" : chosen.map(\.name).joined(separator: "、")
        }
        lines.append("\(plan.name)（\(plan.id)），\(plan.source.issuer)\(plan.source.issued.map { "，\($0)" } ?? "")")
        lines.append("")
        lines.append("\(plan.cases.name)：" + plan.levels.map(\.name).joined(separator: " < "))
        if let warnings = plan.warnings {
            lines.append("\(warnings.name)：" + warnings.levels.map(\.name).joined(separator: " < "))
        }
        if !plan.matters.isEmpty {
            lines.append("事项：" + plan.matters.map { $0.name + ($0.needsAnswer ? "（须答复）" : "") }.joined(separator: "、"))
        }
        lines.append("")
        lines.append("时限：")
        for clock in plan.clocks {
            var byLimit: [(limit: TimeLimit, levels: [String])] = []
            for level in plan.levels {
                guard let limit = clock.limits[level.key] else { continue }
                if let index = byLimit.firstIndex(where: { $0.limit == limit }) {
                    byLimit[index].levels.append(level.name)
                } else {
                    byLimit.append((limit, [level.name]))
                }
            }
            let isSame = byLimit.count == 1 && clock.levels.count == plan.levels.count
            let limits = byLimit.map {
                isSame ? $0.limit.words : "\($0.levels.joined(separator: "、"))\($0.limit.words)"
            }
            var line = "  \(clock.name)：自\(clock.startsOn.words)起，\(limits.joined(separator: "，"))"
            if clock.repeats { line += "，反复，直至办结" }
            if let matters = clock.matters {
                line += "；限于" + plan.matters.filter { matters.contains($0.key) }.map(\.name).joined(separator: "、")
            }
            line += "；以\(clock.stopsOn.words(in: plan))为止"
            if !clock.requirements.isEmpty { line += "（\(clock.requirements.joined(separator: " "))）" }
            lines.append(line)
        }
        if !plan.chains.isEmpty {
            lines.append("")
            lines.append("签批：")
            for chain in plan.chains {
                let forms = chain.forms.map { plan.form($0)?.name ?? $0 }.joined(separator: "、")
                var line = "  \(chain.name)（\(levels(chain.levels))）：\(forms)；\(names(chain.steps))"
                if !chain.sentTo.isEmpty {
                    let bodies = chain.sentTo.map { key in plan.outside.first { $0.key == key }?.name ?? key }
                    line += "；报\(bodies.joined(separator: "、"))"
                }
                lines.append(line)
            }
        }
        if !plan.routing.isEmpty {
            lines.append("")
            lines.append("转办：")
            for rule in plan.routing {
                var line = "  \(levels(rule.levels))：\(names([rule.lead]))承办"
                if !rule.guides.isEmpty { line += "，" + rule.guides.map { names([$0]) }.joined(separator: "、") + "指导" }
                if !rule.inform.isEmpty { line += "，告知" + rule.inform.map { names([$0]) }.joined(separator: "、") }
                lines.append(line)
            }
        }
        if !plan.unsettled.isEmpty {
            lines.append("")
            lines.append("由本市定（建议值）：")
            lines += plan.unsettled.map { "  \($0.path) = \($0.suggested)" }
        }
        self.lines = lines
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

    private static func words(_ seconds: Int) -> String {
        if seconds % 3600 == 0 { return "\(seconds / 3600) 小时" }
        if seconds % 60 == 0 { return "\(seconds / 60) 分钟" }
        return "\(seconds) 秒"
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
        }
    }
}

extension PlanAct {
    /// The act, or the name of its form.
    func words(in plan: Plan) -> String {
        if let form, let name = plan.form(form)?.name { return "“\(name)”" }
        switch self.kind {
        case .grade: return "定级"
        case .assign: return "转办"
        case .receive: return "签收"
        case .feedBack: return "最终反馈"
        case .interim: return "阶段性反馈"
        case .review: return "核验"
        case .reply: return "督办回复"
        case .judge: return "解除或维持督办"
        case .conclude: return "办结"
        case .report: return "上报"
        case .publish: return "发布"
        case .answer: return "答复"
        case .evaluate: return "评估"
        case .respond: return "预警签收"
        }
    }
}
