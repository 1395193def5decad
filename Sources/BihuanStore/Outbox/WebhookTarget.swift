import Foundation

/// Where a webhook is sent: an absolute `http` or `https` URL, taken apart once.
///
/// There is no way to hold one that names a user, has a fragment, or holds anything but visible ASCII; so its parts may
/// stand in a request as they are.
package struct WebhookTarget: Sendable, Hashable, CustomStringConvertible {
    package let isSecure: Bool
    /// Lower-case name, or address without brackets.
    package let host: String
    package let port: Int
    /// Path and query, `/` at least.
    package let path: String

    /// Longest URL, in bytes.
    package static let limit = 2_000

    package init(_ url: String) throws(WebhookTargetFault) {
        guard url.utf8.count <= Self.limit, !url.isEmpty, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .malformed
        }
        // A backslash is a slash to some readers and not to others.
        guard !url.utf8.contains(UInt8(ascii: "\\")), let parts = URLComponents(string: url) else { throw .malformed }
        switch parts.scheme?.lowercased() {
        case "http": self.isSecure = false
        case "https": self.isSecure = true
        default: throw .scheme
        }
        if parts.user != nil || parts.password != nil || url.utf8.contains(UInt8(ascii: "@")) { throw .userInfo }
        guard parts.fragment == nil, let host = parts.host, !host.isEmpty else { throw .malformed }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        guard bare.utf8.count <= 253, bare.utf8.allSatisfy(Self.isOfHost) else { throw .malformed }
        self.host = bare.lowercased()
        self.port = parts.port ?? (self.isSecure ? 443 : 80)
        guard (1...65_535).contains(self.port) else { throw .malformed }
        let query = parts.percentEncodedQuery.map { "?\($0)" } ?? ""
        self.path = (parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath) + query
    }

    /// The `Host` field: with the port where it is not the scheme's own.
    package var authority: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return self.port == (self.isSecure ? 443 : 80) ? host : "\(host):\(self.port)"
    }

    /// The URL without its query, which may hold a secret.
    package var description: String {
        let path = self.path.prefix { $0 != "?" }
        return "\(self.isSecure ? "https" : "http")://\(self.authority)\(path)"
    }

    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }
}

/// Why a URL cannot be a webhook's.
package enum WebhookTargetFault: Error, Sendable, Hashable, CustomStringConvertible {
    case malformed, scheme, userInfo

    package var description: String {
        switch self {
        case .malformed: "the URL must be absolute, of visible ASCII, without a fragment"
        case .scheme: "the URL must begin with http:// or https://"
        case .userInfo: "the URL must name no user"
        }
    }
}
