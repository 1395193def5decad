import BihuanDomain
import Postgres

/// What several units on one case write: answers, comments, tasks.
extension ChangesWriting {
    var units: [SQL] {
        var batch: [SQL] = []
        let record = self.changes.record.id.rawValue
        if let (feedback, _) = self.changes.newFeedback {
            for (index, answer) in self.changes.answers.enumerated() {
                batch.append(
                    """
                    insert into bihuan.feedback_answers
                           (city_id, feedback_id, case_id, assignment_id, key, number, question, "value", is_restricted)
                    values (\(self.city), \(feedback.id.rawValue), \(record), \(feedback.assignment.rawValue),
                            \(answer.key), \(index + 1), \(answer.question), \(PersonalNumbers.masked(answer.value)),
                            \(answer.isRestricted))
                    """)
            }
        }
        if let comment = self.changes.newComment {
            batch.append(
                """
                insert into bihuan.comments
                       (city_id, comment_id, case_id, assignment_id, guide_id, number, unit_id, officer_id, commented_at,
                        "text")
                select \(self.city), \(comment.id.rawValue), \(record), \(comment.assignment.rawValue),
                       \(comment.guide.rawValue), coalesce(max(c.number), 0) + 1, \(self.actor.unit),
                       \(self.actor.officer), \(self.now), \(PersonalNumbers.masked(comment.text))
                  from bihuan.comments c
                 where c.city_id = \(self.city) and c.assignment_id = \(comment.assignment.rawValue)
                """)
        }
        if let (task, text) = self.changes.newTask {
            batch.append(
                """
                insert into bihuan.tasks
                       (city_id, task_id, case_id, assignment_id, number, unit_id, owner_unit, officer_id, "text", state,
                        due_at, added_at, added_by)
                values (\(self.city), \(task.id.rawValue), \(record), \(task.assignment.rawValue), \(task.number),
                        \(task.unit.rawValue), \(task.owner.rawValue), \(task.officer?.rawValue),
                        \(PersonalNumbers.masked(text)), \(task.state.rawValue), \(task.dueAt), \(self.now),
                        \(self.actor.officer))
                """)
        }
        if let (task, text) = self.changes.endedTask {
            let text = PersonalNumbers.masked(text)
            batch.append(
                SQL.mustAffect(
                    """
                    update bihuan.tasks
                       set state = \(task.state.rawValue), ended_at = \(self.now), ended_by = \(self.actor.officer),
                           evidence = \(task.state == .done ? text : nil),
                           drop_reason = \(task.state == .dropped ? text : nil)
                     where city_id = \(self.city) and task_id = \(task.id.rawValue) and state = 'open'
                    """))
        }
        for (assignment, reason) in self.changes.droppedTasks {
            batch.append(
                """
                update bihuan.tasks
                   set state = 'dropped', ended_at = \(self.now), ended_by = \(self.actor.officer),
                       drop_reason = \(PersonalNumbers.masked(reason))
                 where city_id = \(self.city) and assignment_id = \(assignment.rawValue) and state = 'open'
                """)
        }
        return batch
    }
}
