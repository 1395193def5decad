import BihuanStore
import Foundation

/// The installation's keys for contacts: files `1.key`, `2.key` … of 32 random bytes each, mode 0600, in a folder of
/// their own. The highest number seals; the others open what they have sealed.
///
/// They are not in the database nor in its backups: who has only those reads no contact. Lost, the contacts are lost.
/// Several servers on one database need the same ones: `contacts.keys` names a folder that all of them read.
enum ContactKeys {
    /// Of the data directory.
    static let folder = "contacts"

    /// Reads the keys, making the first one where the folder is the data directory's own.
    static func vault(_ settings: Settings) throws(CommandFailure) -> ContactVault {
        let directory = try settings.directory()
        if settings.contactKeys == nil, try Self.numbers(settings).isEmpty {
            _ = try SecretFile.load("\(Self.folder)/1.key", in: directory)
        }
        let path = Self.path(settings, directory)
        var keys: [ContactVault.Key] = []
        for number in try Self.numbers(settings).sorted(by: >) {
            let file = "\(path)/\(number).key"
            guard let status = FileStatus(of: file), status.kind == .file, status.mode & 0o077 == 0,
                let data = FileManager.default.contents(atPath: file), data.count == ContactVault.keyLength
            else {
                throw CommandFailure(.configuration, "\(file) 应为 \(ContactVault.keyLength) 字节、只有服务账户可读（0600）")
            }
            keys.append(ContactVault.Key(number: number, bytes: Array(data)))
        }
        guard !keys.isEmpty else {
            throw CommandFailure(.configuration, "\(path) 里没有密钥（1.key：\(ContactVault.keyLength) 个随机字节，权限 0600）")
        }
        return ContactVault(keys: keys)
    }

    /// Makes the next key, which seals from the server's next start on.
    ///
    /// - Returns: its number.
    static func rotate(_ settings: Settings) throws(CommandFailure) -> Int {
        guard settings.contactKeys == nil else {
            throw CommandFailure(
                .configuration, "密钥在 contacts.keys 所指的目录里，请在那里自行添加下一个编号的 .key 文件")
        }
        let next = (try Self.numbers(settings).max() ?? 0) + 1
        _ = try SecretFile.load("\(Self.folder)/\(next).key", in: try settings.directory())
        return next
    }

    private static func path(_ settings: Settings, _ directory: DataDirectory) -> String {
        settings.contactKeys ?? "\(directory.path)/\(Self.folder)"
    }

    private static func numbers(_ settings: Settings) throws(CommandFailure) -> [Int] {
        let path = Self.path(settings, try settings.directory())
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { name in
            name.hasSuffix(".key") ? Int(name.dropLast(4)).flatMap { $0 > 0 ? $0 : nil } : nil
        }
    }
}
