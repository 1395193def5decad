import Crypto
package import Foundation
import SwiftASN1
import X509

/// The server's certificate and key, made on first start and used ever after.
///
/// Self-signed: its own file is what clients trust (`-CAfile line.crt`). An installation with an authority of its own
/// puts its files in the same places.
package struct LineCertificate: Sendable {
    /// PEM, the chain.
    package let certificatePath: String
    /// PEM, readable by the server's account only.
    package let keyPath: String

    /// Finds the pair in `directory` (`line.crt`, `line.key`), or makes it.
    ///
    /// - Parameter hostName: stands in the certificate beside `localhost`, `127.0.0.1` and `::1`.
    /// - Throws: ``LineServerFault`` when one of the two is missing, or the directory cannot be written.
    package static func load(orMakeIn directory: String, hostName: String, now: Date = Date()) throws -> LineCertificate
    {
        let pair = LineCertificate(certificatePath: "\(directory)/line.crt", keyPath: "\(directory)/line.key")
        let files = FileManager.default
        switch (files.fileExists(atPath: pair.certificatePath), files.fileExists(atPath: pair.keyPath)) {
        case (true, true):
            return pair
        case (false, false):
            try files.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try pair.make(hostName: hostName, now: now)
            return pair
        case (let hasCertificate, _):
            throw LineServerFault.halfACertificate(
                present: hasCertificate ? pair.certificatePath : pair.keyPath,
                missing: hasCertificate ? pair.keyPath : pair.certificatePath
            )
        }
    }

    /// Ten years: an intranet console that stops answering because a self-signed certificate ran out helps nobody.
    private static let life: TimeInterval = 3_650 * 86_400

    private func make(hostName: String, now: Date) throws {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName(hostName) }
        let names = [GeneralName.dnsName("localhost")] + (hostName == "localhost" ? [] : [.dnsName(hostName)])
        let addresses: [GeneralName] = [
            .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
            .ipAddress(ASN1OctetString(contentBytes: Array(repeating: 0, count: 15) + [1])),
        ]
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            // An hour back, for clients whose clock is behind.
            notValidBefore: now.addingTimeInterval(-3_600),
            notValidAfter: now.addingTimeInterval(Self.life),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                // No key usage: one without keyCertSign is no trust anchor for BoringSSL, and this is to be no authority.
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names + addresses)
                SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
            },
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
        // The key first: a certificate without its key would stop the next start.
        try Self.write(key.pemRepresentation + "\n", to: self.keyPath, mode: 0o600)
        try Self.write(certificate.serializeAsPEM().pemString + "\n", to: self.certificatePath, mode: 0o644)
    }

    /// Writes beside the place and renames, with the mode set from the first byte on.
    private static func write(_ text: String, to path: String, mode: Int) throws {
        let draft = path + ".new"
        let files = FileManager.default
        try? files.removeItem(atPath: draft)
        guard
            files.createFile(atPath: draft, contents: nil, attributes: [.posixPermissions: mode]),
            let handle = FileHandle(forWritingAtPath: draft)
        else { throw LineServerFault.cannotWrite(path: path) }
        try files.setAttributes([.posixPermissions: mode], ofItemAtPath: draft)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.synchronize()
        try handle.close()
        try files.moveItem(atPath: draft, toPath: path)
    }
}
