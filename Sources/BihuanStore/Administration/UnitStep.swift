package import BihuanDomain
import Postgres

/// A change of the unit tree.
package enum UnitStep: Sendable, Hashable, Encodable {
    case open(UnitDraft)
    case rename(String, to: String)
    case move(String, under: String)
    /// The first goes into the second.
    case merge(String, into: String, posts: PostsOfClosedUnit)
    /// Without a successor it must be idle.
    case close(String, successor: String?, posts: PostsOfClosedUnit)
    /// A new unit beside the first, with some of those below it and its work in some cases, by ref.
    case split(String, into: UnitDraft, taking: [String], cases: [String])
    /// What stands with the first, in the cases named by ref or in all, stands with the second.
    case handOver(String, to: String, cases: [String]?)

    /// The unit to be told of when it is done.
    package var label: String {
        switch self {
        case .open(let draft): draft.label
        case .rename(let label, _), .move(let label, _), .merge(let label, _, _), .close(let label, _, _),
            .handOver(let label, _, _):
            label
        case .split(_, let draft, _, _): draft.label
        }
    }

    /// How many cases are handed over in one go, so that no command waits long for one of them.
    static let batchSize = 2_000

    /// A batch of the work to hand over before the last step; answers how many cases it was, and is asked again until none
    /// is left but what a command was at. Cases that are named are no batch: they go all at once, or none.
    func batch(reason: String) -> SQL? {
        switch self {
        case .merge(let from, let to, let posts), .close(let from, let to?, let posts):
            """
            select bihuan.hand_over_work(\(from), \(to), null, \(Int32(Self.batchSize)), \(reason), true,
                                         \(posts.rawValue)) as n
            """
        case .handOver(let from, let to, nil):
            "select bihuan.hand_over_work(\(from), \(to), null, \(Int32(Self.batchSize)), \(reason)) as n"
        case .open, .rename, .move, .close, .split, .handOver: nil
        }
    }

    /// Brings one of the units below over before the last step; answers how many that were, and is asked again until none is
    /// left.
    func unitBatch(reason: String) -> SQL? {
        switch self {
        case .merge(let from, let to, let posts), .close(let from, let to?, let posts):
            "select bihuan.bring_over_unit(\(from), \(to), \(posts.rawValue), \(reason)) as n"
        case .open, .rename, .move, .close, .split, .handOver: nil
        }
    }

    /// Whether the last step answers in how many cases something was handed over, as `n`.
    var countsInLast: Bool {
        guard case .handOver(_, _, _?) = self else { return false }
        return true
    }

    /// The last step; nil where the batches were all.
    func last(reason: String) -> SQL? {
        switch self {
        case .open(let unit):
            """
            select bihuan.open_unit(\(unit.label), \(unit.parent), \(unit.tier), \(unit.name), \(unit.line),
                                    \(unit.divisionCode), \(reason))
            """
        case .rename(let label, let name): "select bihuan.rename_unit(\(label), \(name), \(reason))"
        case .move(let label, let parent): "select bihuan.move_unit(\(label), \(parent), \(reason))"
        case .merge(let label, let other, let posts):
            "select bihuan.close_unit(\(label), \(other), \(posts.rawValue), 'merged', \(reason))"
        case .close(let label, let other, let posts):
            "select bihuan.close_unit(\(label), \(other), \(posts.rawValue), 'closed', \(reason))"
        case .split(let label, let unit, let units, let cases):
            """
            select bihuan.split_unit(\(label), \(unit.label), \(unit.name), \(unit.line), \(units)::text[],
                                     \(cases)::text[], \(reason))
            """
        case .handOver(let from, let to, let cases?):
            "select bihuan.hand_over_work(\(from), \(to), \(cases)::text[], null, \(reason)) as n"
        case .handOver: nil
        }
    }

    /// Refuses what no city could take, before the database is asked.
    func check() throws(OrganisationFault) {
        let draft: UnitDraft
        switch self {
        case .open(let unit):
            draft = unit
            guard let tier = Tier(rawValue: unit.tier), tier != .city else {
                throw OrganisationFault(.badTier, field: "tier")
            }
        case .split(_, let unit, _, _): draft = unit
        case .handOver(_, _, let cases):
            if cases?.isEmpty == true { throw OrganisationFault(.noneNamed, field: "cases") }
            return
        case .rename, .move, .merge, .close: return
        }
        let label = Array(draft.label.utf8)
        guard let first = label.first, (97...122).contains(first), label.count <= 63,
            label.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 })
        else { throw OrganisationFault(.badLabel, field: "label", subject: draft.label) }
    }
}

/// A change of an officer, or of the posts that an officer holds.
package enum OfficerStep: Sendable, Hashable, Encodable {
    case add(login: String, name: String, password: String, unit: String, role: PostRole)
    case lock(String)
    case unlock(String)
    case reset(String, password: String)
    case post(String, PostDraft)
    case endPost(String, unit: String, role: PostRole)

    /// As an idempotency key may remember it: a plain hash of a password would tell it to anyone who tries them all.
    var withoutPassword: OfficerStep {
        switch self {
        case .add(let login, let name, _, let unit, let role):
            .add(login: login, name: name, password: "", unit: unit, role: role)
        case .reset(let login, _): .reset(login, password: "")
        case .lock, .unlock, .post, .endPost: self
        }
    }
}
