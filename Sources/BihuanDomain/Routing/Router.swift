/// Proposes where a case goes: area × line × level × matter → units in their roles. (R17, R85, R86)
///
/// Made once for a city and asked for every case: the city's own rules in their order, then the matter's and the plan's.
package struct Router: Sendable {
    private let tree: UnitTree
    private let rules: [(rule: CityRoutingRule, words: [PlainText])]
    private let areas: AreaFinder
    private let lines: LineFinder
    private let aliases: [UnitAlias]

    package init(
        tree: UnitTree, rules: [CityRoutingRule] = [], aliases: [UnitAlias] = [], lineWords: [LineWord] = []
    ) {
        self.tree = tree
        self.rules = rules.sorted { $0.number < $1.number }.map { ($0, $0.words.map(PlainText.init)) }
        self.areas = AreaFinder(tree, aliases: aliases)
        self.lines = LineFinder(tree, aliases: aliases, words: lineWords)
        self.aliases = aliases
    }

    /// - Parameters:
    ///   - plan: the case's; nil: the city's own rules alone.
    ///   - recused: units that must not have the case (回避), nor those below them.
    package func proposal(
        for text: RoutingText, under plan: Plan?, recusing recused: [UnitID] = []
    ) -> RoutingProposal {
        let place = PlainText(text.place ?? "")
        let title = PlainText(text.title)
        let content = PlainText(text.content)
        let category = PlainText(text.category ?? "")
        let area = self.areas.area([(.place, place), (.title, title), (.content, content)])
        let line = self.lines.line([(.category, category), (.title, title), (.content, content)])
        var step = Routing(self, text, category, area, line, recused)
        step.takeCityRules()
        if let plan { step.takePlan(plan) }
        step.close()
        return step.proposal
    }

    /// The unit a case of this owner is assigned to, so that it reaches the one proposed: the work is passed down tier by
    /// tier. Nil for the owner itself, and for what does not stand below it.
    package func firstHop(to unit: UnitID, from owner: UnitID) -> UnitID? {
        let lineage = self.tree.lineage(of: unit)
        guard let place = lineage.firstIndex(where: { $0.id == owner }), place > 0 else { return nil }
        return lineage[place - 1].id
    }

    // MARK: One case

    /// One case on its way through the rules.
    private struct Routing {
        private enum Resolved {
            case unit(UnitID)
            case missing(RoutingProposal.Gap.Kind, String)
        }

        private let router: Router
        private let text: RoutingText
        private let category: PlainText
        private let recused: [UnitID]
        var proposal: RoutingProposal
        /// Why rules that hold could not name a lead; told only where no other does.
        private var missed: [RoutingProposal.Gap] = []

        init(
            _ router: Router, _ text: RoutingText, _ category: PlainText, _ area: RoutingProposal.Area,
            _ line: RoutingProposal.Line, _ recused: [UnitID]
        ) {
            self.router = router
            self.text = text
            self.category = category
            self.recused = recused
            self.proposal = RoutingProposal(area: area, line: line)
        }

        mutating func takeCityRules() {
            for (rule, words) in self.router.rules where self.holds(rule, words) {
                let resolved: Resolved =
                    switch rule.target {
                    case .unit(let unit): self.standing(unit)
                    case .place(.city): self.standing(self.router.tree.root?.id)
                    case .place(.district): self.local(.district)
                    case .place(.station): self.local(.station)
                    case .place(.line): self.department()
                    }
                self.take(resolved, rule.role, .city(number: rule.number, reason: rule.reason), named: nil)
            }
        }

        private func holds(_ rule: CityRoutingRule, _ words: [PlainText]) -> Bool {
            if !rule.levels.isEmpty, !(self.text.level.map(rule.levels.contains) ?? false) { return false }
            if !rule.matters.isEmpty, !(self.text.matter.map(rule.matters.contains) ?? false) { return false }
            if !words.isEmpty, !words.contains(where: self.category.contains) { return false }
            if let line = rule.line, line != self.proposal.line.line { return false }
            if let area = rule.area {
                let units = self.proposal.area.units
                guard self.proposal.area.confidence != .ambiguous, !units.isEmpty,
                    units.allSatisfy({ self.router.tree.contains(area, $0) })
                else { return false }
            }
            return true
        }

        mutating func takePlan(_ plan: Plan) {
            if let matter = plan.matters.first(where: { $0.key == self.text.matter }), let role = matter.lead {
                self.take(role, of: plan, .lead, .matter(matter.key, requirements: matter.requirements))
            }
            let rules = plan.routing.enumerated().filter { rule in
                rule.element.matters.map { matters in self.text.matter.map(matters.contains) ?? false } ?? true
            }
            let levels = self.text.level.map { [$0] } ?? plan.levels.map(\.key)
            // Before it is graded any of these may be the one.
            let first = levels.map { level in rules.first { $0.element.levels.contains(level) } }
            guard let rule = first.first ?? nil else {
                self.miss(.rule, .lead, "预案没有适用于这一等级和事项的派单规则")
                return
            }
            func ground(_ rule: (offset: Int, element: RoutingRule)) -> RoutingProposal.Ground {
                .plan(number: rule.offset + 1, requirements: rule.element.requirements)
            }
            if first.allSatisfy({ $0?.element.lead == rule.element.lead }) {
                self.take(rule.element.lead, of: plan, .lead, ground(rule))
            } else {
                self.miss(.level, .lead, "承办单位随等级而定，须先定级")
            }
            // What holds at every level it may still have.
            for guide in rule.element.guides where first.allSatisfy({ $0?.element.guides.contains(guide) == true }) {
                self.take(guide, of: plan, .guide, ground(rule))
            }
            for told in rule.element.inform where first.allSatisfy({ $0?.element.inform.contains(told) == true }) {
                self.take(told, of: plan, .inform, ground(rule))
            }
        }

        private mutating func take(
            _ key: String, of plan: Plan, _ part: AssignmentRole, _ ground: RoutingProposal.Ground
        ) {
            guard let role = plan.role(key) else { return }
            let resolved: Resolved =
                switch role.unit {
                case .city: self.standing(self.router.tree.root?.id)
                case .department: self.named(role.name)
                case .line: self.department()
                case .district: self.local(.district)
                case .station: self.local(.station)
                case .concerned: .missing(.unit, "\(role.name)因案而异，须由派单员指定")
                }
            self.take(resolved, part, ground, named: role.name)
        }

        private mutating func take(
            _ resolved: Resolved, _ role: AssignmentRole, _ ground: RoutingProposal.Ground, named name: String?
        ) {
            let unit: UnitID
            switch resolved {
            case .unit(let found): unit = found
            case .missing(let kind, let detail):
                self.miss(kind, role, name.map { "\($0)：\(detail)" } ?? detail)
                return
            }
            guard !self.isRecused(unit) else {
                self.miss(.recused, role, "\(self.router.tree[unit]?.name ?? "")须回避")
                return
            }
            let pick = RoutingProposal.Pick(unit: unit, role: role, because: ground, roleName: name)
            func isThere(_ picks: [RoutingProposal.Pick]) -> Bool {
                picks.contains { $0.unit == unit && $0.roleName == name }
            }
            switch role {
            case .lead where self.proposal.lead == nil: self.proposal.lead = pick
            case .lead: self.add(alternative: pick)
            case .assist: if !isThere(self.proposal.assists) { self.proposal.assists.append(pick) }
            case .guide: if !isThere(self.proposal.guides) { self.proposal.guides.append(pick) }
            case .inform: if !isThere(self.proposal.informs) { self.proposal.informs.append(pick) }
            }
        }

        private mutating func miss(_ kind: RoutingProposal.Gap.Kind, _ role: AssignmentRole, _ detail: String) {
            let gap = RoutingProposal.Gap(kind: kind, role: role, detail: detail)
            if !self.missed.contains(gap) { self.missed.append(gap) }
        }

        private mutating func add(alternative pick: RoutingProposal.Pick) {
            guard pick.unit != self.proposal.lead?.unit, self.proposal.alternatives.count < Router.alternativesMost,
                !self.proposal.alternatives.contains(where: { $0.unit == pick.unit })
            else { return }
            self.proposal.alternatives.append(pick)
        }

        /// Tells what is missing, and what was in doubt.
        mutating func close() {
            let hasLead = self.proposal.lead != nil
            self.proposal.gaps = self.missed.filter { $0.role != .lead || !hasLead }
            if !hasLead, self.proposal.gaps.allSatisfy({ $0.role != .lead }) {
                self.proposal.gaps.append(.init(kind: .rule, role: .lead, detail: RoutingProposal.Gap.noRule))
            }
            // Whoever leads does not guide, help or be told as well.
            if let lead = self.proposal.lead {
                func isOther(_ pick: RoutingProposal.Pick) -> Bool {
                    pick.unit != lead.unit || pick.unit == self.router.tree.root?.id
                }
                self.proposal.assists = self.proposal.assists.filter(isOther)
                self.proposal.guides = self.proposal.guides.filter(isOther)
                self.proposal.informs = self.proposal.informs.filter(isOther)
            }
            guard self.proposal.area.confidence == .ambiguous else { return }
            for unit in self.proposal.area.units {
                let district = self.district(of: unit)
                guard self.isFit(district), !self.isRecused(district) else { continue }
                self.add(alternative: .init(unit: district, role: .lead, because: .mayBeMeant))
            }
        }

        // MARK: Who that is

        private func standing(_ unit: UnitID?) -> Resolved {
            guard let unit, let found = self.router.tree[unit] else { return .missing(.unit, "规则指定的单位不存在") }
            return found.isDisabled ? .missing(.unit, "\(found.name)已停用") : .unit(unit)
        }

        private func isRecused(_ unit: UnitID) -> Bool {
            self.recused.contains { self.router.tree.contains($0, unit) }
        }

        private func isFit(_ unit: UnitID) -> Bool { self.router.tree[unit].map { !$0.isDisabled } ?? false }

        /// The department of the line.
        private func department() -> Resolved {
            let found = self.proposal.line
            switch found.confidence {
            case .none: return .missing(.line, "没有识别出业务条线")
            case .ambiguous:
                return .missing(.lineAmbiguous, "业务条线可能是\(found.lines.joined(separator: "、"))")
            case .exact, .likely: break
            }
            let line = found.lines[0]
            let units = self.router.tree.units.values
                .filter { $0.tier == .department && $0.line == line && !$0.isDisabled }
            guard units.count <= 1 else { return .missing(.lineAmbiguous, "\(line)有 \(units.count) 个处室") }
            return units.first.map { .unit($0.id) } ?? .missing(.unit, "没有\(line)条线的处室")
        }

        /// A department that serves all lines, by the name that the plan has for it.
        private func named(_ name: String) -> Resolved {
            let units = self.router.tree.units.values.filter { $0.tier == .department && !$0.isDisabled }
            let found = units.filter { unit in
                unit.name == name || unit.name.hasSuffix(name)
                    || self.router.aliases.contains { $0.unit == unit.id && $0.text == name }
            }
            return found.count == 1 ? .unit(found[0].id) : .missing(.unit, "本市没有叫这个名称的处室")
        }

        /// The district or station of the place; of several there, the one of the line.
        private func local(_ tier: Tier) -> Resolved {
            let area = self.proposal.area
            guard !area.units.isEmpty else { return .missing(.area, "没有识别出属地") }
            var units: [UnitID] = []
            for unit in area.units {
                guard let found = tier == .station ? self.station(of: unit) : self.district(of: unit) else { continue }
                if !units.contains(found) { units.append(found) }
            }
            let standing = units.filter(self.isFit)
            guard !standing.isEmpty else {
                return .missing(units.isEmpty ? .area : .unit, units.isEmpty ? "只识别到区县，没有识别出所" : "属地单位已停用")
            }
            let line = self.proposal.line.line
            func ownLine(_ unit: UnitID) -> String? { self.router.tree[unit]?.line }
            // Those of another line have nothing to do with it.
            let ours = standing.filter { ownLine($0) == nil || ownLine($0) == line }
            let best = ours.contains { ownLine($0) != nil } ? ours.filter { ownLine($0) != nil } : ours
            if best.count == 1 { return .unit(best[0]) }
            let names = (best.isEmpty ? standing : best).compactMap { self.router.tree[$0]?.name }.joined(
                separator: "、")
            guard best.isEmpty else { return .missing(.areaAmbiguous, "属地可能是\(names)") }
            return switch self.proposal.line.confidence {
            case .none: .missing(.line, "属地有\(names)，没有识别出业务条线")
            case .ambiguous: .missing(.lineAmbiguous, "属地有\(names)，业务条线有歧义")
            case .exact, .likely: .missing(.unit, "属地没有\(line ?? "")条线的单位")
            }
        }

        /// The nearest district; where a city has none, what stands right below it.
        private func district(of unit: UnitID) -> UnitID {
            let lineage = self.router.tree.lineage(of: unit).filter { $0.parent != nil }
            return (lineage.first { $0.tier == .district } ?? lineage.last)?.id ?? unit
        }

        private func station(of unit: UnitID) -> UnitID? {
            self.router.tree[unit]?.tier == .station ? unit : nil
        }
    }

    private static let alternativesMost = 5
}
