package import BihuanDomain
package import Foundation
import Postgres

/// A form of the plan as it was filled in.
package struct FilingView: Sendable {
    package let id: FilingID
    package let caseID: CaseID
    package let caseRef: String
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
    private static let filingColumns: StaticString = """
        f.filing_id, f.case_id, c.ref as case_ref, f.act, f.form, f.number, f.unit_id, f.filed_at, f.fields, c.plan_id,
        c.plan_version
        """

    /// What was put on record in a case, in order.
    package func filings(ofCase key: ObjectKey, _ token: String) async throws(DeskError) -> [FilingView] {
        let id = Target.record(key).caseID(in: Self.city)
        let statements: [SQL] = [
            "select c.case_id from bihuan.cases c where c.city_id = \(Self.city) and c.case_id = \(id)",
            """
            select \(raw: Self.filingColumns)
              from bihuan.filings f
              join bihuan.cases c on c.city_id = f.city_id and c.case_id = f.case_id
             where f.city_id = \(Self.city) and f.case_id = \(id)
             order by f.filed_at, f.filing_id
            """,
        ]
        return try await self.ask(token, statements) { answers, asker throws(PostgresError) in
            answers[0].rows.isEmpty
                ? nil : try answers[1].rows.map { row throws(PostgresError) in try Self.filing(row, asker) }
        }.orNotFound()
    }

    package func filing(_ token: String, id: FilingID) async throws(DeskError) -> FilingView {
        let sql: SQL = """
            select \(raw: Self.filingColumns)
              from bihuan.filings f
              join bihuan.cases c on c.city_id = f.city_id and c.case_id = f.case_id
             where f.city_id = \(Self.city) and f.filing_id = \(id.rawValue)
            """
        return try await self.ask(token, [sql]) { answers, asker throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in try Self.filing(row, asker) }
        }.orNotFound()
    }

    private static func filing(_ row: Row, _ asker: Asker) throws(PostgresError) -> FilingView {
        let key = CityBook.PlanKey(id: try row.get("plan_id"), version: try row.get("plan_version"))
        let id: String = try row.get("form")
        let form = asker.book.plans[key]?.form(id)
        let json: JSON = try row.get("fields")
        let values = json.texts
        let known = form?.fields.map(\.key) ?? []
        let keys = known + values.keys.filter { !known.contains($0) }.sorted()
        return FilingView(
            id: try row.identifier("filing_id"), caseID: try row.identifier("case_id"),
            caseRef: try row.get("case_ref"),
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
    /// An object of texts; what is none says nothing.
    var texts: [String: String] {
        (try? JSONDecoder().decode([String: String].self, from: Data(self.text.utf8))) ?? [:]
    }
}
