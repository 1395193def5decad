import Foundation
import Glibc
import NIOCore
import NIOPosix

/// The file of the Unix socket: who may connect, and what a killed server left behind.
enum UnixSocketFile {
    /// Makes way for a socket at `path`.
    ///
    /// - Throws: ``LineServerFault`` when a living server answers there.
    static func makeWay(at path: String, on group: any EventLoopGroup) async throws {
        guard path.utf8.count <= 107 else { throw LineServerFault.socketPathTooLong(path: path) }
        // Not stat(2): debug and release builds disagree about the module its struct comes from.
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard attributes?[.type] as? FileAttributeType == .typeSocket else { return }
        if let channel = try? await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get() {
            try? await channel.close()
            throw LineServerFault.socketInUse(path: path)
        }
        _ = unlink(path)
    }

    /// Owner and group may connect, nobody else.
    static func protect(_ path: String, groupName: String?) throws {
        if let groupName {
            guard let group = getgrnam(groupName) else { throw LineServerFault.noSuchGroup(groupName) }
            guard chown(path, uid_t.max, group.pointee.gr_gid) == 0 else {
                throw LineServerFault.cannotWrite(path: path)
            }
        }
        guard chmod(path, 0o660) == 0 else { throw LineServerFault.cannotWrite(path: path) }
    }

    static func remove(_ path: String) {
        _ = unlink(path)
    }
}
