/// How somebody who raised a matter wants to be reached with the answer, as it was typed.
///
/// It is taken only from whoever called or complained to be answered; of somebody who posted something there is none.
package struct ContactDraft: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable, Codable {
        case phone, email, address

        package var label: String {
            switch self {
            case .phone: "电话"
            case .email: "邮箱"
            case .address: "地址"
            }
        }
    }

    package var kind: Kind
    package var value: String

    package init(kind: Kind, value: String) {
        self.kind = kind
        self.value = value
    }

    /// Channels by which people ask to be answered: 12345、12315 的电话和投诉.
    package static let channels = ["hotline", "phone", "complaint", "letter", "visit"]

    /// What is wrong with contacts given along with a lead: every fault at once.
    ///
    /// - Parameters:
    ///   - channel: of the lead; nil where it is wrong itself.
    ///   - isPost: the lead names an outlet or a link.
    package static func faults(of drafts: [ContactDraft], channel: String?, isPost: Bool) -> [FieldFault] {
        guard !drafts.isEmpty else { return [] }
        var faults: [FieldFault] = []
        if isPost {
            faults.append(
                FieldFault(field: "contact", rule: .other(code: "of_a_post", "网上发布的内容（有 outlet 或 link）不收联系方式")))
        } else if let channel, !Self.channels.contains(channel) {
            faults.append(
                FieldFault(
                    field: "contact",
                    rule: .other(
                        code: "not_to_be_answered",
                        "只有来电、投诉等待答复的渠道才收联系方式: \(Self.channels.joined(separator: ", "))")))
        }
        if Set(drafts.map(\.kind)).count < drafts.count {
            faults.append(FieldFault(field: "contact", rule: .other(code: "repeated", "同一种联系方式写了两次")))
        }
        for draft in drafts {
            guard let rule = draft.fault else { continue }
            faults.append(FieldFault(field: "contact.\(draft.kind.rawValue)", rule: rule))
        }
        return faults
    }

    private var fault: FieldFault.Rule? {
        let scalars = self.value.unicodeScalars
        if scalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) { return .controlCharacter }
        if scalars.allSatisfy(\.properties.isWhitespace) { return .required }
        switch self.kind {
        case .phone:
            let digits = scalars.count { ("0"..."9").contains($0) }
            let isPlain = scalars.allSatisfy { ("0"..."9").contains($0) || "+-() ".unicodeScalars.contains($0) }
            return isPlain && (5...20).contains(digits)
                ? nil : .other(code: "not_a_phone", "须为电话号码：5 至 20 位数字，可有 + - ( ) 和空格")
        case .email:
            let parts = self.value.split(separator: "@", omittingEmptySubsequences: false)
            let isPlain = !scalars.contains(where: \.properties.isWhitespace) && scalars.count <= 254
            return isPlain && parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".")
                ? nil : .other(code: "not_an_email", "须为邮箱地址")
        case .address: return scalars.count > 200 ? .tooLong(200) : nil
        }
    }

    /// What those may see who must answer and have not asked for all of it: `138****1234`, `z***@example.com`, `临澜市…`.
    package var masked: String {
        switch self.kind {
        case .phone:
            // Digits only: how it was written is nobody's business, and how much is shown must not depend on it.
            let digits = self.value.filter(\.isNumber)
            guard digits.count >= 7 else { return String(repeating: "*", count: 4) }
            let head = digits.count >= 11 ? 3 : 1
            let tail = digits.count >= 11 ? 4 : 2
            return digits.prefix(head) + "****" + digits.suffix(tail)
        case .email:
            let parts = self.value.split(separator: "@", maxSplits: 1)
            guard parts.count == 2 else { return "***" }
            return parts[0].prefix(1) + "***@" + parts[1]
        case .address:
            return self.value.prefix(min(6, self.value.count / 2)) + "***"
        }
    }
}
