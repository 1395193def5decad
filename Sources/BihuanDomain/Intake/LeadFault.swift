/// One thing that is wrong with a draft.
package struct LeadFault: Error, Hashable, Sendable {
    /// What kind of fault; the raw value is the code of the JSON door and of import reports.
    package enum Code: String, CaseIterable, Hashable, Sendable {
        /// A required field is absent or blank.
        case missing
        /// More code points than ``LeadField/limit``.
        case tooLong = "too_long"
        /// A control character; only `content` and `reply` may hold tabs and line breaks.
        case controlCharacter = "control_character"
        /// An identifier that is not in Unicode's composed form (NFC), or holds a blank or an invisible character.
        case notPlain = "not_plain"
        /// A source or channel that is not a label: `a-z`, then `a-z 0-9 -`.
        case notALabel = "not_a_label"
        /// A link that is not absolute http or https.
        case notALink = "not_a_link"
        /// A time that no permitted form reads.
        case notATime = "not_a_time"
        /// A time before 1900: a spreadsheet's empty cell, not a date.
        case tooEarly = "too_early"
        /// A time more than a day after now.
        case inTheFuture = "in_the_future"
        /// A value that the mapping file's table does not list.
        case notInTable = "not_in_table"
        /// A text that begins with the mark of a state secret.
        case stateSecret = "state_secret"
    }

    package var field: LeadField
    package var code: Code
    /// One sentence for the person who typed it or wrote the map.
    package var detail: String

    package init(field: LeadField, code: Code, detail: String) {
        self.field = field
        self.code = code
        self.detail = detail
    }
}
