/// What is wrong with the shape of one record of a CSV file.
package enum CSVFault: Hashable, Sendable {
    /// A quoted field that the file ends in: nothing after its opening quote can be told apart.
    case unterminatedQuote
    /// A quote inside a field that is not quoted, or text after a closing quote (RFC 4180 §2.5, §2.7).
    case bareQuote(field: Int)
    /// Another number of fields than the header has.
    case fieldCount(found: Int, expected: Int)
    /// More bytes than ``CSVForm/longestRecord``.
    case recordTooLong(limit: Int)

    /// The code in import reports.
    package var code: String {
        switch self {
        case .unterminatedQuote: "unterminated_quote"
        case .bareQuote: "bare_quote"
        case .fieldCount: "field_count"
        case .recordTooLong: "record_too_long"
        }
    }

    package var detail: String {
        switch self {
        case .unterminatedQuote: "引号没有闭合，直到文件末尾的内容都无法读取"
        case .bareQuote(let field): "第 \(field) 列的引号位置不对：引号内的引号要写成两个，带引号的列要整列加引号"
        case .fieldCount(let found, let expected): "应有 \(expected) 列，实有 \(found) 列"
        case .recordTooLong(let limit): "一条记录超过 \(limit) 字节"
        }
    }
}
