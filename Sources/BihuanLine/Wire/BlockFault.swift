/// Why a text block was not taken.
package enum BlockFault: Error, Sendable, Hashable {
    case tooLarge(limit: Int)
    /// A line of the block, counted from 1, is not text.
    case encoding(line: Int, LineFault)

    /// The argument of reply 498.
    package var name: String {
        switch self {
        case .tooLarge: "block.too-large"
        case .encoding(_, let fault): fault.name.replacing("line.", with: "block.")
        }
    }

    package var phrase: Phrase {
        switch self {
        case .tooLarge(let limit): Phrase(zh: "文本超过 \(limit) 字节", en: "text larger than \(limit) octets")
        case .encoding(let line, let fault):
            Phrase(zh: "第 \(line) 行: \(fault.phrase.zh)", en: "line \(line): \(fault.phrase.en)")
        }
    }
}
