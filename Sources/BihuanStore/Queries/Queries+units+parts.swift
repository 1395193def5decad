package import BihuanDomain
package import Foundation
import Postgres

/// A unit's part in a case: what it must do next and what it has done.
package struct UnitPart: Sendable, Hashable {
    /// The assignment by its ref.
    package let assignment: String
    package let unit: UnitTag
    /// The role of the assignment; `review` for the unit that reviews it.
    package let role: String
    package let state: AssignmentState
    /// Nil: nothing.
    package let actionRequired: [Verb]?
    package let doneAt: Date?
}

extension CaseDetail {
    /// Every unit that has a part in the case, as far as the asker sees them.
    package var units: [UnitPart] {
        self.assignments.flatMap { hop in
            let own = UnitPart(
                assignment: hop.ref, unit: hop.to, role: hop.role.rawValue, state: hop.state,
                actionRequired: hop.duties.isEmpty ? nil : hop.duties, doneAt: hop.closedAt)
            guard !hop.reviewDuties.isEmpty else { return [own] }
            return [
                own,
                UnitPart(
                    assignment: hop.ref, unit: hop.reviewer, role: "review", state: hop.state,
                    actionRequired: hop.reviewDuties, doneAt: nil),
            ]
        }
    }
}

/// What a guide said of an assignment.
package struct CommentView: Sendable {
    package let id: CommentID
    package let assignment: String
    package let number: Int
    package let unit: UnitTag
    /// Name of the officer.
    package let officer: String
    package let text: String
    package let commentedAt: Date
    package let offset: UTCOffset
}

/// A task of an assignment.
package struct TaskView: Sendable {
    package let id: TaskID
    /// `A-000412-T2`.
    package let ref: String
    package let assignment: String
    package let caseRef: String
    package let isDrill: Bool
    package let number: Int
    package let text: String
    /// The unit that is to do it.
    package let owner: UnitTag
    /// Name of the officer who is to do it.
    package let officer: String?
    package let state: TaskState
    package let dueAt: Date?
    /// Open beyond its time.
    package let isOverdue: Bool
    package let addedAt: Date
    package let endedAt: Date?
    package let evidence: String?
    package let dropReason: String?
    package let allowed: [Verb]
    package let offset: UTCOffset
}

extension Queries {
    /// Columns of what a feedback answers besides, in the order of the form; row security leaves out what is not for the asker.
    static let answers: StaticString = """
        array(select w.key from bihuan.feedback_answers w
               where w.city_id = f.city_id and w.feedback_id = f.feedback_id order by w.number) as answer_keys,
        array(select w.question from bihuan.feedback_answers w
               where w.city_id = f.city_id and w.feedback_id = f.feedback_id order by w.number) as answer_questions,
        array(select w."value" from bihuan.feedback_answers w
               where w.city_id = f.city_id and w.feedback_id = f.feedback_id order by w.number) as answer_values,
        array(select case when w.is_restricted then 'yes' else 'no' end from bihuan.feedback_answers w
               where w.city_id = f.city_id and w.feedback_id = f.feedback_id order by w.number) as answer_restricted
        """

    /// What guides said of an assignment, first to last.
    package func comments(of key: ObjectKey, _ token: String) async throws(DeskError) -> [CommentView] {
        let condition = Self.names(key)
        return try await self.ask(
            token,
            [
                "select from bihuan.assignments a where a.city_id = \(Self.city) and \(condition)",
                """
                select m.comment_id, a.ref, m.number, m.unit_id, o.name, m."text", m.commented_at
                  from bihuan.assignments a
                  join bihuan.comments m on m.city_id = a.city_id and m.assignment_id = a.assignment_id
                  join bihuan.officers o on o.city_id = m.city_id and o.officer_id = m.officer_id
                 where a.city_id = \(Self.city) and \(condition)
                 order by m.number
                """,
                Self.note("comments", of: .assignment(key)),
            ]
        ) { answers, asker throws(PostgresError) -> [CommentView]? in
            guard answers[0].affected == 1 else { return nil }
            return try answers[1].rows.map { row throws(PostgresError) in try CommentView(row, asker) }
        }.orNotFound()
    }

    /// The tasks of an assignment, first to last.
    package func tasks(of key: ObjectKey, _ token: String) async throws(DeskError) -> [TaskView] {
        let condition = Self.names(key)
        return try await self.ask(
            token,
            [
                "select from bihuan.assignments a where a.city_id = \(Self.city) and \(condition)",
                Self.tasks(condition), Self.note("tasks", of: .assignment(key)),
            ]
        ) { answers, asker throws(PostgresError) -> [TaskView]? in
            guard answers[0].affected == 1 else { return nil }
            return try answers[1].rows.map { row throws(PostgresError) in try TaskView(row, asker) }
        }.orNotFound()
    }

