/// Clocks: what starts and stops them, their limits and ladders.
extension PlanReading {
    mutating func clocks(_ value: Value?) -> [ClockRule] {
        guard let value, let all = self.reader.names(value) else { return [] }
        var clocks: [ClockRule] = []
        var labels: Set<String> = []
        // Of a faulty clock it is not known what it would have timed, and where.
        var isUnsure = self.names.isUnsure
        var unsure: Set<PlanAct.Kind> = []
        for (id, place, value) in all.values {
            let soFar = self.reader.faultCount
            let clock = self.clock(id, place, value, &labels)
            if self.reader.faultCount > soFar {
                if let act = self.kind(of: value) { unsure.insert(act) } else { isUnsure = true }
            } else if let clock, self.kind(of: value).map({ $0 == clock.stopsOn.kind }) ?? true {
                self.refuseTwin(of: clock, among: clocks, place, value.path)
            }
            if let clock { clocks.append(clock) }
        }
        guard !isUnsure else { return clocks }
        // A case whose work shows on nobody's list would stand still, so the acts of the loop must all be timed.
        for act in PlanAct.Kind.loop where !unsure.contains(act) {
            let levels = clocks.filter { $0.stopsOn.kind == act && $0.matters == nil }.reduce(into: Set<String>()) {
                $0.formUnion($1.limits.keys)
            }
            let missing = self.names.levels.filter { !levels.contains($0) }
            guard !missing.isEmpty else { continue }
            self.reader.fault(
                all.place, "clocks",
                "没有以 \(act.rawValue)（\(act.words)）为止的时限，这一步就不会出现在待办里；缺 \(missing.joined(separator: ", "))")
        }
        return clocks
    }

    /// One act of the loop is timed by one clock: of two nobody could say which runs. One for a matter may stand beside
    /// one for all.
    private mutating func refuseTwin(
        of clock: ClockRule, among others: [ClockRule], _ place: PlanNode.Place, _ path: String
    ) {
        let act = clock.stopsOn.kind
        guard !act.isFiling else { return }
        for other in others where other.stopsOn.kind == act {
            let shared: String
            switch (clock.matters, other.matters) {
            case (nil, nil): shared = ""
            case (let matters?, let others?):
                guard let matter = matters.intersection(others).min() else { continue }
                shared = "、事项 \(matter)"
            default: continue
            }
            guard let level = self.levels(timing: act).first(where: { clock.runs(at: $0) && other.runs(at: $0) }) else {
                continue
            }
            self.reader.fault(place, path, "\(act.rawValue)（\(act.words)）已有时限 \(other.id) 管着：等级 \(level)\(shared)")
            return
        }
    }

    /// An answer to a warning is timed by the level of the warning, all else by that of the case.
    private func levels(timing act: PlanAct.Kind?) -> [String] {
        act == .respond ? self.names.warningLevels : self.names.levels
    }

    /// The act that a clock names, whatever else is wrong with it.
    private func kind(of value: Value) -> PlanAct.Kind? {
        guard case .map(let entries, _) = value.node,
            case .text(let text, _)? = entries.first(where: { $0.key == "stops_on" })?.value
        else { return nil }
        return PlanAct.Kind(rawValue: String(text.prefix { $0 != "." }))
    }

