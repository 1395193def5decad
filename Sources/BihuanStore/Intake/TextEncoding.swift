/// The character encodings that exports of Chinese offices come in.
package enum TextEncoding: String, CaseIterable, Hashable, Sendable {
    case utf8 = "utf-8"
    /// With GBK and GB 2312 as its parts.
    case gb18030
}
