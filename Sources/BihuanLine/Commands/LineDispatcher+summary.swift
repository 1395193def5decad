import BihuanDomain
import BihuanStore

/// What leaders and operators look at.
extension LineDispatcher {
    /// Two tables: units with their counts by level, and the oldest overdue deadlines.
    func summary(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let summary = try await self.store.queries.summary(logIn.token)
        let counts = self.table(
            [
                "kind", "unit", "name", "level", "open", "overdue", "supervised", "circulars", "concluded",
                "oldest_due",
            ], command, logIn, session)
        var lines = counts.header
        for (kind, unit) in [("total", summary.total)] + summary.units.map({ ("unit", $0) }) {
            lines.append(
                counts.row([
                    .text(kind), .text(unit.unit.label), .text(unit.unit.name), .none, .integer(unit.open),
                    .integer(unit.overdue), .integer(unit.supervised), .integer(unit.circulars),
                    .integer(unit.concluded), Cell(unit.oldestDueAt),
                ]))
            lines += unit.counts.map { count in
                counts.row([
                    .text("\(kind)-level"), .text(unit.unit.label), .text(unit.unit.name), .text(count.levelName),
                    .integer(count.open), .integer(count.overdue), .integer(count.supervised),
                    .integer(count.circulars), .integer(count.concluded), .none,
                ])
            }
        }
        let late = self.table(["kind", "case", "level", "unit", "clock", "due", "title"], command, logIn, session)
        lines += late.header
        lines += summary.escalations.map { escalation in
            late.row([
                .text("escalation"), .text(escalation.caseRef), Cell(escalation.levelName ?? escalation.level),
                .text(escalation.unit.label), .text(escalation.kind.rawValue), .time(escalation.dueAt),
                .text(escalation.title),
            ])
        }
        lines += summary.escalated.map { view in
            late.row([
                .text("escalated"), .text(view.caseRef), Cell(view.levelName ?? view.level), .text(view.unit.label),
                .text(view.kind.rawValue), .time(view.dueAt), .text(view.title),
            ])
        }
        return session.block(Phrase(zh: "升级汇总如下", en: "summary follows"), .lines(lines))
    }

    func health(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async -> LineReply {
        let table = self.table(["status", "check", "detail"], command, logIn, session)
        let checks = await self.store.health.checks()
        let sessions = table.row([
            .text("ok"), .text("line-sessions"), .text("\(self.registry.count)/\(self.configuration.sessions)"),
        ])
        var rows = checks.map { table.row([.text($0.status.rawValue), .text($0.name), .text($0.text)]) }
        // What the asker's own city has.
        do throws(DeskError) {
            let backlog = try await self.store.queries.backlog(logIn.token)
            rows.append(
                table.row([
                    .text(backlog.asideClocks > 0 ? "warn" : "ok"), .text("clocks-aside"),
                    .text(backlog.asideClocks > 0 ? "\(backlog.asideClocks), see LIST CLOCKS state=aside" : "none"),
                ]))
            rows.append(
                table.row([
                    .text(backlog.dead > 0 ? "warn" : "ok"), .text("webhooks"),
                    .text(
                        backlog.dead > 0
                            ? "\(backlog.dead) dead, \(backlog.failing) failing, see LIST OUTBOX state=dead"
                            : "none dead, \(backlog.failing) failing"),
                ]))
        } catch {
            rows.append(table.row([.text("fail"), .text("backlog"), .text("the city's backlog could not be asked")]))
        }
        return session.block(Phrase(zh: "状况如下", en: "health follows"), .lines(table.header + rows + [sessions]))
    }
}