    mutating func clock(
        _ id: String, _ place: PlanNode.Place, _ value: Value, _ labels: inout Set<String>
    ) -> ClockRule? {
        guard
            let fields = self.reader.fields(
                value,
                ["name", "starts_on", "stops_on", "levels", "matters", "limit", "repeats", "ladder", "requirement"],
                required: ["name", "starts_on", "stops_on", "limit"])
        else { return nil }
        let event: StartEvent? = self.reader.word(fields["starts_on"])
        let act = fields["stops_on"].flatMap { self.act($0) }
        let known = self.levels(timing: act?.kind)
        let soFar = self.reader.faultCount
        let levels = self.levels(fields["levels"], of: known)
        // Of faulty levels it is not known which limits there should be.
        let areLevelsSure = self.reader.faultCount == soFar
        let repeats = self.reader.flag(fields["repeats"])
        if let event, let act, let value = fields["starts_on"] { self.check(event, act, repeats ?? false, value) }
        var limits: [String: TimeLimit] = [:]
        if let value = fields["limit"] {
            if case .map = value.node {
                let running = areLevelsSure ? known.filter(levels.contains) : []
                for (level, place, value) in self.reader.byLevel(value, known, required: running) {
                    if areLevelsSure, !levels.contains(level) {
                        self.reader.fault(place, value.path, "这个时限的 levels 里没有 \(level)")
                    }
                    limits[level] = self.reader.limit(value)
                }
            } else if let limit = self.reader.limit(value) {
                for level in levels { limits[level] = limit }
            }
        }
        self.checkRepeats(act?.kind, repeats, limits, fields)
        let ladder = fields["ladder"].map { self.ladder($0, act?.kind, limits) } ?? Ladder()
        return ClockRule(
            id: id, name: self.reader.label(fields, among: &labels), startsOn: event ?? .registered,
            stopsOn: act ?? PlanAct(kind: .grade, form: nil), levels: levels,
            matters: self.matters(of: fields["matters"]), limits: limits, repeats: repeats ?? false,
            ladder: ladder, requirements: self.reader.requirements(fields["requirement"]))
    }

    /// What is filed may be due again and again; what the loop asks for once is not. Interim feedback is due until the final
    /// one comes, and says so.
    mutating func checkRepeats(
        _ act: PlanAct.Kind?, _ repeats: Bool?, _ limits: [String: TimeLimit], _ fields: Fields
    ) {
        guard let act else { return }
        if repeats == true, let value = fields["repeats"] {
            if limits.values.contains(.immediate) {
                self.reader.fault(value, "立即（NOW）的时限不能反复")
            } else if !act.isFiling, act != .interim {
                self.reader.fault(
                    value, "\(act.rawValue)（\(act.words)）只做一次，不能反复；能反复的是 report, publish, answer, evaluate, interim")
            }
        } else if act == .interim, repeats == false || fields["repeats"] == nil, let value = fields["stops_on"] {
            self.reader.fault(value, "阶段性反馈本来就是反复的，要写明 repeats: true")
        }
    }

    /// `report`, or `report.first`.
    mutating func act(_ value: Value) -> PlanAct? {
        guard let text = self.reader.text(value) else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let kind = PlanAct.Kind(rawValue: parts[0]) else {
            let known = PlanAct.Kind.allCases.map(\.rawValue)
            self.reader.fault(
                value, "没有行为 \(parts[0])\(PlanReader.hint(parts[0], known))行为有 \(known.joined(separator: ", "))")
            return nil
        }
        let forms = self.names.forms
        guard parts.count == 2 else {
            if kind.isFiling, !forms.values.contains(kind), !forms.values.contains(nil) {
                self.reader.fault(value, "没有一张表单是 act: \(kind.rawValue)，没有什么能停止这个时限")
                return nil
            }
            return PlanAct(kind: kind, form: nil)
        }
        guard kind.isFiling else {
            self.reader.fault(value, "\(kind.rawValue) 没有表单可选，只写 \(kind.rawValue)")
            return nil
        }
        guard let act = forms[parts[1]] else {
            let known = forms.filter { $0.value == kind }.keys.sorted()
            self.reader.unknown("表单", parts[1], known, value)
            return nil
        }
        // Of a form whose own act is faulty nothing more is told.
        guard let act, act != kind else { return PlanAct(kind: kind, form: parts[1]) }
        self.reader.fault(value, "表单 \(parts[1]) 是 act: \(act.rawValue)，应写 \(act.rawValue).\(parts[1])")
        return nil
    }

