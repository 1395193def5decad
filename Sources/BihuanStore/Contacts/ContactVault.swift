package import BihuanDomain
import CSodium

/// Seals and opens the contacts of people who asked to be answered: XChaCha20-Poly1305 with a key of the installation.
///
/// The database and its backups hold ciphertext only. What is sealed is bound to its city, lead, contact and kind, so that
/// a row moved elsewhere does not open. Several keys may be there: the newest seals, each opens what it has sealed.
package struct ContactVault: Sendable {
    /// One key of the installation.
    package struct Key: Sendable {
        package let id: String
        fileprivate let bytes: [UInt8]

        /// Told by number and fingerprint, so that another installation's first key is not taken for this one's.
        ///
        /// - Precondition: `bytes` are ``ContactVault/keyLength``.
        package init(number: Int, bytes: [UInt8]) {
            precondition(bytes.count == ContactVault.keyLength, "a key has \(ContactVault.keyLength) bytes")
            var print = [UInt8](repeating: 0, count: 16)
            crypto_generichash(&print, print.count, bytes, UInt64(bytes.count), nil, 0)
            self.id = "\(number)-" + print.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            self.bytes = bytes
        }
    }

    /// What a contact belongs to.
    package struct Place: Sendable, Hashable {
        package var city: CityID
        package var lead: LeadID
        package var contact: ContactID
        package var kind: ContactDraft.Kind

        package init(city: CityID, lead: LeadID, contact: ContactID, kind: ContactDraft.Kind) {
            self.city = city
            self.lead = lead
            self.contact = contact
            self.kind = kind
        }

        fileprivate var bytes: [UInt8] {
            Array("\(self.city.rawValue)/\(self.lead.text)/\(self.contact.text)/\(self.kind.rawValue)".utf8)
        }
    }

    /// A contact as it is kept.
    package struct Sealed: Sendable, Hashable {
        package var key: String
        package var nonce: [UInt8]
        package var ciphertext: [UInt8]

        package init(key: String, nonce: [UInt8], ciphertext: [UInt8]) {
            self.key = key
            self.nonce = nonce
            self.ciphertext = ciphertext
        }
    }

    package static let keyLength = 32
    private static let nonceLength = 24
    private static let tagLength = 16

    private let keys: [Key]

    /// - Parameter keys: the newest first; none: contacts are neither taken nor shown.
    package init(keys: [Key]) {
        precondition(sodium_init() >= 0, "libsodium cannot start")
        self.keys = keys
    }

    /// Takes and shows nothing.
    package static let none = ContactVault(keys: [])

    package var isReady: Bool { !self.keys.isEmpty }

    /// - Returns: nil without a key.
    package func seal(_ text: String, of place: Place) -> Sealed? {
        guard let key = self.keys.first else { return nil }
        let plain = Array(text.utf8)
        var nonce = [UInt8](repeating: 0, count: Self.nonceLength)
        randombytes_buf(&nonce, nonce.count)
        var ciphertext = [UInt8](repeating: 0, count: plain.count + Self.tagLength)
        var length: UInt64 = 0
        let bound = place.bytes
        let status = crypto_aead_xchacha20poly1305_ietf_encrypt(
            &ciphertext, &length, plain, UInt64(plain.count), bound, UInt64(bound.count), nil, nonce, key.bytes)
        guard status == 0, length == ciphertext.count else { return nil }
        return Sealed(key: key.id, nonce: nonce, ciphertext: ciphertext)
    }

    /// - Returns: nil where the key is not there, or the row is not what was sealed for this place.
    package func open(_ sealed: Sealed, of place: Place) -> String? {
        guard let key = self.keys.first(where: { $0.id == sealed.key }), sealed.nonce.count == Self.nonceLength,
            sealed.ciphertext.count > Self.tagLength
        else { return nil }
        var plain = [UInt8](repeating: 0, count: sealed.ciphertext.count - Self.tagLength)
        var length: UInt64 = 0
        let bound = place.bytes
        let status = crypto_aead_xchacha20poly1305_ietf_decrypt(
            &plain, &length, nil, sealed.ciphertext, UInt64(sealed.ciphertext.count), bound, UInt64(bound.count),
            sealed.nonce, key.bytes)
        guard status == 0 else { return nil }
        return String(validating: plain, as: UTF8.self)
    }

    /// Tells two sets of contacts apart without giving them away: a keyed hash.
    ///
    /// It goes into what an idempotency key remembers of a command; a plain hash of a telephone number would give the
    /// number to anyone who tries them all. By the oldest key, so that a new one does not change it.
    package func fingerprint(of drafts: [ContactDraft]) -> [UInt8] {
        let text = Array(drafts.map { "\($0.kind.rawValue) \($0.value)" }.sorted().joined(separator: "\n").utf8)
        let key = self.keys.last?.bytes ?? [UInt8](repeating: 0, count: Self.keyLength)
        var hash = [UInt8](repeating: 0, count: 32)
        crypto_generichash(&hash, hash.count, text, UInt64(text.count), key, key.count)
        return hash
    }
}
