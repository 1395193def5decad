package import Foundation

/// One value of a table or record, before it is text or JSON.
package enum Cell: Sendable, Hashable {
    case none
    case text(String)
    case integer(Int)
    case flag(Bool)
    /// An instant, shown in the city's own time.
    case time(Date)
    /// Several words, e.g. the steps allowed now.
    case words([String])

    /// `.none` for nil and for an empty text.
    package init(_ text: String?) {
        if let text, !text.isEmpty { self = .text(text) } else { self = .none }
    }

    package init(_ time: Date?) {
        if let time { self = .time(time) } else { self = .none }
    }

    package init(_ number: Int?) {
        if let number { self = .integer(number) } else { self = .none }
    }

    /// The mark of a drill, in the word that everybody at a drill looks for; `.none` for what is in earnest.
    package init(drill isDrill: Bool) {
        self = isDrill ? .text("演练") : .none
    }
}
