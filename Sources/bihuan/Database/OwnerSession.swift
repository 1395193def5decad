import BihuanStore
import Logging
import Postgres

/// A connection as the owner, with the private PostgreSQL held up for as long as it is open.
///
/// This is how the local operator's commands work; row-level security does not bind them.
struct OwnerSession: Sendable {
    let connection: Connection
    let access: DatabaseAccess
    let installation: Installation
    let logger: Logger

    static func open(_ settings: Settings, command: String) async throws(CommandFailure) -> OwnerSession {
        let logger = settings.logger("bihuan")
        let installation = try Installation.ofThisProgram()
        let access = try await DatabaseAccess.open(
            settings, for: .visit, command: command, installation: installation, logger: logger
        )
        do throws(CommandFailure) {
            let connection = try await access.ownerConnection()
            return OwnerSession(connection: connection, access: access, installation: installation, logger: logger)
        } catch {
            await access.close()
            throw error
        }
    }

    func close() async {
        await self.connection.close()
        await self.access.close()
    }

    /// Opens a session on a schema of this program's version, runs `body`, and closes whatever comes.
    static func with<R: Sendable>(
        _ settings: Settings,
        command: String,
        _ body: (OwnerSession) async throws -> R
    ) async throws -> R {
        let session = try await Self.open(settings, command: command)
        do {
            try await session.requireSchema()
            let result = try await body(session)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }

    /// Migrates a private database, which has no administrator but us; of any other says how.
    private func requireSchema() async throws(CommandFailure) {
        let migrator = try Migrator.of(self.installation)
        let current: SchemaState?
        do throws(PostgresError) {
            current = try await SchemaState.read(self.connection)
        } catch {
            throw CommandFailure(.unavailable, "不能查询数据库：\(error.message)")
        }
        if self.access.postgres != nil, current?.standing(to: migrator.schema) ?? .older == .older {
            try await migrator.bring(self.connection)
        } else {
            try migrator.require(current)
        }
    }
}

extension Installation {
    /// The files that come with this program.
    static func ofThisProgram() throws(CommandFailure) -> Installation {
        do throws(InstallationFault) {
            return try .find()
        } catch {
            throw CommandFailure(.configuration, "找不到程序自带的文件：\(error)")
        }
    }
}

extension Migrator {
    /// The migrator for the files that come with this program.
    static func of(_ installation: Installation) throws(CommandFailure) -> Migrator {
        do throws(MigrationFault) {
            return try Migrator(sql: installation.sql)
        } catch {
            throw CommandFailure(.configuration, "程序自带的 SQL 文件有误，请重新安装：\(error)")
        }
    }

    /// Says what to do about a database that is not what this program needs.
    func require(_ found: SchemaState?) throws(CommandFailure) {
        let found = found ?? SchemaState(migration: 0, meaning: nil)
        switch found.standing(to: self.schema) {
        case .same: return
        case .older:
            throw CommandFailure(.configuration, "库的结构较旧（\(found)，程序是 \(self.schema)），请先运行 bihuan migrate")
        case .newer:
            throw CommandFailure(.configuration, "库的结构（\(found)）比程序（\(self.schema)）新，请换用更新的程序")
        }
    }

    /// Migrates, with what may go wrong told in this program's words.
    @discardableResult
    func bring(_ connection: Connection) async throws(CommandFailure) -> Report {
        do throws(MigrationFault) {
            return try await self.migrate(connection)
        } catch {
            switch error {
            case .newer: throw CommandFailure(.configuration, "库的结构比程序新，请换用更新的程序：\(error)")
            case .failed(_, let cause) where cause.sqlState == SQLState(rawValue: "55P03"):
                throw CommandFailure(.temporaryFailure, "另一个迁移正在进行，或有长事务占着表；请稍后再试")
            default: throw CommandFailure(.unavailable, "迁移失败：\(error)")
            }
        }
    }
}

extension DatabaseAccess {
    /// Logs in as `bihuan_migrate`.
    func ownerConnection() async throws(CommandFailure) -> Connection {
        do throws(PostgresError) {
            // What the local operator does may touch every case of a city, e.g. moving a unit.
            let settings = SessionSettings(
                statementTimeout: nil, lockTimeout: .seconds(10), deadline: .seconds(600))
            return try await Connection.open(self.conninfo[.migrate] ?? "", settings: settings)
        } catch {
            throw CommandFailure(.unavailable, "不能以 bihuan_migrate 连接数据库：\(error.message)")
        }
    }
}
