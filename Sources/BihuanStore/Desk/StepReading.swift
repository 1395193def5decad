import BihuanDomain
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// The first flight of a step: locks the case, reads what decides, and draws the numbers the step may need.
struct StepReading: Sendable {
    /// A series whose next number a step draws.
    enum Series: String, Sendable {
        case assignment, supervision, warning, dispute, referral
    }

    /// What the flight brought, ready for the rules.
    struct Facts: Sendable {
        /// Domain time, by the database's clock.
        var now: Date
        var numbers: FreshNumbers
        /// The target's id, ref and version in its own docket. Feedback has no ref.
        var target: (id: UUID, ref: String?, version: Int)
        /// What the case says, where the steps depend on it.
        var text: RoutingText?
    }

    /// What only some steps need to know.
    private enum Extra: Hashable {
        case firstHops, spread, history, origins, dueAbove, returnsBefore, tasks, reviewers, text, clearances, merged
        case officer(String?)
        case lead(LeadID)
    }

    let target: Target
    var statements: [SQL]
    private let extras: [Extra]
    private let isFiring: Bool
    /// What goes before the statements, and is not among the answers that ``read(_:_:)`` takes: where the step touches
    /// several cases, it locks all of them in the order of their ids, as every such step does.
    var locks: [SQL] {
        self.extras.contains(.merged) ? [DocketReading.locks(mergedInto: self.target, in: self.city)] : []
    }
    private let city: SQL

    init(of target: Target, for command: CaseCommand, in city: SQL) {
        // A grading that says whom the case is about recuses them.
        let verbs = command.recusesBesides ? [command.verb, .recuse] : [command.verb]
        self.init(of: target, for: verbs, naming: command.namedOfficer, about: command.lead, in: city)
    }

    /// - Parameters:
    ///   - verbs: of the steps that are taken as one.
    ///   - officer: somebody a step names, by log-in.
    ///   - lead: the lead a step is about.
    ///   - readingText: whether they depend on what the case says.
    init(
        of target: Target, for verbs: [Verb], naming officer: String? = nil, about lead: LeadID? = nil,
        readingText: Bool = false, in city: SQL
    ) {
        // A step draws from one series at most, and so do those that are taken together.
        let series: [Series] = verbs.compactMap { verb in
            switch verb {
            case .assign, .forward, .arbitrate: .assignment
            case .supervise, .raise: .supervision
            case .warn: .warning
            case .dispute: .dispute
            case .refer: .referral
            default: nil
            }
        }
        var extras: [Extra] = []
        for verb in verbs {
            let more: [Extra] =
                switch verb {
                // A unit that returns its hop does not see those of others.
                // What it was to do for others goes back to them.
                case .return: [.firstHops, .returnsBefore, .tasks]
                // A guide that accepts does not see the other guides' part nor the owner's clocks.
                case .accept: [.firstHops]
                case .feedBack: [.tasks, .reviewers, .returnsBefore]
                case .addTask: [.tasks, .officer(officer)]
                case .finishTask, .dropTask: [.tasks]
                case .grade: [.spread, .history]
                case .observe: [.spread]
                // Where the case goes depends on what was accepted since it was reopened.
                case .replan, .reopen, .conclude, .unmerge: [.history]
                case .recall, .arbitrate: [.history, .tasks]
                case .recuse: [.history, .tasks, .merged]
                case .liftRecusal: [.merged]
                case .sendBack: [.origins]
                // Nor does one that signs for its own see what is above it.
                case .receive: [.dueAbove, .returnsBefore]
                // What a merged case brings into another may be a graver level.
                case .merge: [.spread, .history]
                case .attachLead, .detachLead: lead.map { [.lead($0)] } ?? []
                case .restrict: [.clearances, .merged, .tasks]
                default: []
                }
            extras += more.filter { !extras.contains($0) }
        }
        if readingText { extras.append(.text) }
        self.init(of: target, drawing: series.first, extras: extras, isFiring: false, in: city)
    }

    /// - Parameter series: the series whose next number the firing of the target's rung draws.
    init(firing target: Target, drawing series: Series?, in city: SQL) {
        self.init(of: target, drawing: series, extras: [], isFiring: true, in: city)
    }

