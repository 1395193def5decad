import BihuanDomain
import Foundation
import Yams

/// The folder of the demo city, read and checked: what one file names stands in the other.
///
/// There is no way to hold one that does not fit together; every fault is reported at once.
struct DemoFiles: Sendable {
    let folder: URL
    let city: DemoCityScript
    let day: DayScript
    let units: [DemoUnit]
    let officers: [DemoOfficer]
    /// Label of the department of each category.
    let departments: [String: String]
    let cases: [DemoCase]
    let findings: [DemoFinding]
    let phrases: [DemoPhrase]

    init(_ folder: URL) throws(DemoFaults) {
        var faults: [String] = []
        func table(_ name: String, _ columns: [String]) -> [DemoTable.Row] {
            do throws(DemoFaults) {
                return try DemoTable(folder.appendingPathComponent(name), columns: columns).rows
            } catch {
                faults += error.faults
                return []
            }
        }
        let units = table("units.csv", ["label", "parent", "tier", "name", "line", "division_code"])
        let officers = table("officers.csv", ["login", "name", "unit", "posts"])
        let categories = table("categories.csv", ["category", "department"])
        let cases = table("cases.csv", Self.caseColumns)
        let findings = table("findings.csv", ["category", "about", "verdict", "findings", "measures", "result"])
        let phrases = table("phrases.csv", ["kind", "for", "text"])
        let city: DemoCityScript? = Self.script("city.yaml", in: folder, &faults)
        let day: DayScript? = Self.script("day.yaml", in: folder, &faults)
        guard faults.isEmpty, let city, let day else { throw DemoFaults(faults) }

        self.folder = folder
        self.city = city
        self.day = day
        self.units = units.compactMap { Self.unit($0, &faults) }
        self.officers = officers.compactMap { Self.officer($0, &faults) }
        self.departments = Dictionary(
            categories.map { ($0["category"], $0["department"]) }, uniquingKeysWith: { first, _ in first })
        self.cases = cases.compactMap { Self.demoCase($0, &faults) }
        self.findings = findings.compactMap { Self.finding($0, &faults) }
        self.phrases = phrases.compactMap { Self.phrase($0, &faults) }
        faults += self.disagreements()
        guard faults.isEmpty else { throw DemoFaults(faults) }
    }

    static let caseColumns = [
        "reference", "channel", "category", "place", "title", "content", "occurred_at_offset", "district", "station",
        "level", "outlet", "link",
    ]

    /// The unit of a label; nil when there is none.
    func unit(_ label: String) -> DemoUnit? { self.units.first { $0.label == label } }

    var root: String { self.units.first { $0.tier == .city }?.label ?? "" }

    // MARK: Rows

    private static func script<Script: Decodable>(
        _ name: String, in folder: URL, _ faults: inout [String]
    ) -> Script? {
        do {
            return try YAMLDecoder().decode(
                Script.self, from: Data(contentsOf: folder.appendingPathComponent(name)))
        } catch {
            faults.append("\(name): \(error)")
            return nil
        }
    }

    private static func unit(_ row: DemoTable.Row, _ faults: inout [String]) -> DemoUnit? {
        guard let tier = Tier(rawValue: row["tier"]) else {
            faults.append("units.csv:\(row.line): \(row["tier"]) is not a tier")
            return nil
        }
        let parent = row["parent"]
        return DemoUnit(label: row["label"], parent: parent.isEmpty ? nil : parent, tier: tier, name: row["name"])
    }

    /// Posts are `role` in the unit of the row or `role@unit`, apart by semicolons.
    private static func officer(_ row: DemoTable.Row, _ faults: inout [String]) -> DemoOfficer? {
        var posts: [DemoOfficer.Post] = []
        for text in row["posts"].split(separator: ";") {
            let parts = text.split(separator: "@", maxSplits: 1)
            guard let role = parts.first.flatMap({ PostRole(rawValue: String($0)) }) else {
                faults.append("officers.csv:\(row.line): \(text) is not a post")
                continue
            }
            posts.append(DemoOfficer.Post(role, in: parts.count == 2 ? String(parts[1]) : row["unit"]))
        }
        if posts.isEmpty { faults.append("officers.csv:\(row.line): has no post") }
        return DemoOfficer(login: row["login"], name: row["name"], posts: posts)
    }

    private static func demoCase(_ row: DemoTable.Row, _ faults: inout [String]) -> DemoCase? {
        guard let minutes = Int(row["occurred_at_offset"]) else {
            faults.append("cases.csv:\(row.line): occurred_at_offset is not a number of minutes")
            return nil
        }
        func optional(_ column: String) -> String? { row[column].isEmpty ? nil : row[column] }
        return DemoCase(
            reference: row["reference"], channel: row["channel"], category: row["category"], place: row["place"],
            title: row["title"], content: row["content"], occurredAt: minutes, unit: row["district"],
            station: optional("station"), level: row["level"], outlet: optional("outlet"), link: optional("link"))
    }

    private static func finding(_ row: DemoTable.Row, _ faults: inout [String]) -> DemoFinding? {
        guard let verdict = Verdict(rawValue: row["verdict"]) else {
            faults.append("findings.csv:\(row.line): \(row["verdict"]) is not a verdict")
            return nil
        }
        return DemoFinding(
            category: row["category"], about: row["about"].split(separator: ";").map(String.init), verdict: verdict,
            findings: row["findings"], measures: row["measures"], result: row["result"])
    }

    private static func phrase(_ row: DemoTable.Row, _ faults: inout [String]) -> DemoPhrase? {
        guard let kind = DemoPhrase.Kind(rawValue: row["kind"]) else {
            faults.append("phrases.csv:\(row.line): \(row["kind"]) is not a kind of phrase")
            return nil
        }
        return DemoPhrase(
            kind: kind, fits: Set(row["for"].split(separator: ";").map(String.init)), text: row["text"])
    }
}
