import BihuanDomain

extension DemoFiles {
    /// Everything that one file says and another does not know.
    func disagreements() -> [String] {
        self.unitFaults() + self.officerFaults() + self.caseFaults() + self.textFaults() + self.dayFaults()
    }

    private static func repeated(_ values: [String]) -> [String] {
        Dictionary(grouping: values, by: \.self).filter { $0.value.count > 1 }.keys.sorted()
    }

    private func unitFaults() -> [String] {
        var faults = Self.repeated(self.units.map(\.label)).map { "units.csv: \($0) is there twice" }
        if self.units.filter({ $0.tier == .city }).count != 1 { faults.append("units.csv: must have one city bureau") }
        let tiers = Dictionary(self.units.map { ($0.label, $0.tier) }, uniquingKeysWith: { first, _ in first })
        for unit in self.units {
            let above = unit.parent.flatMap { tiers[$0] }
            let fits =
                switch unit.tier {
                case .city: unit.parent == nil
                case .department, .district: above == .city
                case .station: above == .district
                }
            if !fits { faults.append("units.csv: \(unit.label) cannot stand below \(unit.parent ?? "nothing")") }
        }
        return faults
    }

    private func officerFaults() -> [String] {
        let labels = Set(self.units.map(\.label))
        var faults = Self.repeated(self.officers.map(\.login)).map { "officers.csv: \($0) is there twice" }
        faults += Self.repeated(self.officers.map(\.name)).map { "officers.csv: \($0) is there twice" }
        for officer in self.officers {
            for post in officer.posts where !labels.contains(post.unit) {
                faults.append("officers.csv: \(officer.login) has a post in \(post.unit), which is no unit")
            }
        }
        let logins = Set(self.officers.map(\.login))
        faults += self.city.shown.filter { !logins.contains($0) }.map { "city.yaml: nobody logs in as \($0)" }
        return faults
    }

    private func caseFaults() -> [String] {
        var faults = Self.repeated(self.cases.map(\.reference)).map { "cases.csv: \($0) is there twice" }
        faults += Self.repeated(self.cases.map(\.title)).map { "cases.csv: two cases are called \($0)" }
        for one in self.cases {
            func fault(_ text: String) { faults.append("cases.csv: \(one.reference) \(text)") }
            if self.departments[one.category] == nil { fault("is of no known category: \(one.category)") }
            if self.day.tempo[one.level] == nil { fault("is of no known level: \(one.level)") }
            let tier = self.unit(one.unit)?.tier
            if tier != .district && tier != .department { fault("belongs to no district or department: \(one.unit)") }
            if let station = one.station {
                if self.unit(station)?.parent != one.unit { fault("has a station outside \(one.unit): \(station)") }
            }
            if one.title.isEmpty || one.content.isEmpty || one.place.isEmpty { fault("lacks title, content or place") }
        }
        return faults
    }

    private func textFaults() -> [String] {
        let departments = Set(self.departments.values)
        var faults = departments.filter { self.unit($0)?.tier != .department }
            .map { "categories.csv: \($0) is no department" }
        for finding in self.findings {
            if !finding.category.isEmpty, self.departments[finding.category] == nil {
                faults.append("findings.csv: \(finding.category) is no category")
            }
            if finding.findings.isEmpty || finding.measures.isEmpty || finding.result.isEmpty {
                faults.append("findings.csv: a final feedback lacks findings, measures or result")
            }
        }
        if !self.findings.contains(where: { $0.category.isEmpty && $0.about.isEmpty }) {
            faults.append("findings.csv: nothing fits every case")
        }
        let known = departments.union(self.day.tempo.keys)
        for phrase in self.phrases where !phrase.fits.isSubset(of: known) {
            faults.append("phrases.csv: \(phrase.fits.sorted()) names no department or level")
        }
        for kind in DemoPhrase.Kind.allCases where kind != .gradeReason {
            if !self.phrases.contains(where: { $0.kind == kind && $0.fits.isEmpty }) {
                faults.append("phrases.csv: no \(kind.rawValue) fits every case")
            }
        }
        for level in self.day.tempo.keys.sorted()
        where !self.phrases.contains(where: { $0.kind == .gradeReason && $0.fits.contains(level) }) {
            faults.append("phrases.csv: no grade_reason for \(level)")
        }
        return faults
    }

    private func dayFaults() -> [String] {
        var faults: [String] = []
        let levels = Set(self.day.tempo.keys)
        if self.day.opens >= self.day.closes { faults.append("day.yaml: closes before it opens") }
        if self.day.sweepEvery < 1 { faults.append("day.yaml: sweep_every must be at least 1") }
        if self.day.byHand.every < 1 { faults.append("day.yaml: by_hand.every must be at least 1") }
        if self.day.waves != self.day.waves.sorted() || self.day.waves.first != self.day.opens {
            faults.append("day.yaml: waves must begin with the day and follow each other")
        }
        let drawn = Set(self.day.imported.levels.keys).union(self.day.imported.shallowLevels.keys)
        for level in drawn.subtracting(levels).sorted() {
            faults.append("day.yaml: imported: \(level) has no tempo")
        }
        for route in self.day.imported.routes.keys where DayWay.Route(rawValue: route) == nil {
            faults.append("day.yaml: imported.routes.\(route) is no route")
        }
        for way in self.day.ways {
            for level in way.levels.subtracting(levels).sorted() {
                faults.append("day.yaml: \(way.name) is for \(level), which has no tempo")
            }
            for step in way.steps.flatMap({ [$0] + $0.followedBy }) {
                for level in way.levels.sorted() where step.levels?.contains(level) == false {
                    faults.append("day.yaml: \(way.name): \(step.deed.rawValue) has no delay for \(level)")
                }
                if let again = step.again,
                    !way.levels.isSubset(of: Set(again.times.keys).intersection(again.every.keys))
                {
                    faults.append("day.yaml: \(way.name): \(step.deed.rawValue) is not repeated for every level")
                }
                if (step.deed == .file) != (step.form != nil) {
                    faults.append("day.yaml: \(way.name): form belongs to file, and file needs one")
                }
                if (step.deed == .refer) != (step.fields["to"] != nil) {
                    faults.append("day.yaml: \(way.name): fields.to belongs to refer, and refer needs it")
                }
                if step.by == .department, way.routes.contains(.department) {
                    faults.append("day.yaml: \(way.name): the department guides nobody where it has the case itself")
                }
                if step.deed.isAboutAnOrder, step.about == nil {
                    faults.append("day.yaml: \(way.name): \(step.deed.rawValue) does not say about whose order")
                }
                if step.by == .station || step.about == .station, way.routes != [.station] {
                    faults.append("day.yaml: \(way.name): names a station on a route without one")
                }
            }
        }
        for route in DayWay.Route.allCases {
            for level in levels.sorted() where self.day.ways(route, level).isEmpty {
                faults.append("day.yaml: no way for \(route.rawValue), \(level)")
            }
        }
        return faults
    }
}

extension DayStep.Deed {
    /// The step moves a supervision order.
    var isAboutAnOrder: Bool {
        switch self {
        case .reply, .lift, .uphold, .raise: true
        case .grade, .assign, .receive, .return, .recall, .forward, .interim, .final, .accept, .sendBack, .urge,
            .supervise, .dismiss, .conclude, .reopen, .file, .guide, .comment, .dispute, .arbitrate, .refer,
            .answerReferral:
            false
        }
    }
}