    private init(of target: Target, drawing series: Series?, extras: [Extra], isFiring: Bool, in city: SQL) {
        self.target = target
        self.city = city
        self.isFiring = isFiring
        self.extras = extras
        // Of the drills' own series, where the case is one.
        let number: SQL =
            series.map { "bihuan.next_ref(\($0.rawValue), \(target.caseID(in: city))::uuid)" } ?? "0::bigint"
        var statements = DocketReading.statements(of: target, in: city)
        statements.append("select bihuan.now() as now, \(number) as number")
        for extra in extras {
            switch extra {
            case .firstHops: statements.append(DocketReading.firstHops(of: target, in: city))
            case .spread: statements.append(DocketReading.spread(of: target, in: city))
            case .history: statements.append(DocketReading.history(of: target, in: city))
            case .origins: statements.append(DocketReading.origins(of: target, in: city))
            case .dueAbove: statements.append(DocketReading.dueAbove(of: target, in: city))
            case .returnsBefore: statements.append(DocketReading.returnsBefore(of: target, in: city))
            case .tasks: statements.append(DocketReading.tasks(of: target, in: city))
            case .reviewers: statements.append(DocketReading.reviewers(of: target, in: city))
            case .officer(let name): statements.append(DocketReading.officer(named: name))
            case .lead(let id): statements.append(DocketReading.lead(id, of: target, in: city))
            case .text: statements.append(DocketReading.text(of: target, in: city))
            case .clearances: statements.append(DocketReading.clearances(in: city))
            case .merged: statements.append(DocketReading.merged(into: target, in: city))
            }
        }
        self.statements = statements
    }

    /// - Throws: `.notFound` when the target is hidden or not there, `.noPlan`.
    func read(_ answers: [QueryResult], _ book: CityBook) throws(DeskError) -> (Docket, Facts) {
        let row = answers[DocketReading.count].rows[0]
        let (now, number): (Date, Int)
        do throws(PostgresError) {
            (now, number) = (try row.get("now"), try row.get("number"))
        } catch {
            throw DeskError(error)
        }
        var extras = DocketReading.Extras()
        var text: RoutingText?
        for (extra, answer) in zip(self.extras, answers[(DocketReading.count + 1)...]) {
            switch extra {
            case .firstHops: extras.firstHops = answer
            case .spread: extras.spread = answer
            case .history: extras.history = answer
            case .origins: extras.origins = answer
            case .dueAbove: extras.dueAbove = answer
            case .returnsBefore: extras.returnsBefore = answer
            case .tasks: extras.tasks = answer
            case .reviewers: extras.reviewers = answer
            case .officer: extras.officer = answer
            case .lead: extras.lead = answer
            case .text:
                do throws(PostgresError) {
                    text = try answer.rows.first.map { row throws(PostgresError) in try RoutingText(row) }
                } catch {
                    throw DeskError(error)
                }
            case .clearances: extras.clearances = answer
            case .merged: extras.merged = answer
            }
        }
        guard let docket = try DocketReading.docket(answers[..<DocketReading.count], book, at: now, extras),
            let target = self.find(in: docket)
        else { throw .notFound }
        // A step draws from one series at most, so all may be told the number.
        let numbers = FreshNumbers(
            assignment: number, supervision: number, warning: number, dispute: number, referral: number,
            ofDrill: docket.record.isDrill ? docket.record.ref : nil)
        return (docket, Facts(now: now, numbers: numbers, target: target, text: text))
    }

    /// The docket of a case that need not be there, nor be seen.
    func docketIfAny(_ answers: [QueryResult], _ book: CityBook) throws(DeskError) -> Docket? {
        do throws(DeskError) {
            return try self.read(answers, book).0
        } catch {
            if case .notFound = error { return nil }
            throw error
        }
    }

    private func find(in docket: Docket) -> (id: UUID, ref: String?, version: Int)? {
        switch self.target {
        case .record, .survivor: (docket.record.id.rawValue, docket.record.ref, docket.record.version)
        case .assignment(let key):
            docket.assignments.first { key.names($0.id.rawValue, $0.ref) }.map { ($0.id.rawValue, $0.ref, $0.version) }
        case .feedback(let id): docket.feedback.first { $0.id.rawValue == id }.map { (id, nil, $0.number) }
        case .supervision(let key):
            docket.supervisions.first { key.names($0.id.rawValue, $0.ref) }.map { ($0.id.rawValue, $0.ref, $0.version) }
        // A firing may come too late for its clock; whoever names a clock must find it running.
        case .clock(let id):
            self.isFiring || docket.clock(ClockID(rawValue: id)) != nil ? (id, nil, docket.record.version) : nil
        case .warning(let key):
            docket.warnings.first { key.names($0.id.rawValue, $0.ref) }.map { ($0.id.rawValue, $0.ref, $0.version) }
        case .dispute(let key):
            docket.disputes.first { key.names($0.id.rawValue, $0.ref) }.map { ($0.id.rawValue, $0.ref, $0.version) }
        case .referral(let key):
            docket.referrals.first { key.names($0.id.rawValue, $0.ref) }.map { ($0.id.rawValue, $0.ref, $0.version) }
        case .task(let id): docket.task(TaskID(rawValue: id)).map { (id, nil, $0.number) }
        case .contact(let id): (id, nil, docket.record.version)
        }
    }
}

extension ObjectKey {
    /// Whether it is a name of the object with this id and ref.
    func names(_ id: UUID, _ ref: String?) -> Bool {
        switch self {
        case .id(let own): own == id
        case .ref(let own): own == ref
        }
    }
}
