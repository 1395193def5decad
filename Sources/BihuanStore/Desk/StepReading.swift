import BihuanDomain
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// The first flight of a step: locks the case, reads what decides, and draws the numbers the step may need.
struct StepReading: Sendable {
    /// A series whose next number a step draws.
    enum Series: String, Sendable {
        case assignment, supervision
    }

    /// What the flight brought, ready for the rules.
    struct Facts: Sendable {
        /// Domain time, by the database's clock.
        var now: Date
        var numbers: FreshNumbers
        /// The target's id, ref and version in its own docket. Feedback has no ref.
        var target: (id: UUID, ref: String?, version: Int)
    }

    let target: Target
    let statements: [SQL]
    private let countsFirstHops: Bool
    private let isFiring: Bool

    init(of target: Target, for verb: Verb, in city: SQL) {
        let series: Series? =
            switch verb {
            case .assign, .forward: .assignment
            case .supervise, .raise: .supervision
            default: nil
            }
        // A unit that returns its hop does not see those of others.
        self.init(of: target, drawing: series, countingFirstHops: verb == .return, isFiring: false, in: city)
    }

    /// - Parameter series: the series whose next number the firing of the target's rung draws.
    init(firing target: Target, drawing series: Series?, in city: SQL) {
        self.init(of: target, drawing: series, countingFirstHops: false, isFiring: true, in: city)
    }

    private init(of target: Target, drawing series: Series?, countingFirstHops: Bool, isFiring: Bool, in city: SQL) {
        self.target = target
        self.isFiring = isFiring
        self.countsFirstHops = countingFirstHops
        let number: SQL = series.map { "bihuan.next_ref(\($0.rawValue))" } ?? "0::bigint"
        var statements = DocketReading.statements(of: target, in: city)
        statements.append("select bihuan.now() as now, \(number) as number")
        if countingFirstHops {
            statements.append("select open, accepted from bihuan.first_hops(\(target.caseID(in: city)))")
        }
        self.statements = statements
    }

    /// - Throws: `.notFound` when the target is hidden or not there, `.noPlan`.
    func read(_ answers: [QueryResult], _ book: CityBook) throws(DeskError) -> (Docket, Facts) {
        let firstHops = self.countsFirstHops ? answers[DocketReading.count + 1] : nil
        guard let docket = try DocketReading.docket(answers[..<DocketReading.count], book, firstHops: firstHops) else {
            throw .notFound
        }
        guard let target = self.find(in: docket) else { throw .notFound }
        do throws(PostgresError) {
            let row = answers[DocketReading.count].rows[0]
            // A step draws from one series at most, so both may be told the number.
            let number: Int = try row.get("number")
            let facts = Facts(
                now: try row.get("now"), numbers: FreshNumbers(assignment: number, supervision: number), target: target)
            return (docket, facts)
        } catch {
            throw DeskError(error)
        }
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