    /// A unit below that is to do one sees the task, not the assignment that it is of.
    package func task(_ token: String, id: TaskID) async throws(DeskError) -> TaskView {
        try await self.ask(
            token, [Self.tasks("t.task_id = \(id.rawValue)"), Self.note("task", of: .task(id.rawValue))]
        ) { answers, asker throws(PostgresError) in
            try answers[0].rows.first.map { row throws(PostgresError) in try TaskView(row, asker) }
        }.orNotFound()
    }

    /// Open tasks that the asker's unit has set or is to do, the first due first; at most 500.
    package func openTasks(_ token: String) async throws(DeskError) -> [TaskView] {
        try await self.ask(
            token,
            [
                Self.tasks(
                    "t.state = 'open' and (t.unit_id = \(Self.unit) or t.owner_unit = \(Self.unit))",
                    order: "t.due_at, t.added_at, t.task_id limit 500")
            ]
        ) { answers, asker throws(PostgresError) in
            try answers[0].rows.map { row throws(PostgresError) in try TaskView(row, asker) }
        }
    }

    private static func names(_ key: ObjectKey) -> SQL {
        switch key {
        case .id(let id): "a.assignment_id = \(id)"
        case .ref(let ref): "a.ref = \(ref)"
        }
    }

    private static func tasks(_ condition: SQL, order: SQL = "t.number") -> SQL {
        """
        select t.task_id, a.ref as assignment_ref, c.ref as case_ref, c.state as case_state, c.is_drill, t.number, t."text", t.unit_id,
               t.owner_unit, o.name as officer_name, t.state, t.due_at,
               t.state = 'open' and t.due_at < (select bihuan.now()) as is_overdue, t.added_at, t.ended_at, t.evidence,
               t.drop_reason
          from bihuan.tasks t
          join bihuan.cases c on c.city_id = t.city_id and c.case_id = t.case_id
          left join bihuan.assignments a on a.city_id = t.city_id and a.assignment_id = t.assignment_id
          left join bihuan.officers o on o.city_id = t.city_id and o.officer_id = t.officer_id
         where t.city_id = \(Self.city) and \(condition)
         order by \(order)
        """
    }
}

extension CommentView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        self.id = try row.identifier("comment_id")
        self.assignment = try row.get("ref")
        self.number = try row.get("number")
        self.unit = asker.tag(try row.unit("unit_id"))
        self.officer = try row.get("name")
        self.text = try row.get("text")
        self.commentedAt = try row.get("commented_at")
        self.offset = asker.book.offset
    }
}

extension TaskView {
    init(_ row: Row, _ asker: Queries.Asker) throws(PostgresError) {
        let assignment: String? = try row.get("assignment_ref")
        let isOverdue: Bool? = try row.get("is_overdue")
        self.id = try row.identifier("task_id")
        self.assignment = assignment ?? ""
        self.caseRef = try row.get("case_ref")
        self.isDrill = try row.get("is_drill")
        let number: Int = try row.get("number")
        self.number = number
        self.ref = assignment.map { TaskRecord.ref(number, of: $0) } ?? self.id.text
        self.text = try row.get("text")
        let owner = try row.unit("owner_unit")
        self.owner = asker.tag(owner)
        self.officer = try row.get("officer_name")
        self.state = try row.word("state")
        self.dueAt = try row.get("due_at")
        self.isOverdue = isOverdue ?? false
        self.addedAt = try row.get("added_at")
        self.endedAt = try row.get("ended_at")
        self.evidence = try row.get("evidence")
        self.dropReason = try row.get("drop_reason")
        self.allowed = Permission.allowed(
            on: .init(
                state: self.state, unit: try row.unit("unit_id"), owner: owner,
                isFrozen: try row.get("case_state", as: String.self) == CaseState.merged.rawValue),
            to: asker.identity)
        self.offset = asker.book.offset
    }
}

extension FeedbackAnswer {
    static func all(_ row: Row) throws(PostgresError) -> [FeedbackAnswer] {
        let keys: [String] = try row.get("answer_keys")
        let questions: [String] = try row.get("answer_questions")
        let values: [String] = try row.get("answer_values")
        let restricted: [String] = try row.get("answer_restricted")
        return keys.indices.map { index in
            FeedbackAnswer(
                key: keys[index], question: questions[index], value: values[index],
                isRestricted: restricted[index] == "yes")
        }
    }
}
