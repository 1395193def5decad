/// A field of an error or notice, by the letter the protocol gives it (the manual, "Error and Notice Message Fields").
///
/// They are `PG_DIAG_` macros in libpq's header, which Swift does not import.
enum DiagnosticField: Unicode.Scalar {
    /// ERROR, FATAL, WARNING, … in English whatever the server's language.
    case severity = "V"
    case sqlState = "C"
    case message = "M"
    case detail = "D"
    case position = "P"
    case context = "W"
    case table = "t"
    case column = "c"
    case constraint = "n"
    /// The function of the server's source that spoke.
    case sourceFunction = "R"
}
