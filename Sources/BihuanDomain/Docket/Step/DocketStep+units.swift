import FoundationEssentials

/// Several units on one case: leads, assists, guides and those informed (R85–R92, R102), and the tasks of one of them.
extension DocketStep {
    // MARK: Who takes part

    /// A unit anywhere below: the work itself goes a tier at a time, but anybody may guide it or be told of it.
    func unit(_ label: String, anywhereBelow upper: UnitID) throws(Refusal) -> Unit {
        guard let unit = self.docket.tree[label] else {
            throw .badFields([FieldFault(field: "unit", rule: .unknownUnit)])
        }
        guard !unit.isDisabled else { throw .badFields([FieldFault(field: "unit", rule: .disabledUnit)]) }
        guard unit.id != upper, self.docket.tree.contains(upper, unit.id) else {
            throw .badFields([FieldFault(field: "unit", rule: .other(code: "not_below", "须为下级单位或处室"))])
        }
        if let fault = self.fault(ofSendingTo: unit.id, field: "unit") { throw .badFields([fault]) }
        return unit
    }

    /// A unit has one part at a time.
    func require(_ role: AssignmentRole, of standing: AssignmentRecord) throws(Refusal) {
        guard standing.role == role else {
            throw .badFields([
                FieldFault(
                    field: "unit",
                    rule: .other(code: "has_another_role", "该单位已是本案的\(standing.role.label)（\(standing.ref)）"))
            ])
        }
    }

    // MARK: What waits for what

    /// A final feedback waits for the own tasks; that of a lead for its assists, whose findings it collects.
    func requireNothingOpen(before hop: AssignmentRecord) throws(Refusal) {
        var refs = self.docket.tasks.filter { $0.assignment == hop.id && $0.state == .open }
            .map { TaskRecord.ref($0.number, of: hop.ref) }
        if hop.role == .lead, hop.parent == nil {
            refs += self.docket.assignments.filter {
                $0.role == .assist && $0.parent == nil && $0.from == hop.from && $0.state.isOpen
            }.map(\.ref)
        }
        guard refs.isEmpty else { throw .openWork(.feedBack, refs: refs) }
    }

    // MARK: The end of parts without an answer

    /// Nobody is left to be guided.
    mutating func closeGuides(of hop: AssignmentRecord) throws(Refusal) {
        for guide in self.docket.assignments where guide.role == .guide && guide.from == hop.from {
            self.close(guide, because: .accepted)
        }
    }

    /// With the case everything ends that only went along with it.
    mutating func closeAll(because cause: EventKind) throws(Refusal) {
        for hop in self.docket.assignments where !hop.role.answers { self.close(hop, because: cause) }
    }

    private mutating func close(_ hop: AssignmentRecord, because cause: EventKind?, _ reason: String? = nil) {
        guard hop.state.isOpen else { return }
        var hop = hop
        hop.closedAt = self.now
        self.move(&hop, .close)
        self.lapseOrders(about: hop.id)
        self.stopAll(.void) { $0.assignment == hop.id }
        var detail = ["ref": hop.ref]
        detail["because"] = cause?.rawValue
        self.log(EventDraft(.closed, assignment: hop.id, reason: reason, detail: detail))
        self.tell(hop.to, "assignment.closed", hop.ref)
    }

    /// A guide that is needed no longer, or does not get to its review: what it had to review its assigner reviews.
    mutating func endGuidance(_ id: AssignmentID, _ reason: String) throws(Refusal) {
        let hop = try self.require(.endGuidance, on: id)
        self.close(hop, because: nil, reason)
        try self.handBackReviews(of: hop, because: .closed)
    }

    /// An order about work that went away has nothing left to demand.
    mutating func lapseOrders(about id: AssignmentID) {
        for order in self.docket.supervisions where order.assignment == id && order.state.isOpen { self.lapse(order) }
    }

