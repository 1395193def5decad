package import BihuanDomain
import Foundation

/// A plan for programs: what `bihuan plan show --format json` prints.
package struct PlanOutline: Encodable, Sendable {
    let plan: String
    let version: Int?
    let name: String
    let issuer: String
    let issued: String?
    let sha256: String?
    let levels: [LevelItem]
    let warningLevels: [LevelItem]
    let matters: [Named]
    let roles: [RoleItem]
    let bodies: [BodyItem]
    let routing: [RoutingItem]
    let clocks: [ClockItem]
    let forms: [FormItem]
    let chains: [ChainItem]
    /// Who reviews where the matter does not say: `assigner` or `guide`.
    let reviewer: String
    /// How often the same work may be returned.
    let returnLimit: Int
    /// How long after its end a case may be reopened; nil: always.
    let reopenWindow: String?
    let leftToTheCity: [SettingItem]

    struct Named: Encodable, Sendable {
        let key: String
        let name: String
    }

    struct LevelItem: Encodable, Sendable {
        let key: String
        let name: String
        let rank: Int
        let colour: String
    }

    struct RoleItem: Encodable, Sendable {
        let key: String
        let name: String
        let post: String
        let unit: String
    }

    struct BodyItem: Encodable, Sendable {
        let key: String
        let name: String
        let under: String?
        let head: String?
        let deputies: [String]
        let members: [String]
    }

    struct RoutingItem: Encodable, Sendable {
        let appliesTo: Scope
        let lead: String
        let guides: [String]
        let inform: [String]
    }

    struct Scope: Encodable, Sendable {
        let levels: [String]
        /// Nil: all.
        let matters: [String]?
    }

    struct ClockItem: Encodable, Sendable {
        let id: String
        let name: String
        let startsOn: String
        let stopsOn: String
        let appliesTo: Scope
        /// By level.
        let limit: [String: String]
        let repeats: Bool
        let requirement: [String]
    }

    struct FormItem: Encodable, Sendable {
        let id: String
        let act: String
        let name: String
        let fields: [String]
        let requirement: [String]
    }

    struct ChainItem: Encodable, Sendable {
        let id: String
        let name: String
        let forms: [String]
        let appliesTo: Scope
        let steps: [String]
        let sentTo: [String]
        let requirement: [String]
    }

    struct SettingItem: Encodable, Sendable {
        let path: String
        let suggested: String
        /// What the city has set; nil: nothing yet.
        let value: String?
        /// By what cases are handled: what is set, or else what is suggested.
        let effective: String
    }

    /// - Parameter published: nil for a file that is not published.
    package init(_ plan: Plan, version: Int? = nil, sha256: [UInt8]? = nil) {
        func scope(_ levels: Set<String>, _ matters: Set<String>? = nil) -> Scope {
            Scope(levels: plan.levels.map(\.key).filter(levels.contains), matters: matters?.sorted())
        }
        func item(_ level: Level) -> LevelItem {
            LevelItem(key: level.key, name: level.name, rank: level.rank, colour: level.colour.rawValue)
        }
        self.plan = plan.id
        self.version = version
        self.name = plan.name
        self.issuer = plan.source.issuer
        self.issued = plan.source.issued
        self.sha256 = sha256.map { $0.map { String(format: "%02x", $0) }.joined() }
        self.levels = plan.levels.map(item)
        self.warningLevels = plan.warnings?.levels.map(item) ?? []
        self.matters = plan.matters.map { Named(key: $0.key, name: $0.name) }
        self.roles = plan.roles.map {
            RoleItem(key: $0.key, name: $0.name, post: $0.post.rawValue, unit: $0.unit.rawValue)
        }
        self.bodies = plan.bodies.map {
            BodyItem(
                key: $0.key, name: $0.name, under: $0.under, head: $0.head, deputies: $0.deputies, members: $0.members)
        }
        self.routing = plan.routing.map {
            RoutingItem(appliesTo: scope($0.levels, $0.matters), lead: $0.lead, guides: $0.guides, inform: $0.inform)
        }
        self.clocks = plan.clocks.map {
            ClockItem(
                id: $0.id, name: $0.name, startsOn: $0.startsOn.rawValue, stopsOn: $0.stopsOn.text,
                appliesTo: scope($0.levels, $0.matters), limit: $0.limits.mapValues(\.text), repeats: $0.repeats,
                requirement: $0.requirements)
        }
        self.forms = plan.forms.map {
            FormItem(
                id: $0.id, act: $0.act.rawValue, name: $0.name, fields: $0.fields.map(\.key),
                requirement: $0.requirements)
        }
        self.chains = plan.chains.map {
            ChainItem(
                id: $0.id, name: $0.name, forms: $0.forms, appliesTo: scope($0.levels), steps: $0.steps,
                sentTo: $0.sentTo, requirement: $0.requirements)
        }
        self.reviewer = (plan.review?.by ?? .assigner).rawValue
        self.returnLimit = plan.returnLimit
        self.reopenWindow = plan.reopening?.text
        self.leftToTheCity = plan.openSettings.map {
            SettingItem(
                path: $0.path, suggested: $0.suggested, value: $0.value, effective: $0.value ?? $0.suggested)
        }
    }

    package var json: String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        } catch {
            preconditionFailure("JSON cannot hold an outline: \(error)")
        }
    }
}
