import BihuanDomain
import BihuanStore

/// Where cases go: what is proposed, a month routed again, and many assigned at once.
extension LineDispatcher {
    func route(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let view = try await self.store.queries.routing(ofCase: ObjectKey(command["case"] ?? ""), logIn.token)
        let writer = RecordWriter(format: session.format(of: command), time: logIn.time)
        return session.block(Phrase(zh: "派单建议如下", en: "routing follows"), .lines(writer.lines(Record(view))))
    }

    /// Where a text would go that is no case yet, asked for as a block where the line did not bring it.
    func previewRoute(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineAnswer {
        if command["content"] != nil { return LineAnswer(try await self.take(preview: command, logIn, session)) }
        let phrase = Phrase(
            zh: "请输入文本, 以单独一行 \".\" 结束", en: "send the text, end it with \".\" on a line of its own")
        return LineAnswer(
            session.reply(.sendBlock, phrase),
            next: .block { lines, session in
                guard let whole = command.with("content", lines.joined(separator: "\n")) else {
                    let phrase = Phrase(zh: "文本为空或太长", en: "text empty or too long")
                    return LineAnswer(session.reply(.blockRefused, ["block.length"], phrase))
                }
                do throws(DeskError) {
                    return LineAnswer(try await self.take(preview: whole, logIn, session))
                } catch {
                    return LineAnswer(self.refuse(whole.spelled(error), about: "case", &session))
                }
            })
    }

    private func take(
        preview command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let text = RoutingText(
            title: command["title"] ?? "", content: command["content"] ?? "", place: command["place"],
            category: command["category"], level: command["level"], matter: command["matter"])
        let view = try await self.store.queries.routing(of: text, logIn.token)
        let writer = RecordWriter(format: session.format(of: command), time: logIn.time)
        return session.block(Phrase(zh: "派单建议如下", en: "routing follows"), .lines(writer.lines(Record(view))))
    }

    /// Four kinds of rows: the whole, units, what is missing.
    func listRouting(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        guard let month = CivilDay("\(command["month"] ?? "")-01") else {
            throw .refused(
                .badFields([
                    FieldFault(field: "month", rule: .other(code: "malformed", "月份须写成 2026-10"))
                ]))
        }
        let preview = try await self.store.queries.routingPreview(ofMonth: month, logIn.token)
        let tally = preview.tally
        let table = self.table(
            ["kind", "unit", "name", "proposed", "handled", "hits", "hit_permille"], command, logIn, session)
        func permille(_ rate: Double?) -> Cell { Cell(rate.map { Int(($0 * 1_000).rounded()) }) }
        var rows = [
            table.row([
                .text("total"), .text(preview.month),
                .text(preview.isWhole ? "\(tally.cases)" : "\(tally.cases)+"), .integer(tally.proposed),
                .integer(tally.handled), .integer(tally.hits), permille(tally.hitRate),
            ])
        ]
        rows += preview.units.map { row in
            table.row([
                .text("unit"), .text(row.unit.label), .text(row.unit.name), .integer(row.count.proposed),
                .integer(row.count.handled), .integer(row.count.hits),
                permille(row.count.handled == 0 ? nil : Double(row.count.hits) / Double(row.count.handled)),
            ])
        }
        rows += preview.gapsInOrder.map { gap in
            table.row([
                .text("gap"), .text(gap.kind.rawValue), .text(gap.kind.label), .integer(gap.cases), .none, .none, .none,
            ])
        }
        return session.block(Phrase(zh: "派单预演如下", en: "routing preview follows"), .lines(table.header + rows))
    }

    // MARK: Many at once

    /// Grades and assigns what the block or `cases` names, one ref a line or parted by commas.
    func bulk(
        _ command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineAnswer {
        if command["cases"] != nil { return LineAnswer(try await self.take(bulk: command, logIn, session)) }
        let phrase = Phrase(
            zh: "请逐行输入案号, 以单独一行 \".\" 结束", en: "send one ref a line, end with \".\" on a line of its own")
        return LineAnswer(
            session.reply(.sendBlock, phrase),
            next: .block { lines, session in
                guard let whole = command.with("cases", lines.joined(separator: "\n")) else {
                    let phrase = Phrase(zh: "文本为空或太长", en: "text empty or too long")
                    return LineAnswer(session.reply(.blockRefused, ["block.length"], phrase))
                }
                do throws(DeskError) {
                    return LineAnswer(try await self.take(bulk: whole, logIn, session))
                } catch {
                    return LineAnswer(self.refuse(whole.spelled(error), about: "case", &session))
                }
            })
    }

    private func take(
        bulk command: LineCommand, _ logIn: LineSession.LogIn, _ session: LineSession
    ) async throws(DeskError) -> LineReply {
        let refs = (command["cases"] ?? "").split { $0.isWhitespace || $0 == "," }.map(String.init)
        let order = BulkOrder(
            cases: refs, grade: command["level"].map { BulkOrder.Grade(level: $0, matter: command["matter"]) },
            assign: command["unit"].map { BulkOrder.Assign(unit: Self.label($0), instruction: command["note"] ?? "") },
            reason: command["reason"] ?? "")
        let rows = try await self.store.desk.bulk(order, by: .session(logIn.token), via: .line, key: command["key"])
        let table = self.table(["case", "code", "ref", "state", "level", "unit", "text"], command, logIn, session)
        let lines = rows.map { row in
            switch row.result {
            case .success(let outcome):
                let isNew = outcome.changed && !outcome.replayed
                return table.row([
                    .text(row.name), .integer((isNew ? ReplyCode.changed : .unchanged).rawValue), Cell(outcome.ref),
                    .text(outcome.state), Cell(outcome.caseLevel), Cell(outcome.unit), .none,
                ])
            case .failure(let error):
                let reply = LineReply(command.spelled(error), about: "case", in: session.language)
                return table.row([
                    .text(row.name), .integer(reply.code.rawValue), .none, .none, .none, .none, .text(reply.text),
                ])
            }
        }
        let done = rows.count { (try? $0.result.get()) != nil }
        return session.block(
            Phrase(zh: "办成 \(done) 件, 未办 \(rows.count - done) 件", en: "\(done) done, \(rows.count - done) not"),
            .lines(table.header + lines))
    }
}

extension Record {
    fileprivate init(_ view: RoutingView) {
        self.init()
        self.add("case", Cell(view.caseRef))
        self.add("lead", Cell(view.lead?.unit.label))
        self.add("name", Cell(view.lead?.unit.name))
        self.add("first_hop", Cell(view.firstHop?.label))
        self.add("why", Cell(view.lead?.why))
        self.add("requirements", .words(view.lead?.requirements ?? []))
        self.add("area", .text(view.areaConfidence.rawValue))
        self.add("area_units", .words(view.areaUnits.map(\.label)))
        self.add("line", .text(view.lineConfidence.rawValue))
        self.add("lines", .words(view.lines))
        self.add(
            "others",
            [
                ("assist", view.assists), ("guide", view.guides), ("inform", view.informs),
                ("alternative", view.alternatives),
            ]
            .flatMap { part, picks in
                picks.map { pick in
                    var record = Record()
                    record.add("part", .text(part))
                    record.add("unit", .text(pick.unit.label))
                    record.add("name", .text(pick.unit.name))
                    record.add("role", Cell(pick.roleName))
                    record.add("why", .text(pick.why))
                    record.add("requirements", .words(pick.requirements))
                    return record
                }
            })
        self.add(
            "matches",
            (view.areaMatches.map { ("area", $0) } + view.lineMatches.map { ("line", $0) }).map { kind, match in
                var record = Record()
                record.add("kind", .text(kind))
                record.add("field", .text(match.field.rawValue))
                record.add("word", .text(match.word))
                record.add("meanings", .words(match.meanings))
                return record
            })
        self.add(
            "gaps",
            view.gaps.map { gap in
                var record = Record()
                record.add("kind", .text(gap.kind.rawValue))
                record.add("role", .text(gap.role.rawValue))
                record.add("detail", .text(gap.detail))
                return record
            })
    }
}
