package import struct Foundation.Date

/// That a case is merged (并案): into which other, when, and where it stood.
package struct Merger: Sendable, Hashable {
    /// The case that goes on.
    package var into: CaseID
    /// What an un-merge brings back.
    package var before: CaseState
    package var at: Date

    package init(into: CaseID, before: CaseState, at: Date) {
        self.into = into
        self.before = before
        self.at = at
    }
}

/// A case that was merged into the one a step is about, directly or by way of another.
package struct MergedCase: Sendable, Hashable {
    package var id: CaseID
    package var ref: String
    package var secrecy: Int
    /// Units that are kept out of it, without those below them.
    package var recused: [UnitID]
    /// The number of its last event.
    package var version: Int

    package init(id: CaseID, ref: String, secrecy: Int, recused: [UnitID], version: Int) {
        self.id = id
        self.ref = ref
        self.secrecy = secrecy
        self.recused = recused
        self.version = version
    }
}

/// What a step on the case that goes on does to one that was merged into it: it is shut as that one is.
package struct CarriedSeal: Sendable {
    /// As it stands afterwards.
    package var record: MergedCase
    /// Nil: it stays.
    package var secrecy: Int?
    package var recusal: (unit: UnitID, reason: String)?
    package var event: EventDraft
}

/// A lead as a step about it needs it.
package struct LeadStanding: Sendable, Hashable {
    package var id: LeadID
    /// The case it belongs to; nil: none.
    package var record: CaseID?
    package var isDrill: Bool
    /// How many leads the step's case has that came to it the same way: as its own, or with one and the same merged case.
    package var count: Int

    package init(id: LeadID, record: CaseID?, isDrill: Bool, count: Int) {
        self.id = id
        self.record = record
        self.isDrill = isDrill
        self.count = count
    }
}

/// Leads that go from one case to another, to none, or from none.
package enum LeadMove: Sendable, Hashable {
    case attach(LeadID, to: CaseID, reason: String)
    case detach(LeadID, from: CaseID, reason: String)
    /// Every lead of a case goes along into the other.
    case merge(from: CaseID, into: CaseID, reason: String)
    /// Those that came along at that time go back, unless they were moved since.
    case unmerge(from: CaseID, to: CaseID, since: Date, reason: String)
}

extension CaseCommand {
    /// The other case a step is about, to be locked together with its own.
    package enum Counterpart: Sendable, Hashable {
        /// By id or ref.
        case named(String)
        /// The one it is merged into.
        case survivor
    }

    package var counterpart: Counterpart? {
        switch self {
        case .merge(let into, _): .named(into)
        case .unmerge: .survivor
        default: nil
        }
    }
}

extension Docket {
    /// The lead that the next step is about, where it comes in with that step.
    package mutating func takeUp(_ lead: LeadStanding) { self.lead = lead }

    /// Takes a step that is about two cases.
    ///
    /// - Parameter other: the case that goes on; nil where it is hidden or not there.
    /// - Returns: what to write of either; a refused step leaves both unchanged.
    package mutating func perform(
        _ command: CaseCommand, with other: inout Docket?, by authority: Authority, at now: Date,
        mint: inout UUIDv7Mint
    ) throws(Refusal) -> (own: Changes, other: Changes?) {
        try command.check()
        var own = DocketStep(self, by: authority, at: now, numbers: .none, mint: mint)
        own.changes.subject = command.subject
        var survivor = other.map { DocketStep($0, by: authority, at: now, numbers: .none, mint: mint) }
        switch command {
        case .merge(_, let reason): try own.merge(into: &survivor, reason)
        case .unmerge(let reason): try own.unmerge(from: &survivor, reason)
        default: throw .notFound
        }
        if self.record.isDrill {
            own.noteUnsent()
            survivor?.noteUnsent()
        }
        self = own.docket
        own.changes.record = self.record
        if let survivor {
            other = survivor.docket
            mint = survivor.mint
        }
        var changes = survivor?.changes
        if let record = survivor?.docket.record { changes?.record = record }
        return (own.changes, changes)
    }
}
