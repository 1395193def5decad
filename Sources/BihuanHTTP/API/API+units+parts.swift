import BihuanDomain
import BihuanStore
import FoundationEssentials

/// Guidance, and the tasks of an assignment.
extension API {
    var unitPartRoutes: [Route] {
        let one = "\(Self.base)/assignments/{id}"
        let task = "\(Self.base)/tasks/{id}"
        return [
            Route("GET", "\(one)/comments") { call in
                try Query.refuse(call.query)
                let comments = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.comments(of: call.objectKey, token)
                }
                return Self.list(comments, zone: comments.first?.offset) { $0.write($1) }
            },
            Route("POST", "\(one)/actions/comment") { call in
                try Query.refuse(call.query)
                let (text, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.text("text", Self.words), fields.optionalText("reason", Self.remark))
                }
                return try await self.perform(call, on: .assignment(call.objectKey)) {
                    .comment(AssignmentID(rawValue: $0), text: text, reason: reason)
                }
            },
            Route("POST", "\(one)/actions/end_guidance") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .assignment(call.objectKey)) {
                    .endGuidance(AssignmentID(rawValue: $0), reason: reason)
                }
            },
            Route("GET", "\(one)/tasks") { call in
                try Query.refuse(call.query)
                let tasks = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.tasks(of: call.objectKey, token)
                }
                return Self.list(tasks, zone: tasks.first?.offset) { $0.write($1) }
            },
            Route("POST", "\(one)/tasks") { call in
                try Query.refuse(call.query)
                let (draft, reason) = try Fields.read(try await call.body()) { fields in
                    (
                        TaskDraft(
                            text: fields.text("text", Self.words), officer: fields.optionalText("officer", Self.word),
                            unit: fields.optionalText("unit", Self.word), dueAt: fields.optionalTime("due_at")),
                        fields.optionalText("reason", Self.remark)
                    )
                }
                return try await self.perform(call, on: .assignment(call.objectKey), isCreation: true) {
                    .addTask(AssignmentID(rawValue: $0), draft, reason: reason)
                }
            },
            Route("GET", "\(Self.base)/tasks") { call in
                try Query.refuse(call.query)
                let tasks = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.openTasks(token)
                }
                return Self.list(tasks, zone: tasks.first?.offset) { $0.write($1) }
            },
            Route("GET", task) { call in
                try Query.refuse(call.query)
                let id = TaskID(rawValue: try call.uuid())
                let view = try await self.ask(call) { token throws(DeskError) in
                    try await self.store.queries.task(token, id: id)
                }
                return Self.reply(zone: view.offset) { $0.write(view) }
            },
            Route("POST", "\(task)/actions/finish_task") { call in
                try Query.refuse(call.query)
                let (evidence, reason) = try Fields.read(try await call.body()) { fields in
                    (fields.text("evidence", Self.words), fields.optionalText("reason", Self.remark))
                }
                return try await self.perform(call, on: .task(try call.uuid())) {
                    .finishTask(TaskID(rawValue: $0), evidence: evidence, reason: reason)
                }
            },
            Route("POST", "\(task)/actions/drop_task") { call in
                let reason = try await self.reason(call)
                return try await self.perform(call, on: .task(try call.uuid())) {
                    .dropTask(TaskID(rawValue: $0), reason: reason)
                }
            },
        ]
    }

    /// Where an assignment goes, and as what: the lead where nothing is said.
    static func part(
        _ body: JSONValue
    ) throws(Problem) -> (hop: (unit: String, instruction: String, reason: String), role: AssignmentRole) {
        try Fields.read(body) { fields in
            let hop = (
                unit: fields.text("unit", Self.word),
                instruction: fields.optionalText("instruction", Self.remark) ?? "",
                reason: fields.text("reason", Self.words)
            )
            return (hop: hop, role: fields.optionalChoice("role") ?? AssignmentRole.lead)
        }
    }
}
