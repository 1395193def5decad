import BihuanDomain
import BihuanStore

import struct Foundation.UUID

/// Several units on one case: their parts, what guides say, tasks.
extension LineDispatcher {
    func listTasks(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let tasks = try await self.store.queries.openTasks(logIn.token)
        let table = self.table(
            ["ref", "case", "drill", "unit", "officer", "due", "overdue", "text"], command, logIn, session)
        let rows = tasks.map { task in
            table.row([
                .text(task.ref), .text(task.caseRef), Cell(drill: task.isDrill), .text(task.owner.label),
                Cell(task.officer), Cell(task.dueAt), .flag(task.isOverdue), .text(task.text),
            ])
        }
        return session.block(Phrase(zh: "任务如下", en: "tasks follow"), .lines(table.header + rows))
    }

    /// A task by its ref (`A-000412-T2`) or its id.
    func task(_ command: LineCommand, _ logIn: LineSession.LogIn) async throws(DeskError) -> UUID {
        let ref = command["task"] ?? ""
        if let id = UUID(uuidString: ref) { return id }
        let parts = ref.split(separator: "-")
        guard parts.count > 1, let last = parts.last, last.hasPrefix("T"), let number = Int(last.dropFirst()) else {
            throw .notFound
        }
        let tasks = try await self.store.queries.tasks(
            of: ObjectKey(parts.dropLast().joined(separator: "-")), logIn.token)
        guard let task = tasks.first(where: { $0.number == number }) else { throw .notFound }
        return task.id.rawValue
    }
}

extension Record {
    init(_ part: UnitPart) {
        self.init()
        self.add("ref", .text(part.assignment))
        self.add("unit", .text(part.unit.label))
        self.add("role", .text(part.role))
        self.add("state", .text(part.state.rawValue))
        self.add(
            "action_required", Cell(part.actionRequired?.map { LineVerb(step: $0).rawValue }.joined(separator: ", ")))
        self.add("done", Cell(part.doneAt))
    }

    init(_ comment: CommentView) {
        self.init()
        self.add("number", .integer(comment.number))
        self.add("unit", .text(comment.unit.label))
        self.add("officer", .text(comment.officer))
        self.add("at", .time(comment.commentedAt))
        self.add("text", text: comment.text)
    }

    init(_ task: TaskView) {
        self.init()
        self.add("ref", .text(task.ref))
        self.add("state", .text(task.state.rawValue))
        self.add("unit", .text(task.owner.label))
        self.add("officer", Cell(task.officer))
        self.add("due", Cell(task.dueAt))
        self.add("overdue", .flag(task.isOverdue))
        self.add("ended", Cell(task.endedAt))
        self.add("next", .words(task.allowed.map { LineVerb(step: $0).rawValue }))
        self.add("text", text: task.text)
        self.add("evidence", text: task.evidence ?? "")
        self.add("drop_reason", text: task.dropReason ?? "")
    }

    init(_ answer: FeedbackAnswer) {
        self.init()
        self.add("key", .text(answer.key))
        self.add("question", .text(answer.question))
        self.add("restricted", .flag(answer.isRestricted))
        self.add("value", text: answer.value)
    }
}
