package import struct Foundation.UUID

/// The tenant: one city bureau.
package struct CityID: RawRepresentable, Hashable, Sendable, Codable {
    package var rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }
}

/// A unit's key inside its city; people and interfaces use its label.
package struct UnitID: RawRepresentable, Hashable, Sendable, Codable {
    package var rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }
}

/// A UUIDv7 that says what it names, so that an assignment's identity is never taken for a case's.
package struct Identifier<Kind>: Hashable, Sendable, Codable, RawRepresentable {
    package var rawValue: UUID

    package init(rawValue: UUID) { self.rawValue = rawValue }

    package init(from decoder: any Decoder) throws {
        self.rawValue = try UUID(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try self.rawValue.encode(to: encoder)
    }

    /// The canonical lower-case text, as on the wire and in the database.
    package var text: String { self.rawValue.uuidString.lowercased() }
}

package enum CaseKind {}
package enum LeadKind {}
package enum AssignmentKind {}
package enum FeedbackKindTag {}
package enum SupervisionKind {}
package enum ClockKindTag {}
package enum FilingKind {}
package enum WarningKind {}
package enum TaskKind {}
package enum CommentKind {}
package enum OfficerKind {}
package enum PostKind {}
package enum SessionKind {}
package enum DisputeKind {}
package enum ReferralKindTag {}
package enum ContactKind {}
package enum ExpertKind {}
package enum DutyShiftKind {}
package enum DutyTestKind {}
package enum LiaisonKindTag {}
package enum SupplyKind {}

/// The row identity of a case; the number officers quote (案号) is its `ref`.
package typealias CaseID = Identifier<CaseKind>
package typealias LeadID = Identifier<LeadKind>
package typealias AssignmentID = Identifier<AssignmentKind>
package typealias FeedbackID = Identifier<FeedbackKindTag>
package typealias SupervisionID = Identifier<SupervisionKind>
package typealias ClockID = Identifier<ClockKindTag>
package typealias FilingID = Identifier<FilingKind>
package typealias WarningID = Identifier<WarningKind>
package typealias TaskID = Identifier<TaskKind>
package typealias CommentID = Identifier<CommentKind>
package typealias OfficerID = Identifier<OfficerKind>
package typealias PostID = Identifier<PostKind>
package typealias SessionID = Identifier<SessionKind>
package typealias DisputeID = Identifier<DisputeKind>
package typealias ReferralID = Identifier<ReferralKindTag>
package typealias ContactID = Identifier<ContactKind>
package typealias ExpertID = Identifier<ExpertKind>
package typealias DutyShiftID = Identifier<DutyShiftKind>
package typealias DutyTestID = Identifier<DutyTestKind>
package typealias LiaisonID = Identifier<LiaisonKindTag>
package typealias SupplyID = Identifier<SupplyKind>
