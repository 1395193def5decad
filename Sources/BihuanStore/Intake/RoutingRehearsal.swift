package import BihuanDomain

/// Routes the rows of a file as if they were cases, and compares with who had them (派单预演). Nothing is taken in.
package struct RoutingRehearsal: Sendable {
    package let router: Router
    package let tree: UnitTree
    package let plan: Plan?

    package init(router: Router, tree: UnitTree, plan: Plan?) {
        self.router = router
        self.tree = tree
        self.plan = plan
    }

    /// What came of a file.
    package struct Report: Sendable {
        package var tally = RoutingTally()
        /// What stands in the column of units and is none of the city's, with how often.
        package var unknownUnits: [String: Int] = [:]
        /// Rows that are damaged, so that nothing of them was read.
        package var damaged = 0
    }

    /// - Parameters:
    ///   - map: how the columns become fields.
    ///   - unitColumn: says who had the case: a unit's label or its name; nil: the file does not say.
    package func run(
        file path: String, map: ImportMap, unitColumn: String?
    ) throws(ImportError) -> Report {
        var source = try FileSource(path: path)
        let encoding = if let own = map.encoding { own } else { try FileSurvey(&source).encoding }
        var csv = CSVReader(try FileSource(path: path), form: CSVForm(delimiter: map.delimiter))
        let decoder = try RecordDecoder(encoding)
        guard let first = try csv.next(), first.fault == nil else { throw .columns(["文件没有列名"]) }
        var header: [String] = []
        for index in 0..<csv.count { header.append(Self.trimmed((try? Self.text(index, csv, decoder)) ?? "")) }
        var faults = map.faults(against: header)
        let column = unitColumn.flatMap { header.firstIndex(of: $0) }
        if let unitColumn, column == nil { faults.append("文件没有列“\(unitColumn)”") }
        guard faults.isEmpty else { throw .columns(faults) }

        let mapper = RowMapper(map, header: header)
        let units = Dictionary(
            self.tree.units.values.flatMap { [($0.label, $0.id), ($0.name, $0.id)] },
            uniquingKeysWith: { first, _ in first })
        let owner = self.tree.root?.id
        var report = Report()
        while let record = try csv.next() {
            guard record.fault == nil, csv.count == header.count,
                let draft = try? mapper.draft({ index throws(RecordDecoder.Fault) in try Self.text(index, csv, decoder)
                })
                .draft
            else {
                report.damaged += 1
                continue
            }
            var handler: UnitID?
            if let column {
                let name = Self.trimmed((try? Self.text(column, csv, decoder)) ?? "")
                handler = units[name]
                if handler == nil { report.unknownUnits[name, default: 0] += 1 }
            }
            let proposal = self.router.proposal(
                for: RoutingText(
                    title: draft.title ?? "", content: draft.content ?? "", place: draft.place,
                    category: draft.category),
                under: self.plan)
            func hop(_ unit: UnitID?) -> UnitID? {
                unit.flatMap { unit in owner.flatMap { self.router.firstHop(to: unit, from: $0) } }
            }
            report.tally.count(proposal, to: hop(proposal.lead?.unit), handledBy: hop(handler))
        }
        return report
    }

    private static func text(
        _ index: Int, _ csv: CSVReader<FileSource>, _ decoder: RecordDecoder
    ) throws(RecordDecoder.Fault) -> String {
        try csv.withField(index) { (bytes, _, isDoubled) throws(RecordDecoder.Fault) -> String in
            try decoder.text(bytes, hasDoubledQuotes: isDoubled)
        }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
