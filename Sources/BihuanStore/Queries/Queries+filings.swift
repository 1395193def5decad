package import BihuanDomain
package import Foundation
import Postgres

/// A form of the plan as it was filled in.
package struct FilingView: Sendable {
    package let id: FilingID
    package let caseID: CaseID
    package let caseRef: String
    package let isDrill: Bool
    package let act: PlanAct.Kind
    /// The form's id, and what the plan calls it.
    package let form: String
    package let name: String
    package let number: Int
    package let unit: UnitTag
    package let filedAt: Date
    /// In the form's order.
    package let fields: [Field]
    package let offset: UTCOffset

    package struct Field: Sendable, Hashable {
        package let key: String
        package let name: String
        package let value: String
    }
}

extension Queries {
    static func filings(_ condition: SQL) -> SQL {
        """
        select f.filing_id, f.case_id, c.ref as case_ref, c.is_drill, f.act, f.form, f.number, f.unit_id, f.filed_at,
               f.fields, c.plan_id, c.plan_version
          from bihuan.filings f
          join bihuan.cases c on c.city_id = f.city_id and c.case_id = f.case_id
         where f.city_id = \(Self.city) and \(condition)
         order by f.filed_at, f.filing_id
        """
    }

    /// What was put on record in a case, in order.
    package func filings(ofCase key: ObjectKey, _ token: String) async throws(DeskError) -> [FilingView] {
        try await self.ofCase(key, token, Self.filings("f.case_id = \(Target.record(key).caseID(in: Self.city))")) {
            row, asker throws(PostgresError) in try FilingView(row, asker)
        }
    }

    package func filing(_ token: String, id: FilingID) async throws(DeskError) -> FilingView {
        let record: SQL = """
            (select f.case_id from bihuan.filings f where f.city_id = \(Self.city) and f.filing_id = \(id.rawValue))
            """
        let statements = [Self.filings("f.filing_id = \(id.rawValue)"), Self.note("filing", ofCase: record)]
        return try await self.ask(token, statements) { answers, asker throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in try FilingView(row, asker) }
        }.orNotFound()
    }

    /// What belongs to a case and is no page: all of it.
    ///
    /// - Throws: `.notFound` for a case that is hidden or not there.
    func ofCase<Item: Sendable>(
        _ key: ObjectKey, _ token: String, _ statement: SQL,
        _ item: @escaping @Sendable (Row, Asker) throws(PostgresError) -> Item
    ) async throws(DeskError) -> [Item] {
        let id = Target.record(key).caseID(in: Self.city)
        let statements: [SQL] = [
            "select c.case_id from bihuan.cases c where c.city_id = \(Self.city) and c.case_id = \(id)",
            statement,
            Self.note("case", of: .record(key)),
        ]
        return try await self.ask(token, statements) { answers, asker throws(PostgresError) -> [Item]? in
            if answers[0].rows.isEmpty { return nil }
            return try answers[1].rows.map { row throws(PostgresError) in try item(row, asker) }
        }.orNotFound()
    }
}

extension FilingView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        let key = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
        let id: String = try row.get("form")
        let form = asker.book.plans[key]?.form(id)
        let json: JSON = try row.get("fields")
        let values = try json.texts(of: "fields")
        let known = form?.fields.map(\.key) ?? []
        let keys = known + values.keys.filter { !known.contains($0) }.sorted()
        self.init(
            id: try row.identifier("filing_id"), caseID: try row.identifier("case_id"),
            caseRef: try row.get("case_ref"), isDrill: try row.get("is_drill"),
            act: try row.word("act"), form: id, name: form?.name ?? id, number: try row.get("number"),
            unit: asker.tag(try row.unit("unit_id")), filedAt: try row.get("filed_at"),
            fields: keys.compactMap { key in
                values[key].map { value in
                    .init(key: key, name: form?.fields.first { $0.key == key }?.name ?? key, value: value)
                }
            },
            offset: asker.book.offset)
    }
}

extension JSON {
    /// An object of texts, and nothing else.
    func texts(of column: String) throws(PostgresError) -> [String: String] { try self.value(of: column) }

    func value<Value: Decodable>(
        of column: String, _ type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(self.text.utf8))
        } catch {
            throw PostgresError(.decoding, "\(column) does not hold what is expected there: \(error)", column: column)
        }
    }
}
