/// Makes a plan of a file's tree: section by section, then what must hold between sections.
struct PlanReading {
    private var reader: PlanReader

    init(values: [String: String]) {
        self.reader = PlanReader(values: values)
    }

    var faults: [PlanFault] { self.reader.faults }

    private typealias Value = PlanReader.Value
    private typealias Fields = PlanReader.Fields

    private static let sections = [
        "plan", "name", "source", "schemes", "matters", "roles", "bodies", "outside", "routing", "forms", "chains",
        "clocks", "resubmission", "warnings", "notices", "sensitive_periods", "drills",
    ]

    /// What later sections may name.
    private struct Names {
        var levels: [String] = []
        var warningLevels: [String] = []
        var matters: Set<String> = []
        var roles: Set<String> = []
        var outside: Set<String> = []
        var forms: [String: PlanAct.Kind] = [:]
        var hasWarnings = false
    }

    private var names = Names()

    /// Nil when it is no plan at all; otherwise good only if there are no faults.
    mutating func plan(_ node: PlanNode) -> Plan? {
        guard
            let root = self.reader.fields(
                Value(node: node, path: ""), Self.sections, required: ["plan", "name", "source", "clocks"])
        else { return nil }
        let id = self.reader.text(root["plan"]) ?? ""
        if let value = root["plan"], !Self.isPlanID(id) {
            self.reader.fault(
                value,
                "\(id) must be small letters and digits with hyphens between them, at most 40, such as harbin-001")
        }
        let schemes = root["schemes"].flatMap { self.reader.fields($0, ["case", "warning"]) }
        let cases = schemes?["case"].map { self.scheme($0) } ?? .plain
        let warnings = schemes?["warning"].map { self.scheme($0) }
        self.names.levels = cases.levels.map(\.key)
        self.names.warningLevels = (warnings ?? cases).levels.map(\.key)
        self.names.hasWarnings = root["warnings"] != nil

        // Matters may name roles, and roles nothing: roles first.
        let roles = self.roles(root["roles"])
        let matters = self.matters(root["matters"])
        let outside = self.outside(root["outside"])
        let bodies = self.bodies(root["bodies"])
        let forms = self.forms(root["forms"])
        let chains = self.chains(root["chains"])
        self.requireChains(root["forms"], forms, chains)
        self.requireAnswers(root["matters"], matters, forms)
        let clocks = self.clocks(root["clocks"])
        let routing = self.routing(root["routing"])
        let warningRules = root["warnings"].map { self.warningRules($0) }
        let notices = self.notices(root["notices"])
        let (part, atLeast) = self.resubmission(root["resubmission"])
        let source = root["source"].flatMap { self.source($0) } ?? Plan.Source(issuer: "", issued: nil)
        let sensitive = root["sensitive_periods"].flatMap { self.sensitivePeriods($0, hasWarnings: warnings != nil) }
        let drills = root["drills"].flatMap { self.drills($0) }
        return Plan(
            id: id, name: self.reader.text(root["name"]) ?? "", source: source, cases: cases, warnings: warnings,
            matters: matters, roles: roles, bodies: bodies, outside: outside, routing: routing, forms: forms,
            chains: chains, clocks: clocks, warningRules: warningRules, notices: notices, sensitivePeriods: sensitive,
            drills: drills, resubmission: part, resubmissionAtLeast: atLeast, openSettings: self.reader.openSettings)
    }

