/// Where a case would go, and why. It is only proposed: the dispatcher decides. (R17, R85, R86)
package struct RoutingProposal: Sendable, Hashable {
    /// Nil: nothing could be proposed; the gaps say why.
    package var lead: Pick?
    package var assists: [Pick] = []
    package var guides: [Pick] = []
    package var informs: [Pick] = []
    /// Who else it may be for: what later rules say, and the units that a doubtful place or line may mean.
    package var alternatives: [Pick] = []
    package var area: Area
    package var line: Line
    /// What kept something from being proposed.
    package var gaps: [Gap] = []

    /// A unit, and what speaks for it.
    package struct Pick: Sendable, Hashable {
        package var unit: UnitID
        package var role: AssignmentRole
        package var because: Ground
        /// Name of the plan's role, e.g. 属地区县局.
        package var roleName: String?
    }

    /// What a unit follows from.
    package enum Ground: Sendable, Hashable {
        /// A rule of the city's own, by its number.
        case city(number: Int, reason: String)
        /// A rule of the plan, counted from 1, with the requirements that it meets.
        case plan(number: Int, requirements: [String])
        /// The plan gives this matter to somebody.
        case matter(String, requirements: [String])
        /// One of the units that the place or the line may mean.
        case mayBeMeant
    }

    /// How sure what was found is.
    package enum Confidence: String, Sendable, Hashable, CaseIterable, Codable {
        /// Nothing speaks for anything else.
        case exact
        /// More speaks for it than for anything else.
        case likely
        /// As much speaks for one as for another.
        case ambiguous
        case none

        package var label: String {
            switch self {
            case .exact: "明确"
            case .likely: "较可能"
            case .ambiguous: "有歧义"
            case .none: "未识别"
            }
        }
    }

    /// A word that was found.
    package struct Match: Sendable, Hashable {
        package var field: RoutingText.Field
        package var word: String
        /// What it may mean: labels of units, or lines.
        package var meanings: [String]
    }

    /// Whose area the place is in.
    package struct Area: Sendable, Hashable {
        package var confidence: Confidence = .none
        /// The units the place may mean; several that are sure are one place with a unit for each line.
        package var units: [UnitID] = []
        package var matches: [Match] = []
    }

    /// Which line of business it is.
    package struct Line: Sendable, Hashable {
        package var confidence: Confidence = .none
        /// The lines that most speaks for.
        package var lines: [String] = []
        package var matches: [Match] = []

        package var line: String? {
            self.confidence == .exact || self.confidence == .likely ? self.lines.first : nil
        }
    }

    /// As it is told to whoever may not know of a recusal: as if no rule spoke of the unit.
    package var withoutRecusals: RoutingProposal {
        var told = self
        for index in told.gaps.indices where told.gaps[index].kind == .recused {
            told.gaps[index] = Gap(kind: .rule, role: told.gaps[index].role, detail: Gap.noRule)
        }
        return told
    }

    /// Why nobody was found for something.
    package struct Gap: Sendable, Hashable {
        package var kind: Kind
        /// For whom nobody was found.
        package var role: AssignmentRole
        package var detail: String

        static let noRule = "没有适用的派单规则"

        package enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
            /// No name of a place was found, or several were.
            case area
            case areaAmbiguous = "area_ambiguous"
            case line
            case lineAmbiguous = "line_ambiguous"
            /// Not graded, and who gets it depends on the level.
            case level
            /// No rule speaks of such a case.
            case rule
            /// The rule's unit is not there, or closed.
            case unit
            /// The unit must not have the case (回避).
            case recused

            package var label: String {
                switch self {
                case .area: "未识别属地"
                case .areaAmbiguous: "属地有歧义"
                case .line: "未识别业务条线"
                case .lineAmbiguous: "业务条线有歧义"
                case .level: "尚未定级"
                case .rule: "没有适用的规则"
                case .unit: "没有这样的单位"
                case .recused: "须回避"
                }
            }
        }
    }
}
