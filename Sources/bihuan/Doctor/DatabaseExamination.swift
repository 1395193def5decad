import BihuanStore
import Foundation
import Postgres

/// Looks at the database as its owner: version, roles, schema, row-level security, clock.
struct DatabaseExamination: Sendable {
    /// The oldest minor release of 15 without a known hole in row-level security (CVE-2026-14666: stale policies in
    /// plans after a change of roles).
    static let soundMinor = 150_019

    let connection: Connection
    /// What this program's files make of a database.
    let schema: SchemaState

    func findings() async -> [Finding] {
        var findings = [await self.version()]
        for (subject, look) in [
            ("角色", self.roles), ("迁移", self.migrations), ("行级安全", self.rowSecurity), ("时钟", self.clock),
            ("领域时间", self.timeOffset), ("字符集与校验和", self.storage),
        ] as [(String, @Sendable () async throws(PostgresError) -> [Finding])] {
            do throws(PostgresError) {
                findings += try await look()
            } catch {
                findings.append(.fail(subject, "不能查询：\(error.message)", "先运行 bihuan migrate"))
            }
        }
        return findings
    }

    private func version() async -> Finding {
        Self.judge(version: await self.connection.serverVersion)
    }

    /// - Parameter version: as `server_version_num`: 150018 is 15.18.
    static func judge(version: Int) -> Finding {
        let subject = "PostgreSQL"
        let text = "\(version / 10_000).\(version % 10_000)"
        if version / 10_000 < PostgresBinaries.oldestMajor {
            return .fail(subject, text, "升级到 \(PostgresBinaries.oldestMajor) 或更新的大版本")
        }
        if version < Self.soundMinor {
            return .warn(subject, text, "升级到 15.19 或更新：旧版在角色变更后可能沿用过时的行级安全计划（CVE-2026-14666）")
        }
        return .ok(subject, text)
    }

    @Sendable private func roles() async throws(PostgresError) -> [Finding] {
        let remedy = "以超级用户对该库运行 sql/roles.sql"
        let rows = try await self.connection.query(
            """
            select r.rolname::text as name,
                   r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication as is_mighty,
                   r.rolcanlogin as can_log_in,
                   array(select g.rolname::text
                           from pg_auth_members m join pg_roles g on g.oid = m.roleid
                          where m.member = r.oid order by 1) as member_of
              from pg_roles r
             where r.rolname in ('bihuan_owner', 'bihuan_migrate', 'bihuan_server', 'bihuan_worker')
            """,
            intent: .read
        ).rows
        var known: Set<String> = []
        var findings: [Finding] = []
        for row in rows {
            let name: String = try row.get("name")
            known.insert(name)
            if try row.get("is_mighty") { findings.append(.fail("角色", "\(name) 权限过大，可绕过行级安全", remedy)) }
            if try row.get("can_log_in") != (name != "bihuan_owner") {
                findings.append(.fail("角色", "\(name) 的登录属性不对", remedy))
            }
            let groups: [String] = try row.get("member_of")
            let expected = name == "bihuan_migrate" ? ["bihuan_owner"] : []
            if groups != expected {
                findings.append(.fail("角色", "\(name) 所属的组不对：\(groups.joined(separator: "、"))", remedy))
            }
        }
        let missing = Set(["bihuan_owner", "bihuan_migrate", "bihuan_server", "bihuan_worker"]).subtracting(known)
        if !missing.isEmpty {
            findings.append(.fail("角色", "没有 \(missing.sorted().joined(separator: "、"))", remedy))
        }
        return findings.isEmpty ? [.ok("角色", "四个角色与成员关系都对")] : findings
    }

    @Sendable private func migrations() async throws(PostgresError) -> [Finding] {
        guard let current = try await SchemaState.read(self.connection) else {
            return [.fail("迁移", "库里还没有 bihuan 的表", "bihuan migrate")]
        }
        return switch current.standing(to: self.schema) {
        case .same: [.ok("迁移", "\(current)，最新")]
        case .older: [.fail("迁移", "库在 \(current)，程序需要 \(self.schema)", "bihuan migrate")]
        case .newer: [.fail("迁移", "库在 \(current)，比程序（\(self.schema)）新", "换用更新的程序")]
        }
    }

    @Sendable private func rowSecurity() async throws(PostgresError) -> [Finding] {
        let rows = try await self.connection.query(
            """
            select c.relname::text as name
              from pg_class c
             where c.relnamespace = to_regnamespace('bihuan') and c.relkind in ('r', 'p') and not c.relrowsecurity
             order by 1
            """,
            intent: .read
        ).rows
        var open: [String] = []
        for row in rows { open.append(try row.get("name")) }
        guard open.isEmpty else {
            return [.fail("行级安全", "这些表没有开启：\(open.joined(separator: "、"))", "bihuan migrate；仍不行则库被人改过")]
        }
        return [.ok("行级安全", "所有表都已开启")]
    }

    @Sendable private func clock() async throws(PostgresError) -> [Finding] {
        let rows = try await self.connection.query("select clock_timestamp() as now", intent: .read).rows
        let there: Date? = try rows.first?.get("now")
        return [Self.judge(difference: there.map { $0.timeIntervalSinceNow } ?? 0)]
    }

    /// - Parameter difference: seconds by which the database's clock is ahead of this machine's.
    static func judge(difference: Double) -> Finding {
        let text = "数据库与本机相差 \(Int((abs(difference) * 1_000).rounded())) 毫秒"
        if abs(difference) >= 60 { return .fail("时钟", text, "在两台机器上启用时间同步（如 chrony）；时限以数据库的时钟为准") }
        if abs(difference) >= 1 { return .warn("时钟", text, "在两台机器上启用时间同步（如 chrony）") }
        return .ok("时钟", text)
    }

    @Sendable private func timeOffset() async throws(PostgresError) -> [Finding] {
        let rows = try await self.connection.query(
            "select extract(epoch from ahead)::bigint as seconds from bihuan.time_offset", intent: .read
        ).rows
        let seconds: Int = try rows.first?.get("seconds") ?? 0
        guard seconds != 0 else { return [.ok("领域时间", "与真实时间一致")] }
        return [
            .warn("领域时间", "偏离真实时间 \(seconds) 秒（演示或演练留下的）", "正式使用前清零：delete from bihuan.time_offset")
        ]
    }

    @Sendable private func storage() async throws(PostgresError) -> [Finding] {
        let rows = try await self.connection.query(
            """
            select pg_encoding_to_char(encoding)::text as encoding, current_setting('data_checksums') as checksums
              from pg_database where datname = current_database()
            """,
            intent: .read
        ).rows
        guard let row = rows.first else { return [] }
        let encoding: String = try row.get("encoding")
        guard encoding == "UTF8" else {
            return [.fail("字符集与校验和", "库的编码是 \(encoding)", "以 UTF8 编码另建库")]
        }
        guard try row.get("checksums") == "on" else {
            return [.warn("字符集与校验和", "UTF8；没有数据校验和", "停库后运行 pg_checksums --enable")]
        }
        return [.ok("字符集与校验和", "UTF8，有校验和")]
    }
}
