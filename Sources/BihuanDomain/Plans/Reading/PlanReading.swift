/// Makes a plan of a file's tree: section by section, then what must hold between sections.
struct PlanReading {
    var reader: PlanReader

    init(values: [String: String]) {
        self.reader = PlanReader(values: values)
    }

    var faults: [PlanFault] { self.reader.faults }

    typealias Value = PlanReader.Value
    typealias Fields = PlanReader.Fields

    private static let sections = [
        "plan", "name", "source", "schemes", "matters", "roles", "bodies", "outside", "routing", "forms", "chains",
        "clocks", "resubmission", "warnings", "notices", "sensitive_periods", "drills",
        "returns", "reopen", "review",
    ]

    /// What later sections may name.
    struct Names {
        var levels: [String] = []
        var warningLevels: [String] = []
        var matters: [String] = []
        var roles: [String] = []
        var placeOfRole: [String: PlanRole.Place] = [:]
        var outside: [String] = []
        /// What each form is for; nil: the file says nothing that is.
        var forms: [String: PlanAct.Kind?] = [:]
        var hasWarnings = false
        /// The schemes have faults, so what is missing at which level cannot be told.
        var isUnsure = false
    }

    var names = Names()

    /// Nil when it is no plan at all; otherwise good only if there are no faults.
    mutating func plan(_ node: PlanNode) -> Plan? {
        guard
            let root = self.reader.fields(
                Value(node: node, path: ""), Self.sections, required: ["plan", "name", "source", "clocks"])
        else { return nil }
        let id = self.reader.fixed(root["plan"]) ?? ""
        if let value = root["plan"], !id.isEmpty, !Self.isPlanID(id) {
            self.reader.fault(
                value,
                "应是小写字母和数字，中间可有连字符，最多 40 个，例如 harbin-001，不是 \(id)")
        }
        let beforeSchemes = self.reader.faultCount
        let schemes = root["schemes"].flatMap { self.reader.fields($0, ["case", "warning"]) }
        let cases = schemes?["case"].map { self.scheme($0) } ?? .plain
        let warnings = schemes?["warning"].map { self.scheme($0) }
        self.names.isUnsure = self.reader.faultCount > beforeSchemes
        self.names.levels = cases.levels.map(\.key)
        self.names.warningLevels = (warnings ?? cases).levels.map(\.key)
        self.names.hasWarnings = root["warnings"] != nil

        // Matters may name roles, and roles nothing: roles first.
        let roles = self.roles(root["roles"])
        let matters = self.matters(root["matters"])
        let outside = self.outside(root["outside"])
        let bodies = self.bodies(root["bodies"])
        var soFar = self.reader.faultCount
        let forms = self.forms(root["forms"])
        let areFormsSure = self.reader.faultCount == soFar
        if areFormsSure { self.requireAnswers(root["matters"], matters, forms) }
        soFar = self.reader.faultCount
        let chains = self.chains(root["chains"])
        // What a faulty chain was to approve is not known.
        if areFormsSure, !self.names.isUnsure, self.reader.faultCount == soFar {
            self.requireChains(root["forms"], forms, chains)
        }
        let clocks = self.clocks(root["clocks"])
        let routing = self.routing(root["routing"])
        let warningRules = root["warnings"].map { self.warningRules($0) }
        let notices = self.notices(root["notices"])
        let (part, atLeast) = self.resubmission(root["resubmission"])
        let source = root["source"].flatMap { self.source($0) } ?? Plan.Source(issuer: "", issued: nil)
        let sensitive = root["sensitive_periods"].flatMap { self.sensitivePeriods($0, hasWarnings: warnings != nil) }
        let drills = root["drills"].flatMap { self.drills($0) }
        let returns = root["returns"].flatMap { self.returns($0) }
        let reopening = root["reopen"].flatMap { self.reopening($0) }
        let review = root["review"].flatMap { self.review($0) }
        self.requireOpen()
        return Plan(
            id: id, name: self.reader.text(root["name"]) ?? "", source: source, cases: cases, warnings: warnings,
            matters: matters, roles: roles, bodies: bodies, outside: outside, routing: routing, forms: forms,
            chains: chains, clocks: clocks, warningRules: warningRules, notices: notices, sensitivePeriods: sensitive,
            drills: drills, resubmission: part, resubmissionAtLeast: atLeast, review: review, returns: returns,
            reopening: reopening,
            openSettings: self.reader.openSettings)
    }

    /// A value for what the plan does not leave open would be lost without a word.
    private mutating func requireOpen() {
        guard self.reader.faultCount == 0 else { return }
        let open = self.reader.openSettings.map(\.path)
        for path in self.reader.values.keys.sorted() where !open.contains(path) {
            let hint = PlanWords.nearest(path, of: open).map { "，是不是 \($0)？" } ?? "；留给本市定的见 bihuan plan explain"
            self.reader.fault(.start, path, "预案没有把它留给本市定（不是 by_city(…)）\(hint)")
        }
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

    mutating func source(_ value: Value) -> Plan.Source? {
        guard let fields = self.reader.fields(value, ["issuer", "issued"], required: ["issuer"]) else { return nil }
        let issued = self.reader.text(fields["issued"])
        if let value = fields["issued"], let issued, CivilDay(issued) == nil {
            self.reader.fault(value, "应是日期，例如 2022-06-28，不是 \(issued)")
        }
        return Plan.Source(issuer: self.reader.text(fields["issuer"]) ?? "", issued: issued)
    }
}
