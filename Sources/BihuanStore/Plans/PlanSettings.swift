import BihuanDomain
import Crypto
import Foundation
import Postgres

/// What a city has set where its plan leaves it open, by path.
package struct PlanSettings: Sendable, Hashable {
    package var values: [String: String]

    package init(_ values: [String: String] = [:]) {
        self.values = values
    }

    /// As kept in the database.
    ///
    /// - Throws: for anything but texts by path: a value that a city has set must never give way to a suggestion.
    init(_ json: JSON) throws(PlanFaults) {
        do throws(PostgresError) {
            self.values = try json.texts(of: "settings")
        } catch {
            throw PlanFaults([PlanFault(.start, "settings", error.message)])
        }
    }

    var json: JSON { JSON(self.values) }

    /// The suggestions of a plan for all that is not set yet.
    mutating func acceptSuggestions(of plan: Plan) {
        for setting in plan.unsettled { self.values[setting.path] = setting.suggested }
    }

    /// SHA-256 of a plan's text and these values; where nothing is set, of the text alone, as `sha256sum` tells it.
    func hash(with text: String) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Data(text.utf8))
        if !self.values.isEmpty { hash.update(data: Data(self.json.text.utf8)) }
        return Array(hash.finalize())
    }
}
