import BihuanDomain
import BihuanStore
import Foundation

/// Units, officers and posts (F7–F9).
extension LineDispatcher {
    func showUnit(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let label = Self.label(command["unit"] ?? "")
        let unit = try await self.store.queries.unit(logIn.token, label: label)
        let history = try await self.store.queries.unitHistory(
            logIn.token, label: label, at: command["at"].flatMap { ValueForm.instant($0) })
        var record = Record()
        record.add("code", .text(unit.path))
        record.add("name", .text(unit.name))
        record.add("tier", .text(unit.tier.rawValue))
        record.add("line", Cell(unit.line))
        record.add("parent", Cell(unit.parent))
        record.add("closed", .text(unit.isDisabled ? "yes" : "no"))
        record.add("open", Cell(unit.open))
        record.add("overdue", Cell(unit.overdue))
        if let then = history.then {
            record.add("name_then", .text(then.name))
            record.add("parent_then", Cell(then.parent?.label))
        }
        record.add(
            "changes",
            history.changes.map { change in
                var record = Record()
                record.add("number", .integer(change.number))
                record.add("at", .time(change.at))
                record.add("kind", .text(change.kind.rawValue))
                record.add("other", Cell(change.other?.label))
                record.add("old_name", Cell(change.oldName))
                record.add("new_name", Cell(change.newName))
                record.add("old_parent", Cell(change.oldParent?.label))
                record.add("new_parent", Cell(change.newParent?.label))
                record.add("by", .text(change.by))
                record.add("reason", text: change.reason ?? "")
                return record
            })
        let writer = RecordWriter(format: session.format(of: command), time: logIn.time)
        return session.block(Phrase(zh: "单位如下", en: "unit follows"), .lines(writer.lines(record)))
    }

    func listChanges(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let limit = command.integer("limit") ?? 100
        guard command["of"] != "officers" else {
            let changes = try await self.store.queries.officerChanges(logIn.token, limit: limit)
            let table = self.table(
                ["number", "at", "kind", "officer", "unit", "role", "by", "reason"], command, logIn, session)
            let rows = changes.map { change in
                table.row([
                    .integer(change.number), .time(change.at), .text(change.kind.rawValue), .text(change.login),
                    Cell(change.unit?.label), Cell(change.role?.rawValue), .text(change.by), .text(change.reason),
                ])
            }
            return session.block(Phrase(zh: "人员变动如下", en: "changes follow"), .lines(table.header + rows))
        }
        let changes = try await self.store.queries.unitChanges(logIn.token, limit: limit)
        let table = self.table(
            [
                "number", "at", "kind", "unit", "other", "old_name", "new_name", "old_parent", "new_parent", "by",
                "reason",
            ], command, logIn, session)
        let rows = changes.map { change in
            table.row([
                .integer(change.number), .time(change.at), .text(change.kind.rawValue), .text(change.unit.label),
                Cell(change.other?.label), Cell(change.oldName), Cell(change.newName), Cell(change.oldParent?.label),
                Cell(change.newParent?.label), .text(change.by), Cell(change.reason),
            ])
        }
        return session.block(Phrase(zh: "机构沿革如下", en: "changes follow"), .lines(table.header + rows))
    }

    func listPosts(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let posts = try await self.store.queries.posts(logIn.token, under: command["under"].map(Self.label))
        let table = self.table(
            ["officer", "name", "unit", "role", "as", "from", "until", "acting_for", "clearance"], command, logIn,
            session)
        let rows = posts.map { post in
            table.row([
                .text(post.login), .text(post.name), .text(post.unit.label), .text(post.role.rawValue),
                Cell(post.appointments.isEmpty ? nil : post.appointments.joined(separator: ",")), .time(post.from),
                Cell(post.until), Cell(post.actingFor), .text(String(post.clearance)),
            ])
        }
        return session.block(Phrase(zh: "岗位如下", en: "posts follow"), .lines(table.header + rows))
    }

    func changeUnit(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let label = Self.label(command["unit"] ?? "")
        let other = Self.label(command["to"] ?? command["under"] ?? "")
        let posts = command["posts"].flatMap { PostsOfClosedUnit(rawValue: $0) }
        let cases = Self.words(command["cases"])
        let step: UnitStep =
            switch command.verb {
            case .unitAdd:
                .open(
                    UnitDraft(
                        label: command["label"] ?? "", parent: other, tier: command["tier"] ?? "",
                        name: command["name"] ?? "", line: command["line"], divisionCode: command["division"]))
            case .unitRename: .rename(label, to: command["name"] ?? "")
            case .unitMove: .move(label, under: other)
            case .unitMerge: .merge(label, into: other, posts: posts ?? .move)
            case .unitClose:
                .close(label, successor: command["to"].map(Self.label), posts: posts ?? .end)
            case .unitSplit:
                .split(
                    label,
                    into: UnitDraft(
                        label: command["label"] ?? "", parent: nil, tier: "", name: command["name"] ?? "",
                        line: command["line"]),
                    taking: Self.words(command["units"]).map(Self.label), cases: cases)
            default: .handOver(label, to: other, cases: command["cases"] == nil ? nil : cases)
            }
        let done = try await self.store.administration.perform(
            step, reason: command["reason"] ?? "", logIn.token, key: command["key"])
        return session.reply(
            .affected, [String(done.handedOver)],
            Phrase(zh: "已办理; 另移交案件如上数", en: "done; so many cases were handed over"))
    }

    /// Asks for the password where the command needs one; on the line it would be typed in sight.
    func changeOfficer(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineAnswer {
        guard let name = command.spec.block, command[name] == nil else {
            return LineAnswer(try await self.change(command, logIn, session))
        }
        let phrase = Phrase(
            zh: "请输入口令一行, 再以单独一行 \".\" 结束", en: "send the password on a line, then \".\" on a line of its own")
        return LineAnswer(
            session.reply(.sendBlock, phrase),
            next: .block { lines, session in
                guard let whole = command.with(name, lines.joined(separator: "\n")) else {
                    let phrase = Phrase(zh: "口令为空或太长", en: "password empty or too long")
                    return LineAnswer(session.reply(.blockRefused, ["block.length"], phrase))
                }
                do throws(DeskError) {
                    return LineAnswer(try await self.change(whole, logIn, session))
                } catch {
                    return LineAnswer(self.refuse(whole.spelled(error), about: whole.kindOfObject, &session))
                }
            }
        )
    }

    private func change(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let login = command["officer"] ?? ""
        let unit = Self.label(command["unit"] ?? "")
        let role = command["role"].flatMap { PostRole(rawValue: $0) } ?? .handler
        let step: OfficerStep =
            switch command.verb {
            case .officerAdd:
                .add(
                    login: login, name: command["name"] ?? "", password: command["password"] ?? "", unit: unit,
                    role: role)
            case .officerLock: .lock(login)
            case .officerUnlock: .unlock(login)
            case .officerReset: .reset(login, password: command["password"] ?? "")
            case .officerPost:
                .post(
                    login,
                    PostDraft(
                        unit: unit, role: role, appointments: Self.words(command["as"]),
                        from: command["from"].flatMap { ValueForm.instant($0) },
                        until: command["until"].flatMap { ValueForm.instant($0) }, actingFor: command["acting"],
                        clearance: command.integer("clearance")))
            default: .endPost(login, unit: unit, role: role)
            }
        _ = try await self.store.administration.perform(
            step, reason: command["reason"] ?? "", at: Date(), logIn.token, key: command["key"])
        return session.reply(.done, Phrase(zh: "已办理", en: "done"))
    }
}