    /// A clock that nothing starts is no clock.
    mutating func check(_ event: StartEvent, _ act: PlanAct, _ repeats: Bool, _ value: Value) {
        guard event.suits(act.kind.subject) else {
            self.reader.fault(value, "以 \(act.text) 为止的时限不能从 \(event.rawValue)（\(event.words)）起算")
            return
        }
        let forms = self.names.forms.values
        switch event {
        case .levelRaised where self.names.levels.count < 2:
            self.reader.fault(value, "预案只有一个等级，不会升级")
        case .reported where !forms.contains(.report):
            self.reader.fault(value, "没有一张表单是 act: report，这个时限不会起算")
        case .published where !forms.contains(.publish):
            self.reader.fault(value, "没有一张表单是 act: publish，这个时限不会起算")
        case .warned where !self.names.hasWarnings:
            self.reader.fault(value, "预案没有 warnings，这个时限不会起算")
        case .reported where act.kind == .report && act.form == nil && !repeats,
            .published where act.kind == .publish && act.form == nil && !repeats:
            self.reader.fault(value, "起算它的正是停止它的；写明表单，例如 report.first")
        default: break
        }
        let fixed: [PlanAct.Kind: [StartEvent]] = [
            .grade: [.registered, .received, .discovered, .occurred],
            .assign: [.graded, .registered, .received, .discovered], .receive: [.assigned],
            .feedBack: [.assigned, .receipted], .interim: [.assigned, .receipted], .review: [.fedBack],
            .reply: [.ordered], .judge: [.replied], .conclude: [.accepted], .respond: [.warned],
        ]
        if let possible = fixed[act.kind], !possible.contains(event) {
            let known = possible.map(\.rawValue).joined(separator: " 或 ")
            self.reader.fault(value, "以 \(act.text) 为止的时限应从 \(known) 起算")
        }
    }

    mutating func ladder(_ value: Value, _ act: PlanAct.Kind?, _ limits: [String: TimeLimit]) -> Ladder {
        var ladder = Ladder()
        guard let fields = self.reader.fields(value, ["notice", "supervision", "circular"]) else { return ladder }
        ladder.notice = self.reader.number(fields["notice"], 0.01...0.99)
        if let value = fields["notice"], !limits.isEmpty, limits.values.allSatisfy({ $0 == .immediate }) {
            self.reader.fault(value, "立即（NOW）的时限没有到期之前可提醒")
        }
        ladder.circular = self.reader.limit(fields["circular"])
        if let value = fields["circular"], ladder.circular == .immediate {
            self.reader.fault(value, "通报在到期之后隔一段时间，不能是 NOW")
        }
        if let value = fields["supervision"] {
            // An order goes from the assigner to whoever is late with an assignment, or from the tier above the issuer
            // to the issuer of an order that is not answered in time.
            if let act, act.subject != .assignment && act != .reply || act == .review {
                self.reader.fault(value, "督办只能跟在 receive, feed_back, interim, reply 之后")
            }
            if let fields = self.reader.fields(
                value, ["after", "at_least", "grade", "copy_to"], required: ["after"])
            {
                ladder.supervision = self.reader.number(fields["after"], 0...10)
                if let seconds = self.reader.seconds(fields["at_least"]) { ladder.supervisionAtLeast = seconds }
                ladder.grade = self.reader.word(fields["grade"])
                ladder.copyTo = self.copies(fields["copy_to"])
            }
        }
        return ladder
    }

    /// `copy_to: [parent, city]`, each once.
    private mutating func copies(_ value: Value?) -> [SupervisionCopy] {
        var copies: [SupervisionCopy] = []
        for value in self.reader.list(value) {
            guard let copy: SupervisionCopy = self.reader.word(value) else { continue }
            if copies.contains(copy) {
                self.reader.fault(value, "\(copy.rawValue) 写了两次")
            } else {
                copies.append(copy)
            }
        }
        return copies
    }

    mutating func resubmission(_ value: Value?) -> (part: Double, atLeast: Int) {
        guard let value, let fields = self.reader.fields(value, ["part", "at_least"], required: ["part"]) else {
            return (0.25, 1800)
        }
        return (
            self.reader.number(fields["part"], 0.01...1) ?? 0.25, self.reader.seconds(fields["at_least"]) ?? 1800
        )
    }
}
