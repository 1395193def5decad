import BihuanDomain
import BihuanStore
import Foundation
import Testing

/// What `bihuan plan show --format json` tells programs of a plan.
struct PlanOutlineTests {
    /// The outline as a program reads it.
    private struct Read: Decodable {
        struct Level: Decodable, Equatable {
            var key, name, colour: String
            var rank: Int
        }

        struct Scope: Decodable, Equatable {
            var levels: [String]
            var matters: [String]?
        }

        struct Clock: Decodable {
            var id, name, startsOn, stopsOn: String
            var limit: [String: String]
            var appliesTo: Scope
            var repeats: Bool
            var requirement: [String]
        }

        struct Chain: Decodable {
            var id, name: String
            var forms, steps, sentTo, requirement: [String]
            var appliesTo: Scope
        }

        struct Setting: Decodable {
            var path, suggested, effective: String
            var value: String?
        }

        var plan, name, issuer, reviewer: String
        var version: Int?
        var issued, sha256: String?
        var levels, warningLevels: [Level]
        var clocks: [Clock]
        var chains: [Chain]
        var leftToTheCity: [Setting]
    }

    private static func read(_ outline: PlanOutline) throws -> Read {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Read.self, from: Data(outline.json.utf8))
    }

    @Test(arguments: PlanFileTests.names)
    func `levels, clocks and chains of every plan are in it as the plan has them`(name: String) throws {
        let plan = try PlanFileTests.plan(name)
        let read = try Self.read(PlanOutline(plan))

        #expect(read.plan == plan.id && read.version == nil && read.sha256 == nil)
        #expect(
            read.levels.map(\.key) == plan.levels.map(\.key) && read.levels.map(\.rank) == Array(1...plan.levels.count))
        #expect(read.levels.map(\.colour) == plan.levels.map(\.colour.rawValue))
        #expect(read.warningLevels.map(\.key) == plan.warnings?.levels.map(\.key) ?? [])
        #expect(read.clocks.map(\.id) == plan.clocks.map(\.id))
        for (clock, rule) in zip(read.clocks, plan.clocks) {
            #expect(clock.startsOn == rule.startsOn.rawValue && clock.stopsOn == rule.stopsOn.text)
            #expect(clock.limit == rule.limits.mapValues(\.text) && clock.repeats == rule.repeats)
            #expect(clock.requirement == rule.requirements && clock.name == rule.name)
            #expect(Set(clock.appliesTo.levels) == Set(rule.limits.keys) || rule.stopsOn.kind == .respond)
            #expect(clock.appliesTo.matters.map(Set.init) == rule.matters)
        }
        #expect(read.chains.map(\.steps) == plan.chains.map(\.steps) && read.chains.map(\.id) == plan.chains.map(\.id))
        #expect(read.chains.map(\.sentTo) == plan.chains.map(\.sentTo))
        #expect(read.leftToTheCity.map(\.path) == plan.openSettings.map(\.path))
    }

    @Test func `Harbin's gravest clocks and its chain of statements, by name`() throws {
        let set = ["clocks.press_conference.starts_on": "registered"]
        let text = try PlanFileTests.text("001-harbin")
        let read = try Self.read(PlanOutline(try PlanFile.plan(text, values: set), version: 3, sha256: [0x0A, 0xFF]))

        #expect(read.version == 3 && read.sha256 == "0aff" && read.issued == "2022-06-28" && read.reviewer == "guide")
        #expect(read.levels.map(\.name) == ["一般", "敏感", "重大", "特别重大"])
        let release = try #require(read.clocks.first { $0.id == "authoritative_information" })
        #expect(release.startsOn == "graded" && release.stopsOn == "publish.authoritative_information")
        #expect(
            release.limit == ["critical": "PT4H"] && release.appliesTo == .init(levels: ["critical"], matters: nil))
        #expect(release.requirement == ["R20"] && !release.repeats)
        #expect(read.clocks.first { $0.id == "press_conference" }?.startsOn == "registered")
        let interim = try #require(read.clocks.first { $0.id == "interim" })
        #expect(interim.repeats && interim.appliesTo.levels == ["major", "critical"])
        let chain = try #require(read.chains.first { $0.id == "statement" })
        #expect(chain.steps == ["section", "office", "deputy", "chief"])
        #expect(chain.forms == ["authoritative_information", "press_conference"] && chain.appliesTo.levels.count == 4)
        let setting = try #require(read.leftToTheCity.first { $0.path == "clocks.press_conference.starts_on" })
        #expect((setting.suggested, setting.value, setting.effective) == ("graded", "registered", "registered"))
    }

    @Test func `a clock for some matters names them`() throws {
        let read = try Self.read(PlanOutline(try PlanFileTests.plan("004-5-archives")))

        #expect(read.clocks.first { $0.id == "opinion" }?.appliesTo.matters == ["question"])
        #expect(read.clocks.first { $0.id == "opinion" }?.limit == ["ungraded": "EOD"])
        #expect(read.reviewer == "assigner")
    }
}
