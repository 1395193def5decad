package import BihuanDomain

/// How the columns of a file become the fields of leads: a mapping file (映射) fit to be used.
///
/// The form of the file is told in `deploy/maps/hotline-12345.yaml`. There is no target for who wrote a lead:
/// columns with persons' names or numbers can only be ignored.
package struct ImportMap: Hashable, Sendable {
    /// How a field's value comes about.
    package enum Step: Hashable, Sendable {
        // Sources: the first step, and only the first.
        case column(String)
        /// The columns that are not blank, one after another; with `distinct`, those equal to the one before left out.
        case columns([String], separator: String, distinct: Bool)
        case constant(String)
        /// The first column that is not blank.
        case firstOf([String])

        // Transforms, in the order they are written.
        case trim
        /// Every run of blanks and line breaks becomes one blank.
        case collapseSpace
        /// The first so many characters.
        case take(Int)
        /// Every match of a regular expression, by a plain text.
        case replace(pattern: String, with: String)
        /// The value that a table gives; a value it does not list becomes `otherwise`, or rejects the row.
        case lookup([String: String], otherwise: String?)
        case date([TimeForm])
        /// What stands there if nothing does.
        case fallback(String)

        /// Columns that it reads.
        package var columns: [String] {
            switch self {
            case .column(let name): [name]
            case .columns(let names, _, _), .firstOf(let names): names
            default: []
            }
        }

        package var isSource: Bool {
            switch self {
            case .column, .columns, .constant, .firstOf: true
            default: false
            }
        }
    }

    package let source: String
    /// Nil: as the file's bytes say (``FileSurvey/encoding``).
    package let encoding: TextEncoding?
    package let delimiter: UInt8
    /// Seconds east of UTC of times that state no zone.
    package let utcOffset: Int
    /// Steps by field. `source` is never among them; `channel` always is.
    package let fields: [LeadField: [Step]]
    /// Columns that a file may lack; they then count as blank.
    package let optionalColumns: Set<String>
    package let ignoredColumns: Set<String>
    /// Whether columns that the map does not name are ignored too.
    package let ignoresOtherColumns: Bool
    /// The file as it was read, to tell a changed map by.
    package let text: String

    init(
        source: String,
        encoding: TextEncoding?,
        delimiter: UInt8,
        utcOffset: Int,
        fields: [LeadField: [Step]],
        optionalColumns: Set<String>,
        ignoredColumns: Set<String>,
        ignoresOtherColumns: Bool,
        text: String
    ) {
        self.source = source
        self.encoding = encoding
        self.delimiter = delimiter
        self.utcOffset = utcOffset
        self.fields = fields
        self.optionalColumns = optionalColumns
        self.ignoredColumns = ignoredColumns
        self.ignoresOtherColumns = ignoresOtherColumns
        self.text = text
    }

    /// Every column that some field is made of.
    package var columns: Set<String> {
        Set(self.fields.values.joined().flatMap(\.columns))
    }

    /// What does not fit between this map and a file's header, in words; empty when an import may begin.
    package func faults(against header: [String]) -> [String] {
        var faults: [String] = []
        var seen: Set<String> = []
        for (index, name) in header.enumerated() {
            if name.isEmpty {
                if !self.ignoresOtherColumns { faults.append("文件第 \(index + 1) 列没有列名") }
            } else if !seen.insert(name).inserted {
                faults.append("文件有两列都叫“\(name)”")
            } else if !self.ignoresOtherColumns, !self.columns.contains(name), !self.ignoredColumns.contains(name) {
                faults.append("映射没有说明文件的列“\(name)”：请在 fields 中使用它，或列入 ignore")
            }
        }
        for name in self.columns.subtracting(seen).subtracting(self.optionalColumns).sorted() {
            faults.append("文件缺少映射要用的列“\(name)”")
        }
        return faults
    }
}
