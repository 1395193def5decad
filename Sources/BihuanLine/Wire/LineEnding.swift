/// How the lines of a connection end.
///
/// RFC 3977 knows CRLF only. A bare LF is accepted for the sake of hand-typed and scripted sessions, but one connection
/// has one line ending: two readings of the same bytes are how commands are smuggled.
package enum LineEnding: Sendable, Hashable {
    case crlf
    case lf
}
