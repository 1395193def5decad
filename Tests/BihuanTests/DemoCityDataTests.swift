import BihuanDomain
import Foundation
import Testing

@testable import bihuan

/// The demo city as it ships in `deploy/demo-city`.
struct DemoCityDataTests {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("deploy/demo-city")
    let files: DemoFiles

    init() throws { self.files = try DemoFiles(Self.folder) }

    @Test func `the city has a bureau, departments with their lines, nine districts and thirty-six stations`() throws {
        let tiers = Dictionary(grouping: self.files.units, by: \.tier).mapValues(\.count)

        #expect(tiers == [.city: 1, .department: 10, .district: 9, .station: 36])

        let rows = try DemoTable(
            Self.folder.appendingPathComponent("units.csv"),
            columns: ["label", "parent", "tier", "name", "line", "division_code"]
        ).rows
        #expect(rows.filter { $0["tier"] == "department" }.allSatisfy { !$0["line"].isEmpty })
        #expect(rows.allSatisfy { $0["division_code"].isEmpty })
    }

    @Test func `every district has the posts that the loop needs, and every station somebody who acts`() {
        func roles(_ unit: String) -> Set<PostRole> {
            Set(self.files.officers.flatMap(\.posts).filter { $0.unit == unit }.map(\.role))
        }

        for unit in self.files.units {
            switch unit.tier {
            case .city: #expect(roles(unit.label) == [.dispatcher, .duty, .reviewer, .leader, .operator])
            case .district: #expect(roles(unit.label) == [.dispatcher, .handler, .reviewer, .leader])
            case .department, .station: #expect(roles(unit.label).contains(.handler))
            }
        }
    }

    @Test func `two hundred cases, each with words of its own`() {
        let cases = self.files.cases

        #expect(cases.count == 200)
        #expect(Set(cases.map(\.content)).count == 200)
        #expect(Set(cases.map(\.category)).count >= 40)
        #expect(cases.allSatisfy { (40...400).contains($0.content.count) && $0.title.count <= 60 })
        // Beginnings and ends are written, not filled in.
        #expect(Set(cases.map { $0.content.prefix(8) }).count >= 195)
        #expect(Set(cases.map { $0.content.suffix(8) }).count >= 195)
    }

    @Test func `levels are as rare as they are grave`() {
        let levels = Dictionary(grouping: self.files.cases, by: \.level).mapValues(\.count)

        #expect((130...150).contains(levels["general"] ?? 0))
        #expect((35...45).contains(levels["sensitive"] ?? 0))
        #expect((12...18).contains(levels["major"] ?? 0))
        #expect((2...4).contains(levels["critical"] ?? 0))
    }

    @Test func `every station and every department has cases`() {
        let owners = Set(self.files.cases.map { $0.station ?? $0.unit })

        #expect(self.files.units.filter { $0.tier == .station }.allSatisfy { owners.contains($0.label) })
        #expect(self.files.units.filter { $0.tier == .department }.allSatisfy { owners.contains($0.label) })
    }

    @Test func `a case lies in the district that it belongs to`() {
        for one in self.files.cases where one.station != nil {
            #expect(one.place.hasPrefix(self.files.unit(one.unit)?.area ?? "?"), "\(one.reference) \(one.place)")
        }
    }

    @Test func `published cases have an outlet and a link that leads nowhere, the others have neither`() {
        for one in self.files.cases {
            let isPublished = ["press", "message-board"].contains(one.channel)
            #expect((one.outlet != nil) == isPublished, "\(one.reference)")
            guard let link = one.link else {
                #expect(!isPublished, "\(one.reference)")
                continue
            }
            let host = URL(string: link)?.host() ?? ""
            #expect(host.hasSuffix(".example.test") || host.hasSuffix(".example.invalid"), "\(one.reference) \(link)")
        }
    }

    @Test func `every category has findings, and all four verdicts occur`() {
        let categories = Set(self.files.findings.map(\.category))

        #expect(Set(self.files.departments.keys).isSubset(of: categories))
        #expect(Set(self.files.findings.map(\.verdict)) == Set(Verdict.allCases))
        #expect(self.files.findings.count >= 60)
    }

    @Test func `every way is made of steps whose posts the rules allow`() {
        for way in self.files.day.ways {
            for step in way.steps {
                guard let post = step.post else { continue }
                #expect(step.deed.verb.roles.contains(post), "\(way.name): \(step.deed.rawValue) by \(post.rawValue)")
            }
        }
    }

    @Test func `a file that names what another does not know is refused with every fault`() throws {
        let copy = FileManager.default.temporaryDirectory.appendingPathComponent("demo-city-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: Self.folder, to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        let cases = copy.appendingPathComponent("cases.csv")
        let text = try String(contentsOf: cases, encoding: .utf8)
            .replacing(",special-equipment,", with: ",nowhere,").replacing(",critical,", with: ",huge,")
        try text.write(to: cases, atomically: true, encoding: .utf8)

        let faults = #expect(throws: DemoFaults.self) { try DemoFiles(copy) }

        #expect(faults?.faults.contains { $0.contains("belongs to no district or department: nowhere") } == true)
        #expect(faults?.faults.contains { $0.contains("is of no known level: huge") } == true)
    }
}
