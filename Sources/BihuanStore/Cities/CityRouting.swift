package import BihuanDomain
import Postgres
import Synchronization

/// What a city has said about who gets what: its rules, what its units are called, and words of its lines.
package final class CityRouting: Sendable {
    package let rules: [CityRoutingRule]
    package let aliases: [UnitAlias]
    package let lineWords: [LineWord]
    private let tree: UnitTree
    private let made = Mutex<Router?>(nil)

    init(_ results: ArraySlice<QueryResult>, _ tree: UnitTree) throws(PostgresError) {
        let results = Array(results)
        self.tree = tree
        self.rules = try results[0].rows.map { row throws(PostgresError) in try CityRoutingRule(row) }
        self.aliases = try results[1].rows.map { row throws(PostgresError) in
            UnitAlias(unit: try row.unit("unit_id"), text: try row.get("alias"))
        }
        self.lineWords = try results[2].rows.map { row throws(PostgresError) in
            LineWord(line: try row.get("line"), word: try row.get("word"))
        }
    }

    /// Made when it is first asked for: most of what reads a book routes nothing.
    package var router: Router {
        self.made.withLock { made in
            if let made { return made }
            let router = Router(
                tree: self.tree, rules: self.rules, aliases: self.aliases, lineWords: self.lineWords)
            made = router
            return router
        }
    }

    static func statements(_ city: CityID) -> [SQL] {
        [
            """
            select number, levels, matters, words, line, area_unit, target_unit, target_place, role, reason
              from bihuan.routing_rules
             where city_id = \(city.rawValue)
             order by number
            """,
            "select unit_id, alias from bihuan.unit_aliases where city_id = \(city.rawValue) order by unit_id, alias",
            "select line, word from bihuan.line_words where city_id = \(city.rawValue) order by line, word",
        ]
    }
}

extension CityRoutingRule {
    fileprivate init(_ row: Row) throws(PostgresError) {
        let levels: [String] = try row.get("levels")
        let matters: [String] = try row.get("matters")
        let area: Int? = try row.get("area_unit")
        let unit: Int? = try row.get("target_unit")
        let place: String? = try row.get("target_place")
        self.init(
            number: try row.get("number"), levels: Set(levels), matters: Set(matters), words: try row.get("words"),
            line: try row.get("line"), area: area.map { UnitID(rawValue: $0) },
            // The table lets no row have neither.
            target: unit.map { .unit(UnitID(rawValue: $0)) } ?? .place(place.flatMap(Place.init(rawValue:)) ?? .city),
            role: try row.word("role"), reason: try row.get("reason"))
    }
}

extension RoutingText {
    /// Reads the columns title, content, place, category, level and matter of a case.
    init(_ row: Row) throws(PostgresError) {
        self.init(
            title: try row.get("title"), content: try row.get("content"), place: try row.get("place"),
            category: try row.get("category"), level: try row.get("level"), matter: try row.get("matter"))
    }
}

extension DocketReading {
    /// What the case says.
    static func text(of target: Target, in city: SQL) -> SQL {
        """
        select c.title, c.content, c.place, c.category, c.level, c.matter
          from bihuan.cases c
         where c.city_id = \(city) and c.case_id = \(target.caseID(in: city))
        """
    }
}
