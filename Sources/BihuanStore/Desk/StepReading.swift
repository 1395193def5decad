import BihuanDomain
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// The first flight of a step: locks the case, reads what decides, and draws the numbers the step may need.
struct StepReading: Sendable {
    /// A series whose next number a step draws.
    enum Series: String, Sendable {
        case assignment, supervision, warning
    }

    /// What the flight brought, ready for the rules.
    struct Facts: Sendable {
        /// Domain time, by the database's clock.
        var now: Date
        var numbers: FreshNumbers
        /// The target's id, ref and version in its own docket. Feedback has no ref.
        var target: (id: UUID, ref: String?, version: Int)
    }

    /// What only some steps need to know.
    private enum Extra {
        case firstHops, spread, history, origins, dueAbove, clearances
    }

    let target: Target
    let statements: [SQL]
    private let extras: [Extra]
    private let isFiring: Bool

    init(of target: Target, for verb: Verb, in city: SQL) {
        let series: Series? =
            switch verb {
            case .assign, .forward: .assignment
            case .supervise, .raise: .supervision
            case .warn: .warning
            default: nil
            }
        let extras: [Extra] =
            switch verb {
            // A unit that returns its hop does not see those of others.
            case .return: [.firstHops]
            case .grade: [.spread, .history]
            case .observe: [.spread]
            case .replan, .reopen: [.history]
            case .sendBack: [.origins]
            // Nor does one that signs for its own see what is above it.
            case .receive: [.dueAbove]
            case .restrict: [.clearances]
            default: []
            }
        self.init(of: target, drawing: series, extras: extras, isFiring: false, in: city)
    }

    /// - Parameter series: the series whose next number the firing of the target's rung draws.
    init(firing target: Target, drawing series: Series?, in city: SQL) {
        self.init(of: target, drawing: series, extras: [], isFiring: true, in: city)
    }

    private init(of target: Target, drawing series: Series?, extras: [Extra], isFiring: Bool, in city: SQL) {
        self.target = target
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
            case .clearances: statements.append(DocketReading.clearances(in: city))
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
        for (extra, answer) in zip(self.extras, answers[(DocketReading.count + 1)...]) {
            switch extra {
            case .firstHops: extras.firstHops = answer
            case .spread: extras.spread = answer
            case .history: extras.history = answer
            case .origins: extras.origins = answer
            case .dueAbove: extras.dueAbove = answer
            case .clearances: extras.clearances = answer
            }
        }
        guard let docket = try DocketReading.docket(answers[..<DocketReading.count], book, at: now, extras),
            let target = self.find(in: docket)
        else { throw .notFound }
        // A step draws from one series at most, so all may be told the number.
        let numbers = FreshNumbers(
            assignment: number, supervision: number, warning: number,
            ofDrill: docket.record.isDrill ? docket.record.ref : nil)
        return (docket, Facts(now: now, numbers: numbers, target: target))
    }

    private func find(in docket: Docket) -> (id: UUID, ref: String?, version: Int)? {
        switch self.target {
        case .record: (docket.record.id.rawValue, docket.record.ref, docket.record.version)
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
