/// The sizes that the line door announces and keeps.
///
/// All are octets. They stand in the `XBIHUAN` capability line, so a change of one is a change of the protocol.
package enum LineLimits {
    /// The longest command line, its line ending included.
    package static let line = 16_384
    /// The longest command line of a verb that RFC 3977 defines (§3.1), its line ending included.
    package static let standardLine = 512
    /// The largest text block a client may send, after the dots are taken off, line endings counted as one octet.
    package static let block = 1_048_576
    /// How much of a block that is already too large is still read, so that the session can go on afterwards.
    package static let refusedBlock = 4 * 1_048_576
    /// The longest line that is ever sent, without its CRLF: what Python's `nntplib` accepts.
    package static let output = 2_046
    /// The longest first line of a reply, without its CRLF (RFC 3977 §3.1).
    package static let status = 510
}
