package import BihuanDomain
import Postgres

/// Everything that can stop a command or a question, whichever door it came in by.
package enum DeskError: Error, Sendable {
    /// No session, or one that has ended.
    case unauthenticated
    /// The rules said no; asking again will not help.
    case refused(Refusal)
    /// No such object, or none this officer may see. The two are never told apart.
    case notFound
    /// Somebody else moved the object first; its version now, where it may be told.
    case stale(current: Int?)
    /// The idempotency key was used for another command.
    case keyReused
    /// Somebody else is at this very object; try again after that many seconds.
    case busy(retryAfter: Int)
    /// The desk has more to do than it can, whatever the object; try again after that many seconds.
    case overloaded(retryAfter: Int)
    /// The city has not adopted a plan.
    case noPlan
    /// The commit's outcome is not known; the idempotency key settles it.
    case outcomeUnknown
    /// The database could not answer. The text is for the log, not for the asker.
    case unavailable(String)
}

extension DeskError {
    init(_ error: PostgresError) {
        switch error.code {
        case .server(let state):
            switch state {
            // lock_not_available, deadlock_detected, query_canceled: somebody else is at the same object.
            case SQLState(rawValue: "55P03"), SQLState(rawValue: "40P01"), SQLState(rawValue: "57014"):
                self = .busy(retryAfter: 1)
            // A guard trigger, a write that met fewer rows than were locked (see ``SQL/mustAffect(orElse:_:)``), or a unique
            // key somebody else took meanwhile.
            case SQLState(rawValue: "LP001"), SQLState(rawValue: "LP004"), SQLState(rawValue: "22012"),
                SQLState(rawValue: "23505"):
                self = .stale(current: nil)
            case SQLState(rawValue: "LP006"):
                let rule = FieldFault.Rule.other(code: "overlap", "同一人的班次重叠")
                self = .refused(.badFields([FieldFault(field: "shifts", rule: rule)]))
            case SQLState(rawValue: "LP007"):
                let rule = FieldFault.Rule.other(code: "not_alone", "一个单位同时只有一名在任的舆情信息员")
                self = .refused(.badFields([FieldFault(field: "liaisons", rule: rule)]))
            // The session ended in the midst; see ``SQL/mustAffect(orElse:_:)``.
            case SQLState(rawValue: "2201E"): self = .unauthenticated
            // An administrator's function said no; see ``OrganisationFault``.
            case SQLState(rawValue: "LP010"): self.init(organisation: error)
            // A policy refused the row.
            case SQLState(rawValue: "42501"): self = .notFound
            default: self = .unavailable("\(error)")
            }
        case .poolExhausted: self = .overloaded(retryAfter: 2)
        case .outcomeUnknown: self = .outcomeUnknown
        case .connection, .timeout, .closed, .cancelled, .encoding, .decoding, .misuse:
            self = .unavailable("\(error)")
        }
    }
}