    mutating func lapse(_ order: SupervisionRecord) {
        var order = order
        order.closedAt = self.now
        self.move(&order, .lapse)
        self.stopAll(.void) { $0.supervision == order.id }
        self.settleRaised(into: order)
    }

    /// What a unit reviews, and what it would have reviewed, goes back to the assigner when the unit leaves the case.
    mutating func handBackReviews(of gone: AssignmentRecord, because cause: EventKind) throws(Refusal) {
        for var hop in self.docket.assignments
        where hop.state.isOpen && hop.id != gone.id && hop.from == gone.from && hop.reviewer == gone.to {
            hop.reviewer = hop.from
            self.touch(&hop)
            for order in self.docket.supervisions
            where order.assignment == hop.id && order.to == gone.to && order.state.isOpen { self.lapse(order) }
            guard hop.state == .fedBack else { continue }
            self.stopAll(.void) { $0.assignment == hop.id && $0.kind == .review }
            try self.start(.review, of: hop.reviewer, hop: hop, because: cause)
            self.tell(hop.reviewer, "feedback.final", hop.ref)
        }
    }

    // MARK: What the plan's form asks

    /// Answers to what the form of the plan asks besides the findings, refused by name where they are missing or wrong.
    func answers(in draft: FeedbackDraft) throws(Refusal) -> [FeedbackAnswer] {
        let form = self.docket.plan.questions(of: draft.kind)
        let faults = form.faults(of: draft.fields)
        guard faults.isEmpty else { throw .badFields(faults) }
        return form.fields.compactMap { field in
            draft.fields[field.key].map {
                FeedbackAnswer(key: field.key, question: field.name, value: $0, isRestricted: field.isRestricted)
            }
        }
    }

    // MARK: Guidance

    mutating func comment(_ id: AssignmentID, _ text: String, _ reason: String?) throws(Refusal) {
        let hop = try self.require(.comment, on: id)
        guard let unit = self.authority.identity?.unit,
            let guide = self.docket.assignments.first(where: {
                $0.role == .guide && $0.to == unit && $0.from == hop.from && $0.state == .received
            })
        else { throw .outsideJurisdiction(.comment) }
        self.changes.newComment = CommentRecord(
            id: self.mint.next(), assignment: id, guide: guide.id, text: text)
        self.log(EventDraft(.commented, assignment: id, reason: reason, detail: ["ref": hop.ref, "guide": guide.ref]))
        self.tell(hop.to, "assignment.commented", hop.ref)
    }

    // MARK: Tasks

    mutating func addTask(_ id: AssignmentID, _ draft: TaskDraft, _ reason: String?) throws(Refusal) {
        let hop = try self.require(.addTask, on: id)
        var faults: [FieldFault] = []
        var owner = hop.to
        if let label = draft.unit {
            if let unit = self.docket.tree[label] {
                if unit.isDisabled {
                    faults.append(FieldFault(field: "unit", rule: .disabledUnit))
                } else if !self.docket.tree.contains(hop.to, unit.id) {
                    faults.append(FieldFault(field: "unit", rule: .other(code: "not_below", "须为本单位或其下级单位")))
                } else if let fault = self.fault(ofSendingTo: unit.id, field: "unit") {
                    faults.append(fault)
                } else if unit.id != hop.to, !self.hasPart(unit.id) {
                    faults.append(
                        FieldFault(
                            field: "unit",
                            rule: .other(code: "not_on_the_case", "\(unit.name)不承办本案，看不到它：先把工作转给它，再给它任务")))
                }
                owner = unit.id
            } else {
                faults.append(FieldFault(field: "unit", rule: .unknownUnit))
            }
        }
        if draft.officer != nil, self.docket.namedOfficer == nil {
            faults.append(FieldFault(field: "officer", rule: .other(code: "not_of_the_unit", "本单位没有这名经办人")))
        }
        if let due = draft.dueAt, due <= self.now {
            faults.append(FieldFault(field: "due_at", rule: .other(code: "in_the_past", "须晚于当前时间")))
        }
        guard faults.isEmpty else { throw .badFields(faults) }
        let number = (self.docket.tasks.filter { $0.assignment == id }.map(\.number).max() ?? 0) + 1
        let task = TaskRecord(
            id: self.mint.next(), assignment: id, number: number, unit: hop.to, owner: owner,
            officer: draft.officer == nil ? nil : self.docket.namedOfficer, dueAt: draft.dueAt)
        self.docket.tasks.append(task)
        self.changes.newTask = (task, draft.text)
        self.changes.subject = .task(task.id)
        var detail = ["ref": hop.ref, "task": "\(number)", "unit": self.docket.tree[owner]?.label ?? ""]
        detail["officer"] = draft.officer
        detail["due_at"] = draft.dueAt?.ISO8601Format()
        self.log(EventDraft(.taskAdded, assignment: id, reason: reason, detail: detail))
        // The unit below does not see the assignment that the task is of: it is told the task's own id.
        if owner != hop.to { self.tell(owner, "task.added", task.id.text, due: draft.dueAt) }
    }