    private static func isPlanID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return text.utf8.count <= 40 && !parts.isEmpty
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy {
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    }
            }
    }

    private mutating func source(_ value: Value) -> Plan.Source? {
        guard let fields = self.reader.fields(value, ["issuer", "issued"], required: ["issuer"]) else { return nil }
        let issued = self.reader.text(fields["issued"])
        if let value = fields["issued"], let issued, CivilDay(issued) == nil {
            self.reader.fault(value, "\(issued) must be a day such as 2022-06-28")
        }
        return Plan.Source(issuer: self.reader.text(fields["issuer"]) ?? "", issued: issued)
    }

    // MARK: Levels

    private mutating func scheme(_ value: Value) -> LevelScheme {
        var scheme = LevelScheme(name: "", levels: [], factors: [])
        guard let fields = self.reader.fields(value, ["name", "factors", "levels"], required: ["name", "levels"])
        else { return scheme }
        scheme.name = self.reader.text(fields["name"]) ?? ""
        var keys: Set<String> = []
        for item in self.reader.list(fields["factors"]) {
            guard let fields = self.reader.fields(item, ["key", "name"], required: ["key", "name"]) else { continue }
            scheme.factors.append(
                .init(key: self.reader.key(fields, among: &keys), name: self.reader.text(fields["name"]) ?? ""))
        }
        keys = []
        var score = -1
        for (index, item) in self.reader.list(fields["levels"]).enumerated() {
            guard
                let fields = self.reader.fields(
                    item, ["key", "name", "colour", "criteria", "triggers", "score", "spread"],
                    required: ["key", "name", "colour"])
            else { continue }
            var level = Level(
                key: self.reader.key(fields, among: &keys), name: self.reader.text(fields["name"]) ?? "",
                rank: index + 1, colour: self.reader.word(fields["colour"]) ?? .blue)
            level.criteria = self.criteria(fields["criteria"])
            level.triggers = self.criteria(fields["triggers"])
            let most = 3 * scheme.factors.count
            if let value = fields["score"] {
                if scheme.factors.isEmpty {
                    self.reader.fault(value, "the scheme has no factors to be scored")
                } else if let number = self.reader.integer(value, 0...most) {
                    level.score = number
                    if number <= score { self.reader.fault(value, "must be greater than that of the milder level") }
                    score = number
                }
            }
            if let value = fields["spread"],
                let spread = self.reader.fields(value, SpreadMetric.allCases.map(\.rawValue))
            {
                for (key, _, value) in spread.values {
                    guard let metric = SpreadMetric(rawValue: key),
                        let number = self.reader.integer(value, 1...1_000_000_000)
                    else { continue }
                    level.spread[metric] = number
                    if let milder = scheme.levels.last(where: { $0.spread[metric] != nil })?.spread[metric],
                        number <= milder
                    {
                        self.reader.fault(value, "must be greater than that of the milder level")
                    }
                }
            }
            scheme.levels.append(level)
        }
        if let value = fields["levels"], scheme.levels.isEmpty { self.reader.fault(value, "must name a level") }
        return scheme
    }

    private mutating func criteria(_ value: Value?) -> [Level.Criterion] {
        var keys: Set<String> = []
        return self.reader.list(value).compactMap { item in
            guard let fields = self.reader.fields(item, ["key", "name"], required: ["key", "name"]) else { return nil }
            return .init(key: self.reader.key(fields, among: &keys), name: self.reader.text(fields["name"]) ?? "")
        }
    }

    /// Levels that a rule is for: `levels: [major, critical]`; all where it says nothing.
    private mutating func levels(_ value: Value?, of known: [String]? = nil) -> Set<String> {
        let known = known ?? self.names.levels
        guard let value else { return Set(known) }
        var levels: Set<String> = []
        for (text, item) in self.reader.texts(value) {
            guard known.contains(text) else {
                self.reader.fault(item, "\(text) is no level; levels are \(known.joined(separator: ", "))")
                continue
            }
            if !levels.insert(text).inserted { self.reader.fault(item, "\(text) is there twice") }
        }
        if levels.isEmpty { self.reader.fault(value, "must name a level; without it the rule is for all of them") }
        return levels
    }

    private mutating func matters(of value: Value?) -> Set<String>? {
        guard let value else { return nil }
        var matters: Set<String> = []
        for (text, item) in self.reader.texts(value) {
            if self.names.matters.contains(text) {
                matters.insert(text)
            } else {
                self.reader.fault(
                    item,
                    "\(text) is no matter; matters are \(self.names.matters.sorted().joined(separator: ", "))")
            }
        }
        if matters.isEmpty { self.reader.fault(value, "must name a matter; without it the rule is for all of them") }
        return matters
    }

    // MARK: Roles and bodies

    private mutating func roles(_ value: Value?) -> [PlanRole] {
        var keys: Set<String> = []
        var roles: [PlanRole] = []
        for item in self.reader.list(value) {
            guard
                let fields = self.reader.fields(
                    item, ["key", "name", "post", "unit", "requirement"], required: ["key", "name", "post", "unit"])
            else { continue }
            roles.append(
                PlanRole(
                    key: self.reader.key(fields, among: &keys), name: self.reader.text(fields["name"]) ?? "",
                    post: self.reader.word(fields["post"]) ?? .handler,
                    unit: self.reader.word(fields["unit"]) ?? .city,
                    requirements: self.reader.requirements(fields["requirement"])))
        }
        self.names.roles = keys
        return roles
    }

    private mutating func role(_ value: Value?) -> String? {
        guard let value, let text = self.reader.text(value) else { return nil }
        guard self.names.roles.contains(text) else {
            self.reader.fault(
                value, "\(text) is no role; roles are \(self.names.roles.sorted().joined(separator: ", "))")
            return nil
        }
        return text
    }

    private mutating func roleList(_ value: Value?) -> [String] {
        guard let value else { return [] }
        let values: [Value] = if case .list = value.node { self.reader.list(value) } else { [value] }
        return values.compactMap { self.role($0) }
    }

    private mutating func bodies(_ value: Value?) -> [PlanBody] {
        var keys: Set<String> = []
        var bodies: [PlanBody] = []
        var above: [String: Value] = [:]
        for item in self.reader.list(value) {
            guard
                let fields = self.reader.fields(
                    item, ["key", "name", "under", "head", "deputies", "members", "duties", "requirement"],
                    required: ["key", "name"])
            else { continue }
            let key = self.reader.key(fields, among: &keys)
            if let under = fields["under"] { above[key] = under }
            bodies.append(
                PlanBody(
                    key: key, name: self.reader.text(fields["name"]) ?? "", under: self.reader.text(fields["under"]),
                    head: self.role(fields["head"]), deputies: self.roleList(fields["deputies"]),
                    members: self.roleList(fields["members"]),
                    duties: self.reader.texts(fields["duties"]).map(\.text),
                    requirements: self.reader.requirements(fields["requirement"])))
        }
        for body in bodies {
            guard let under = body.under, let value = above[body.key] else { continue }
            guard keys.contains(under) else {
                self.reader.fault(value, "\(under) is no body; bodies are \(keys.sorted().joined(separator: ", "))")
                continue
            }
            var seen: Set<String> = [body.key]
            var next: String? = under
            while let key = next, seen.insert(key).inserted { next = bodies.first { $0.key == key }?.under }
            if next == body.key { self.reader.fault(value, "\(body.key) would stand under itself") }
        }
        return bodies
    }

    private mutating func outside(_ value: Value?) -> [OutsideBody] {
        var keys: Set<String> = []
        let bodies: [OutsideBody] = self.reader.list(value).compactMap { item in
            guard let fields = self.reader.fields(item, ["key", "name"], required: ["key", "name"]) else { return nil }
            return OutsideBody(
                key: self.reader.key(fields, among: &keys), name: self.reader.text(fields["name"]) ?? "")
        }
        self.names.outside = keys
        return bodies
    }

    private mutating func outsideKeys(_ value: Value?) -> [String] {
        self.reader.texts(value).compactMap { text, item in
            guard self.names.outside.contains(text) else {
                self.reader.fault(
                    item,
                    "\(text) is no body outside; those are \(self.names.outside.sorted().joined(separator: ", "))")
                return nil
            }
            return text
        }
    }

    // MARK: Matters and routing

    private mutating func matters(_ value: Value?) -> [Matter] {
        var keys: Set<String> = []
        var matters: [Matter] = []
        for item in self.reader.list(value) {
            guard
                let fields = self.reader.fields(
                    item, ["key", "name", "needs_answer", "reviewer", "lead", "requirement"],
                    required: ["key", "name"])
            else { continue }
            matters.append(
                Matter(
                    key: self.reader.key(fields, among: &keys), name: self.reader.text(fields["name"]) ?? "",
                    needsAnswer: self.reader.flag(fields["needs_answer"]) ?? false,
                    reviewer: self.reader.word(fields["reviewer"]) ?? .assigner, lead: self.role(fields["lead"]),
                    requirements: self.reader.requirements(fields["requirement"])))
        }
        self.names.matters = keys
        return matters
    }

    private mutating func routing(_ value: Value?) -> [RoutingRule] {
        self.reader.list(value).compactMap { item in
            guard
                let fields = self.reader.fields(
                    item, ["levels", "matters", "lead", "guides", "inform", "requirement"], required: ["lead"])
            else { return nil }
            return RoutingRule(
                levels: self.levels(fields["levels"]), matters: self.matters(of: fields["matters"]),
                lead: self.role(fields["lead"]) ?? "", guides: self.roleList(fields["guides"]),
                inform: self.roleList(fields["inform"]),
                requirements: self.reader.requirements(fields["requirement"]))
        }
    }

    // MARK: Forms and chains

    private mutating func forms(_ value: Value?) -> [PlanForm] {
        guard let value, let all = self.reader.names(value) else { return [] }
        var forms: [PlanForm] = []
        for (id, _, value) in all.values {
            guard
                let fields = self.reader.fields(
                    value, ["act", "name", "fields", "requirement"], required: ["act", "name"])
            else { continue }
            let act: PlanAct.Kind? = self.reader.word(fields["act"])
            if let value = fields["act"], let act, !act.isFiling, act != .feedBack, act != .interim {
                self.reader.fault(
                    value,
                    "\(act.rawValue) has no form; those are report, publish, answer, evaluate, feed_back, interim")
            }
            var keys: Set<String> = []
            var formFields: [PlanForm.Field] = []
            for item in self.reader.list(fields["fields"]) {
                guard
                    let fields = self.reader.fields(
                        item, ["key", "name", "kind", "required", "restricted"], required: ["key", "name"])
                else { continue }
                formFields.append(
                    .init(
                        key: self.reader.key(fields, among: &keys), name: self.reader.text(fields["name"]) ?? "",
                        kind: self.reader.word(fields["kind"]) ?? .text,
                        isRequired: self.reader.flag(fields["required"]) ?? true,
                        isRestricted: self.reader.flag(fields["restricted"]) ?? false))
            }
            self.names.forms[id] = act ?? .report
            forms.append(
                PlanForm(
                    id: id, act: act ?? .report, name: self.reader.text(fields["name"]) ?? "", fields: formFields,
                    requirements: self.reader.requirements(fields["requirement"])))
        }
        return forms
    }

    private mutating func chains(_ value: Value?) -> [ApprovalChain] {
        guard let value, let all = self.reader.names(value) else { return [] }
        var chains: [ApprovalChain] = []
        for (id, place, value) in all.values {
            guard
                let fields = self.reader.fields(
                    value, ["name", "forms", "levels", "steps", "sent_to", "requirement"],
                    required: ["name", "forms", "steps"])
            else { continue }
            let forms = self.reader.texts(fields["forms"]).compactMap { text, item -> String? in
                guard self.names.forms[text] != nil else {
                    self.reader.fault(
                        item,
                        "\(text) is no form; forms are \(self.names.forms.keys.sorted().joined(separator: ", "))")
                    return nil
                }
                return text
            }
            let steps = self.roleList(fields["steps"])
            if let value = fields["steps"], case .list(let items, _) = value.node, items.isEmpty {
                self.reader.fault(value, "must name a role")
            }
            for (index, step) in steps.enumerated() where steps[..<index].contains(step) {
                self.reader.fault(fields["steps"]?.place ?? place, "\(value.path).steps", "\(step) is asked twice")
            }
            chains.append(
                ApprovalChain(
                    id: id, name: self.reader.text(fields["name"]) ?? "", forms: forms,
                    levels: self.levels(fields["levels"]), steps: steps, sentTo: self.outsideKeys(fields["sent_to"]),
                    requirements: self.reader.requirements(fields["requirement"])))
        }
        return chains
    }

    /// Nothing is said in public that nobody agreed to (R126).
    /// A matter that must be answered could never be concluded without a form to answer it on.
    private mutating func requireAnswers(_ value: Value?, _ matters: [Matter], _ forms: [PlanForm]) {
        guard let value, case .list(let items, _) = value.node, !forms.contains(where: { $0.act == .answer }) else {
            return
        }
        for (matter, item) in zip(matters, items) where matter.needsAnswer {
            self.reader.fault(
                item.place, value.path, "\(matter.key) needs an answer, and the plan has no form whose act is answer")
        }
    }

    private mutating func requireChains(_ value: Value?, _ forms: [PlanForm], _ chains: [ApprovalChain]) {
        guard let value, case .map(let entries, _) = value.node else { return }
        for form in forms where form.act == .publish || form.act == .answer {
            let covered = chains.filter { $0.forms.contains(form.id) }.reduce(into: Set<String>()) {
                $0.formUnion($1.levels)
            }
            let missing = self.names.levels.filter { !covered.contains($0) }
            guard !missing.isEmpty, let entry = entries.first(where: { $0.key == form.id }) else { continue }
            self.reader.fault(
                entry.place, "forms.\(form.id)",
                "is said in public, so a chain must approve it at \(missing.joined(separator: ", "))")
        }
    }

    // MARK: Clocks

    private mutating func clocks(_ value: Value?) -> [ClockRule] {
        guard let value, let all = self.reader.names(value) else { return [] }
        var clocks: [ClockRule] = []
        for (id, place, value) in all.values {
            guard let clock = self.clock(id, place, value) else { continue }
            clocks.append(clock)
        }
        // A case whose work shows on nobody's list would stand still, so the acts of the loop must all be timed.
        for act in PlanAct.Kind.loop {
            let levels = clocks.filter { $0.stopsOn.kind == act && $0.matters == nil }.reduce(into: Set<String>()) {
                $0.formUnion($1.limits.keys)
            }
            let missing = self.names.levels.filter { !levels.contains($0) }
            guard !missing.isEmpty else { continue }
            self.reader.fault(
                all.place, "clocks", "no clock is stopped by \(act.rawValue) at \(missing.joined(separator: ", "))")
        }
        return clocks
    }

    private mutating func clock(_ id: String, _ place: PlanNode.Place, _ value: Value) -> ClockRule? {
        guard
            let fields = self.reader.fields(
                value,
                ["name", "starts_on", "stops_on", "levels", "matters", "limit", "repeats", "ladder", "requirement"],
                required: ["name", "starts_on", "stops_on", "limit"])
        else { return nil }
        let event: StartEvent? = self.reader.word(fields["starts_on"])
        let act = fields["stops_on"].flatMap { self.act($0) }
        let levels = self.levels(fields["levels"])
        let repeats = self.reader.flag(fields["repeats"]) ?? false
        if let event, let act, let value = fields["starts_on"] { self.check(event, act, repeats, value) }
        var limits: [String: TimeLimit] = [:]
        if let value = fields["limit"] {
            if case .map = value.node {
                guard let byLevel = self.reader.fields(value, self.names.levels) else { return nil }
                for (level, place, value) in byLevel.values where self.names.levels.contains(level) {
                    if !levels.contains(level) {
                        self.reader.fault(place, value.path, "the clock does not run at \(level)")
                    }
                    limits[level] = self.reader.limit(value)
                }
                for level in self.names.levels where levels.contains(level) && byLevel[level] == nil {
                    self.reader.fault(value.place, "\(value.path).\(level)", "is missing")
                }
            } else if let limit = self.reader.limit(value) {
                for level in levels { limits[level] = limit }
            }
        }
        if repeats, let value = fields["repeats"], limits.values.contains(.immediate) {
            self.reader.fault(value, "what is due at once cannot come again and again")
        }
        return ClockRule(
            id: id, name: self.reader.text(fields["name"]) ?? "", startsOn: event ?? .registered,
            stopsOn: act ?? PlanAct(kind: .grade, form: nil), levels: levels,
            matters: self.matters(of: fields["matters"]), limits: limits, repeats: repeats,
            ladder: fields["ladder"].map { self.ladder($0, act?.kind) } ?? Ladder(),
            requirements: self.reader.requirements(fields["requirement"]))
    }

    /// `report`, or `report.first`.
    private mutating func act(_ value: Value) -> PlanAct? {
        guard let text = self.reader.text(value) else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let kind = PlanAct.Kind(rawValue: parts[0]) else {
            let known = PlanAct.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            self.reader.fault(value, "\(parts[0]) is no act; acts are \(known)")
            return nil
        }
        guard parts.count == 2 else {
            if kind.isFiling, !self.names.forms.values.contains(kind) {
                self.reader.fault(value, "the plan has no form of \(kind.rawValue), so nothing would stop this clock")
            }
            return PlanAct(kind: kind, form: nil)
        }
        guard kind.isFiling else {
            self.reader.fault(value, "\(kind.rawValue) has no forms to choose from")
            return PlanAct(kind: kind, form: nil)
        }
        guard self.names.forms[parts[1]] == kind else {
            let known = self.names.forms.filter { $0.value == kind }.keys.sorted().joined(separator: ", ")
            self.reader.fault(value, "\(parts[1]) is no form of \(kind.rawValue); those are \(known)")
            return PlanAct(kind: kind, form: nil)
        }
        return PlanAct(kind: kind, form: parts[1])
    }

    /// A clock that nothing starts is no clock.
    private mutating func check(_ event: StartEvent, _ act: PlanAct, _ repeats: Bool, _ value: Value) {
        guard event.suits(act.kind.subject) else {
            self.reader.fault(value, "\(event.rawValue) can never start a clock that \(act.text) stops")
            return
        }
        let forms = self.names.forms.values
        switch event {
        case .levelRaised where self.names.levels.count < 2:
            self.reader.fault(value, "no level can be raised: the plan has only one")
        case .reported where !forms.contains(.report):
            self.reader.fault(value, "the plan has no form of report, so nothing would start this clock")
        case .published where !forms.contains(.publish):
            self.reader.fault(value, "the plan has no form of publish, so nothing would start this clock")
        case .warned where !self.names.hasWarnings:
            self.reader.fault(value, "the plan has no warnings, so nothing would start this clock")
        case .reported where act.kind == .report && act.form == nil && !repeats,
            .published where act.kind == .publish && act.form == nil && !repeats:
            self.reader.fault(value, "what starts this clock would stop it at once")
        default: break
        }
        let fixed: [PlanAct.Kind: [StartEvent]] = [
            .grade: [.registered, .received, .discovered, .occurred],
            .assign: [.graded, .registered, .received, .discovered], .receive: [.assigned],
            .feedBack: [.assigned, .receipted], .interim: [.assigned, .receipted], .review: [.fedBack],
            .reply: [.ordered], .judge: [.replied], .conclude: [.accepted], .respond: [.warned],
        ]
        if let possible = fixed[act.kind], !possible.contains(event) {
            let known = possible.map(\.rawValue).joined(separator: " or ")
            self.reader.fault(value, "a clock that \(act.text) stops starts on \(known)")
        }
    }

    private mutating func ladder(_ value: Value, _ act: PlanAct.Kind?) -> Ladder {
        var ladder = Ladder()
        guard let fields = self.reader.fields(value, ["notice", "supervision", "circular"]) else { return ladder }
        ladder.notice = self.reader.number(fields["notice"], 0.01...0.99)
        ladder.circular = self.reader.limit(fields["circular"])
        if let value = fields["supervision"] {
            // An order goes from the assigner to whoever is late with an assignment.
            if let act, act.subject != .assignment || act == .review {
                self.reader.fault(value, "an order can follow on receive, feed_back and interim only")
            }
            if let fields = self.reader.fields(value, ["after", "at_least"], required: ["after"]) {
                ladder.supervision = self.reader.number(fields["after"], 0...10)
                if let seconds = self.reader.seconds(fields["at_least"]) { ladder.supervisionAtLeast = seconds }
            }
        }
        return ladder
    }

    private mutating func resubmission(_ value: Value?) -> (part: Double, atLeast: Int) {
        guard let value, let fields = self.reader.fields(value, ["part", "at_least"], required: ["part"]) else {
            return (0.25, 1800)
        }
        return (
            self.reader.number(fields["part"], 0.01...1) ?? 0.25, self.reader.seconds(fields["at_least"]) ?? 1800
        )
    }

    // MARK: Warnings, notices, periods, drills

    private mutating func warningRules(_ value: Value) -> WarningRules {
        var rules = WarningRules(proposedBy: nil, issuedBy: [:], fanOut: [:], colours: [], requirements: [])
        guard
            let fields = self.reader.fields(
                value, ["proposed_by", "issued_by", "fan_out", "colours", "requirement"],
                required: ["issued_by", "fan_out"])
        else { return rules }
        let levels = self.names.warningLevels
        rules.proposedBy = self.role(fields["proposed_by"])
        if let value = fields["issued_by"], let byLevel = self.reader.fields(value, levels, required: levels) {
            for (level, _, value) in byLevel.values where levels.contains(level) {
                rules.issuedBy[level] = self.role(value)
            }
        }
        if let value = fields["fan_out"], let byLevel = self.reader.fields(value, levels, required: levels) {
            for (level, _, value) in byLevel.values where levels.contains(level) {
                rules.fanOut[level] = self.reader.list(value).compactMap { item in
                    guard let fields = self.reader.fields(item, ["role", "urgency"], required: ["role"]) else {
                        return nil
                    }
                    guard let role = self.role(fields["role"]) else { return nil }
                    return .init(role: role, urgency: self.reader.word(fields["urgency"]) ?? .normal)
                }
            }
        }
        for item in self.reader.list(fields["colours"]) {
            guard
                let fields = self.reader.fields(
                    item, ["level", "happened", "possible", "elsewhere"], required: ["level"])
            else { continue }
            func level(_ reading: inout Self, _ value: Value?) -> String? {
                guard let value, let text = reading.reader.text(value) else { return nil }
                guard levels.contains(text) else {
                    reading.reader.fault(value, "\(text) is no level; levels are \(levels.joined(separator: ", "))")
                    return nil
                }
                return text
            }
            let rule = WarningRules.ColourRule(
                level: level(&self, fields["level"]) ?? "", happened: level(&self, fields["happened"]),
                possible: level(&self, fields["possible"]), elsewhere: level(&self, fields["elsewhere"]))
            if rule.happened == nil, rule.possible == nil, rule.elsewhere == nil {
                self.reader.fault(item, "must say what happened, is possible, or happened elsewhere")
            }
            rules.colours.append(rule)
        }
        rules.requirements = self.reader.requirements(fields["requirement"])
        return rules
    }

    private mutating func notices(_ value: Value?) -> [OutsideNotice] {
        self.reader.list(value).compactMap { item in
            guard
                let fields = self.reader.fields(item, ["levels", "tell", "consent", "requirement"], required: ["tell"])
            else { return nil }
            return OutsideNotice(
                levels: self.levels(fields["levels"]), tell: self.outsideKeys(fields["tell"]),
                consent: self.role(fields["consent"]),
                requirements: self.reader.requirements(fields["requirement"]))
        }
    }

    private mutating func sensitivePeriods(_ value: Value, hasWarnings: Bool) -> SensitivePeriodRule? {
        guard let fields = self.reader.fields(value, ["raise_by", "scheme", "requirement"], required: ["raise_by"])
        else { return nil }
        let scheme: SensitivePeriodRule.Scheme = self.reader.word(fields["scheme"]) ?? .record
        if scheme == .warning, !hasWarnings, let value = fields["scheme"] {
            self.reader.fault(value, "the plan has no scheme of warnings")
        }
        return SensitivePeriodRule(
            raiseBy: self.reader.integer(fields["raise_by"], 1...3) ?? 1, scheme: scheme,
            requirements: self.reader.requirements(fields["requirement"]))
    }

    private mutating func drills(_ value: Value) -> DrillRule? {
        guard let fields = self.reader.fields(value, ["series", "covers", "requirement"], required: ["series"]) else {
            return nil
        }
        let series = self.reader.text(fields["series"]) ?? ""
        if let value = fields["series"],
            !(2...6).contains(series.utf8.count)
                || !series.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        {
            self.reader.fault(value, "\(series) must be 2 to 6 capital letters, such as DRL")
        }
        return DrillRule(
            series: series, covers: self.reader.texts(fields["covers"]).map(\.text),
            requirements: self.reader.requirements(fields["requirement"]))
    }
}
