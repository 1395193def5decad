import BihuanDomain
import Crypto
import Postgres

/// Many cases graded, assigned, or both, with one reason (批量办理).
package struct BulkOrder: Sendable, Hashable, Encodable {
    package struct Grade: Sendable, Hashable, Encodable {
        package var level: String
        package var matter: String?

        package init(level: String, matter: String? = nil) {
            self.level = level
            self.matter = matter
        }
    }

    package struct Assign: Sendable, Hashable, Encodable {
        /// Label of a unit directly below, or ``proposed``.
        package var unit: String
        package var instruction: String

        package init(unit: String, instruction: String = "") {
            self.unit = unit
            self.instruction = instruction
        }
    }

    /// Refs or ids.
    package var cases: [String]
    package var grade: Grade?
    package var assign: Assign?
    package var reason: String

    package init(cases: [String], grade: Grade? = nil, assign: Assign? = nil, reason: String) {
        self.cases = cases
        self.grade = grade
        self.assign = assign
        self.reason = reason
    }

    /// In place of a unit: the one that the rules propose for the case.
    package static let proposed = "proposed"
    /// Cases in one order.
    package static let most = 500

    /// Refuses what is said badly, before anything is locked.
    func check() throws(Refusal) {
        var faults: [FieldFault] = []
        if self.cases.isEmpty { faults.append(FieldFault(field: "cases", rule: .required)) }
        if self.cases.count > Self.most {
            faults.append(
                FieldFault(field: "cases", rule: .tooMany(Self.most)))
        }
        if Set(self.cases).count < self.cases.count {
            faults.append(FieldFault(field: "cases", rule: .other(code: "repeated", "同一案件写了两次")))
        }
        if self.grade == nil, self.assign == nil {
            faults.append(
                FieldFault(field: "grade", rule: .other(code: "required", "须写明定级或转办，或两者都写")))
        }
        guard faults.isEmpty else { throw .badFields(faults) }
        do throws(Refusal) {
            if let grade {
                try CaseCommand.grade(level: grade.level, matter: grade.matter, reason: self.reason).check()
            }
            if let assign {
                try CaseCommand.assign(unit: assign.unit, instruction: assign.instruction, reason: self.reason).check()
            }
        } catch {
            throw Self.placed(error)
        }
    }

    /// A refusal of one of the steps, with its fields called as the order has them: `grade.level`, `assign.unit`.
    static func placed(_ refusal: Refusal) -> Refusal {
        guard case .badFields(let faults) = refusal else { return refusal }
        let groups = ["level": "grade", "matter": "grade", "unit": "assign", "instruction": "assign"]
        return .badFields(
            faults.map { fault in
                FieldFault(field: groups[fault.field].map { "\($0).\(fault.field)" } ?? fault.field, rule: fault.rule)
            })
    }

    /// What is done with each case, as its key remembers it.
    fileprivate struct Step: Encodable {
        var grade: Grade?
        var assign: Assign?
        var reason: String
    }

    fileprivate var step: Step { Step(grade: self.grade, assign: self.assign, reason: self.reason) }
}

/// What came of one case of an order.
package struct BulkRow: Sendable {
    /// As the order named it.
    package let name: String
    package let result: Result<Outcome, DeskError>
}

extension Desk {
    /// Takes the same steps with many cases, all or nothing for each of them, one after another.
    ///
    /// - Parameter key: covers the whole order: another order under it is refused, and one that was cut off is taken up
    ///   where it stopped, since each case keeps its own outcome under a key made of this one.
    /// - Returns: a row for each case, in the order's order.
    package func bulk(
        _ order: BulkOrder, by principal: Principal, via door: Door, key: String? = nil
    ) async throws(DeskError) -> [BulkRow] {
        do throws(Refusal) { try order.check() } catch { throw .refused(error) }
        if let key { try await self.claim(key, for: order, by: principal) }
        var rows: [BulkRow] = []
        for name in order.cases {
            let own = key.map { "bulk:\(Self.digest($0)):\(name)" }
            do throws(DeskError) {
                let outcome = try await self.take(order, with: name, by: principal, via: door, key: own)
                rows.append(BulkRow(name: name, result: .success(outcome)))
            } catch {
                // Whoever is nobody gets no list.
                if case .unauthenticated = error, rows.isEmpty { throw error }
                let placed: DeskError =
                    if case .refused(let refusal) = error { .refused(BulkOrder.placed(refusal)) } else { error }
                rows.append(BulkRow(name: name, result: .failure(placed)))
            }
        }
        return rows
    }