    /// Whether a unit works on the case: it has an open assignment of it, or owns it.
    private func hasPart(_ unit: UnitID) -> Bool {
        self.docket.record.owner == unit || self.docket.assignments.contains { $0.to == unit && $0.state.isOpen }
    }

    /// What a unit was to do for one above it goes back there when it leaves the case: it could not be found any more. The
    /// database moves the rows (functions/task_goes_back.sql), past the policies of whoever leaves.
    mutating func takeBackTasks(of gone: AssignmentRecord) {
        let unit = gone.to
        guard
            unit != self.docket.record.owner,
            !self.docket.assignments.contains(where: { $0.to == unit && $0.state.stands && $0.id != gone.id })
        else { return }
        for (index, task) in self.docket.tasks.enumerated()
        where task.owner == unit && task.unit != unit && task.state == .open && task.assignment != gone.id {
            self.docket.tasks[index].owner = task.unit
            self.log(
                EventDraft(
                    .taskReturned, assignment: task.assignment,
                    detail: ["task": "\(task.number)", "unit": self.docket.tree[unit]?.label ?? ""]))
            self.tell(task.unit, "task.returned", task.id.text, due: task.dueAt)
        }
    }

    mutating func finishTask(_ id: TaskID, _ evidence: String, _ reason: String?) throws(Refusal) {
        try self.end(id, .finishTask, .done, .taskFinished, evidence, reason)
    }

    mutating func dropTask(_ id: TaskID, _ reason: String) throws(Refusal) {
        try self.end(id, .dropTask, .dropped, .taskDropped, reason, reason)
    }

    /// - Parameter text: what shows that it was done, or why it is not to be.
    private mutating func end(
        _ id: TaskID, _ verb: Verb, _ state: TaskState, _ kind: EventKind, _ text: String, _ reason: String?
    ) throws(Refusal) {
        guard let index = self.docket.tasks.firstIndex(where: { $0.id == id }) else { throw .notFound }
        try Permission.require(verb, on: self.docket.facts(of: self.docket.tasks[index]), by: self.authority)
        self.docket.tasks[index].state = state
        let task = self.docket.tasks[index]
        self.changes.endedTask = (task, text)
        self.log(
            EventDraft(kind, assignment: task.assignment, reason: reason, detail: ["task": "\(task.number)"]))
        guard task.owner != task.unit else { return }
        switch state {
        case .done where self.authority.identity?.unit != task.unit: self.tell(task.unit, "task.finished", task.id.text)
        case .dropped: self.tell(task.owner, "task.dropped", task.id.text)
        case .done, .open: break
        }
    }
}

extension TaskRecord {
    /// `A-000412-T2` is the second task of assignment `A-000412`.
    package static func ref(_ number: Int, of assignment: String) -> String { "\(assignment)-T\(number)" }
}
