/// Which targets webhooks may be sent to, beyond `https` to addresses of the open internet.
///
/// A receiver in somebody's own network is normal here, and so is one without TLS; but each must be listed, because this
/// server stands inside that network and a URL is only a text. What is checked is the address that is then connected to.
package struct WebhookAllowList: Sendable, Hashable {
    private var hosts: Set<String> = []
    /// `.gov.example` for `*.gov.example`.
    private var suffixes: [String] = []
    private var ranges: [AddressRange] = []

    package init() {}

    /// Reads a list with commas or blanks between: host names, `*.example`, addresses, and ranges such as
    /// `10.20.0.0/16`; nil when an entry is none of them.
    package init?(_ text: String) {
        for entry in text.lowercased().split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let parts = entry.split(separator: "/", omittingEmptySubsequences: false)
            if let address = InternetAddress(String(parts[0])) {
                let width = 8 * address.bytes.count
                guard parts.count <= 2, let bits = parts.count == 2 ? Int(parts[1]) : width, (0...width).contains(bits)
                else { return nil }
                self.ranges.append(AddressRange(address.bytes, bits: bits))
            } else {
                guard parts.count == 1 else { return nil }
                let name = entry.hasPrefix("*.") ? entry.dropFirst(2) : entry
                let isName = name.utf8.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                }
                guard isName, !name.isEmpty else { return nil }
                if name.count < entry.count {
                    self.suffixes.append(".\(name)")
                } else {
                    self.hosts.insert(String(name))
                }
            }
        }
    }

    /// Why a target may not be sent to; nil when it may.
    ///
    /// A name in the list stands for the open internet and intranets, with or without TLS, but not for this machine or
    /// its links, wherever a name server points it: those take an address in the list.
    package func objection(to host: String, at address: InternetAddress, isSecure: Bool) -> String? {
        if self.ranges.contains(where: { $0.contains(address) }) { return nil }
        let isNamed = self.hosts.contains(host) || self.suffixes.contains { host.hasSuffix($0) }
        switch address.reach {
        case .special: return "the address is of this machine or its links; see webhooks.allow"
        case .intranet: return isNamed ? nil : "the address is of an intranet; see webhooks.allow"
        case .everywhere: return isNamed || isSecure ? nil : "http without TLS; see webhooks.allow"
        }
    }
}