    private func take(
        _ order: BulkOrder, with name: String, by principal: Principal, via door: Door, key: String?
    ) async throws(DeskError) -> Outcome {
        let target = Target.record(ObjectKey(name))
        let verbs: [Verb] = (order.grade == nil ? [] : [.grade]) + (order.assign == nil ? [] : [.assign])
        let reading = StepReading(
            of: target, for: verbs, readingText: order.assign?.unit == BulkOrder.proposed, in: principal.city)
        return try await self.transaction(
            by: principal, keeping: try IdempotencyKey(key, of: order.step, on: target), reading: reading.statements
        ) { answers, authority, book throws(DeskError) in
            let (docket, facts) = try reading.read(answers, book)
            return try Self.decide(docket, facts, authority, book, door) { docket, mint throws(Refusal) in
                try docket.perform(
                    inTurn: { place, docket throws(Refusal) in
                        guard verbs.indices.contains(place) else { return nil }
                        return try Self.command(
                            verbs[place], of: order, for: docket, by: authority, saying: facts.text, book)
                    }, by: authority, at: facts.now, numbers: facts.numbers, mint: &mint)
            }
        }
    }

    private static func command(
        _ verb: Verb, of order: BulkOrder, for docket: Docket, by authority: Authority, saying text: RoutingText?,
        _ book: CityBook
    ) throws(Refusal) -> CaseCommand? {
        if verb == .grade {
            guard let grade = order.grade else { return nil }
            return .grade(level: grade.level, matter: grade.matter, reason: order.reason)
        }
        guard let assign = order.assign else { return nil }
        var unit = assign.unit
        if let text {
            // What is proposed tells who is recused: not before it is known that the asker may assign at all.
            try Permission.require(.assign, on: docket.facts, by: authority, in: docket.tree)
            unit = try Self.proposedUnit(for: docket, saying: text, book)
        }
        return .assign(unit: unit, instruction: assign.instruction, reason: order.reason)
    }

    /// Label of the unit that the case as it stands now is assigned to, if the proposal is followed.
    private static func proposedUnit(
        for docket: Docket, saying text: RoutingText, _ book: CityBook
    ) throws(Refusal) -> String {
        var text = text
        text.level = docket.record.level
        text.matter = docket.record.matter
        let router = book.routing.router
        let proposal = router.proposal(for: text, under: docket.plan, recusing: docket.record.recused)
        if let lead = proposal.lead, let hop = router.firstHop(to: lead.unit, from: docket.record.owner),
            let unit = docket.tree[hop]
        {
            return unit.label
        }
        let why = proposal.gaps.filter { $0.role == .lead }.map(\.detail).joined(separator: "；")
        throw .badFields([
            FieldFault(
                field: "unit", rule: .other(code: "no_proposal", "没有可建议的承办单位\(why.isEmpty ? "" : "：\(why)")"))
        ])
    }

    private func claim(_ key: String, for order: BulkOrder, by principal: Principal) async throws(DeskError) {
        guard let keeping = try IdempotencyKey(key, of: order) else { return }
        try await self.pools.pool(for: principal).use { connection throws(DeskError) in
            let answers: [QueryResult]
            do throws(PostgresError) {
                answers = try connection.flight([principal.presentation] + keeping.claim)
            } catch {
                throw error.sqlState == SQLState(rawValue: "42501") ? .unauthenticated : DeskError(error)
            }
            try keeping.requireSame(answers[1], answers[2])
        } orFail: {
            DeskError($0)
        }
    }

    private static func digest(_ key: String) -> String {
        SHA256.hash(data: Array(key.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
