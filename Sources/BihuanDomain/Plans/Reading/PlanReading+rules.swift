/// Warnings, notices, sensitive periods, drills.
extension PlanReading {
    mutating func warningRules(_ value: Value) -> WarningRules {
        var rules = WarningRules(proposedBy: nil, issuedBy: [:], fanOut: [:], colours: [], requirements: [])
        guard
            let fields = self.reader.fields(
                value, ["proposed_by", "issued_by", "fan_out", "colours", "requirement"],
                required: ["issued_by", "fan_out"])
        else { return rules }
        let levels = self.names.warningLevels
        rules.proposedBy = self.role(fields["proposed_by"])
        if let value = fields["issued_by"] {
            for (level, _, value) in self.reader.byLevel(value, levels, required: levels) {
                guard let role = self.role(value) else { continue }
                // The owner of the case issues it, and a case is the city's.
                if self.names.placeOfRole[role] != .city {
                    self.reader.fault(value, "预警由本机关发布，\(role) 的 unit 须为 city（采用本预案的机关自己）")
                }
                rules.issuedBy[level] = role
            }
        }
        if let value = fields["fan_out"] {
            for (level, _, value) in self.reader.byLevel(value, levels, required: levels) {
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
            // What happens is measured as cases are.
            func level(_ reading: inout Self, _ value: Value?, of levels: [String]) -> String? {
                guard let value, let text = reading.reader.text(value) else { return nil }
                guard levels.contains(text) else {
                    reading.reader.unknown("等级", text, levels, value)
                    return nil
                }
                return text
            }
            let rule = WarningRules.ColourRule(
                level: level(&self, fields["level"], of: levels) ?? "",
                happened: level(&self, fields["happened"], of: self.names.levels),
                possible: level(&self, fields["possible"], of: self.names.levels),
                elsewhere: level(&self, fields["elsewhere"], of: self.names.levels))
            if fields["happened"] == nil, fields["possible"] == nil, fields["elsewhere"] == nil {
                self.reader.fault(item, "要写 happened（已发生）、possible（可能发生）或 elsewhere（外地已发生）之一")
            }
            rules.colours.append(rule)
        }
        rules.requirements = self.reader.requirements(fields["requirement"])
        return rules
    }

    mutating func notices(_ value: Value?) -> [OutsideNotice] {
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

    mutating func sensitivePeriods(_ value: Value, hasWarnings: Bool) -> SensitivePeriodRule? {
        guard let fields = self.reader.fields(value, ["raise_by", "scheme", "requirement"], required: ["raise_by"])
        else { return nil }
        let scheme: SensitivePeriodRule.Scheme = self.reader.word(fields["scheme"]) ?? .record
        if scheme == .warning, !hasWarnings, let value = fields["scheme"] {
            self.reader.fault(value, "预案没有预警的等级（schemes.warning）")
        }
        return SensitivePeriodRule(
            raiseBy: self.reader.integer(fields["raise_by"], 1...3) ?? 1, scheme: scheme,
            requirements: self.reader.requirements(fields["requirement"]))
    }

    mutating func drills(_ value: Value) -> DrillRule? {
        guard let fields = self.reader.fields(value, ["series", "covers", "requirement"], required: ["series"]) else {
            return nil
        }
        let series = self.reader.text(fields["series"]) ?? ""
        if let value = fields["series"],
            !(2...6).contains(series.utf8.count)
                || !series.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        {
            self.reader.fault(value, "应是 2 至 6 个大写字母，例如 DRL，不是 \(series)")
        }
        return DrillRule(
            series: series, covers: self.reader.texts(fields["covers"]).map(\.text),
            requirements: self.reader.requirements(fields["requirement"]))
    }
}
