import AsyncHTTPClient
import BihuanDomain
import BihuanLine
import BihuanStore
import BihuanWorkers
import Foundation
import Logging
import Postgres

/// The demonstration on a running server: sets the city up, plays its day once, tells what came of it.
struct Demo: Sendable {
    private let server: RunningServer
    private let files: DemoFiles
    private let directory: DataDirectory
    /// A connection as `bihuan_migrate`, for what only the local operator may do.
    private let owner: Connection

    init(_ server: RunningServer) async throws {
        self.server = server
        do throws(DemoFaults) {
            self.files = try DemoFiles(server.installation.demoCity)
        } catch {
            throw CommandFailure(.dataError, "演示城市的文件有误：\n\(error)")
        }
        self.directory = try server.settings.directory()
        self.owner = try await server.access.ownerConnection()
    }

    /// Plays the day unless the city has had it, and shows the leader's summary, the doors and the log-ins.
    ///
    /// - Returns: whether a step failed.
    func play(_ source: DayPlayer.Source) async throws -> Bool {
        let city = DemoCity(
            files: self.files, installation: self.server.installation, owner: self.owner,
            keeper: DemoPassword(in: self.directory.path))
        let founded: DemoCity.Founded
        do {
            founded = try await city.found(tell: Terminal.tell)
            try await self.letTheLocalAccountIn()
        } catch let fault as RegistryFault {
            throw CommandFailure(fault)
        }
        let http = HTTPClient.shared
        let json = JSONDoorClient(base: self.server.addresses.http, http: http)
        let doors = DemoDoors(
            json: json,
            line: DemoLineDoor(address: try self.lineAddress(), city: self.files.city.code, password: founded.password),
            sessions: OfficerSessions(door: json, city: self.files.city.code, password: founded.password))
        let failed: Bool
        do {
            failed = try await self.playOnce(source, founded, city, doors)
        } catch {
            await doors.line.close()
            throw error
        }
        await doors.line.close()
        try await self.tellSummary(founded, doors)
        await self.owner.close()
        return failed
    }

    /// Plays the day in a city that has no cases yet.
    private func playOnce(
        _ source: DayPlayer.Source, _ founded: DemoCity.Founded, _ city: DemoCity, _ doors: DemoDoors
    ) async throws -> Bool {
        guard try await city.caseCount() > 0 else { return try await self.playDay(source, founded, doors) }
        let isWhole = FileManager.default.fileExists(atPath: self.playedMark.path)
        Terminal.tell(isWhole ? "数据仍在，演示的一天不再重演。" : "上次的一天没有走完，数据仍在，不再重演；换一个 --data-dir 可从头再来。")
        return false
    }

    /// The line door over TCP, with the certificate that the server made for itself.
    private func lineAddress() throws(CommandFailure) -> LineClientAddress {
        guard let port = self.server.addresses.line.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw CommandFailure(.software, "行协议门没有端口：\(self.server.addresses.line)")
        }
        return .tcp(host: "127.0.0.1", port: port, trust: self.directory.path + "/line/line.crt")
    }

    /// Lets the account that runs the demonstration use `bihuan ctl` over the Unix socket, as the city's operator.
    private func letTheLocalAccountIn() async throws {
        guard let operating = self.files.officers.first(where: { $0.posts.contains { $0.role == .operator } }) else {
            return
        }
        let registry = Registry(self.owner)
        try await registry.setPeer(
            osUser: try SystemAccount.current().name, login: operating.login,
            secret: try SecretFile.load(SecretFile.peer, in: self.directory),
            in: try await registry.city(self.files.city.code).id)
    }

    /// Left behind when the day has been played to its end.
    private var playedMark: URL { URL(fileURLWithPath: self.directory.path).appending(path: "demo/played") }

    private func playDay(
        _ source: DayPlayer.Source, _ founded: DemoCity.Founded, _ doors: DemoDoors
    ) async throws -> Bool {
        let day = try DemoDate.day(for: Date(), founded.calendar)
        let clock = DayClock(owner: self.owner, day: day, offset: founded.calendar.offset)
        var cast = Cast(self.files.officers)
        guard let dispatcher = cast.player(.assign, in: self.files.root, wanted: .dispatcher) else {
            throw CommandFailure(.dataError, "officers.csv：市局没有派单员")
        }
        let intake = DayIntake(
            files: self.files, doors: doors, dispatcher: dispatcher,
            folder: URL(fileURLWithPath: self.directory.path).appending(path: "demo/waves"),
            importing: try await self.importing())
        let sweeper = SupervisionSweeper(
            store: self.server.store, configuration: SweeperConfiguration(batchSize: 500), clock: ContinuousClock(),
            logger: self.server.logger)
        let (year, month, dayOfMonth) = day.components
        Terminal.tell("演示 \(self.files.city.name) \(year) 年 \(month) 月 \(dayOfMonth) 日的一个工作日：")
        var player = DayPlayer(
            files: self.files, doors: doors, clock: clock, intake: intake, sweep: { await sweeper.pass() })
        let (record, seconds) = try await player.play(source)
        DayReport(files: self.files, record: record, seconds: seconds).lines.forEach(Terminal.tell)
        guard record.failures.isEmpty else { return true }
        try Data("\(year)-\(month)-\(dayOfMonth)\n".utf8).write(to: self.playedMark)
        return false
    }

    /// The importer as the local operator runs it, on the owner's connection.
    private func importing() async throws -> DayIntake.Importing {
        let owner = self.owner
        let code = self.files.city.code
        let registry = Registry(owner)
        let city = try await registry.city(code)
        let clocks = try await registry.registrationClocks(of: city.id)
        let account = try SystemAccount.current().name
        let reports = URL(fileURLWithPath: self.directory.path).appending(path: "demo/reports")
        return { file, map in
            try FileManager.default.createDirectory(at: reports, withIntermediateDirectories: true)
            let report = reports.appending(path: file.deletingPathExtension().lastPathComponent + ".report.csv")
            let importer = CaseImporter(
                connection: owner, city: code, actor: "local:\(account)", clocks: clocks)
            let summary: ImportSummary
            do throws(ImportError) {
                summary = try await importer.run(file: file.path, map: map.path, report: report.path)
            } catch {
                throw CommandFailure(error)
            }
            if summary.rejected > 0 { Terminal.tell("  导入 \(file.lastPathComponent)：\(summary)；见 \(report.path)") }
            return summary.imported
        }
    }

    /// The leader's summary as the leader's own session reads it, then where the doors are and who may log in.
    private func tellSummary(_ founded: DemoCity.Founded, _ doors: DemoDoors) async throws {
        var cast = Cast(self.files.officers)
        guard let leader = cast.player(.supervise, in: self.files.root, wanted: .leader) else {
            throw CommandFailure(.dataError, "officers.csv：市局没有领导")
        }
        let summary: LeaderSummary
        do throws(DoorFailure) {
            summary = try await doors.json.get("/api/v1/summary", token: try await doors.sessions.token(leader))
        } catch {
            throw CommandFailure(.software, "读取升级汇总失败：\(error)")
        }
        let levels = founded.plan.levels.reversed().map { (key: $0.key, name: $0.name) }
        Terminal.print("")
        summary.lines(levels: levels, offset: founded.calendar.offset).forEach(Terminal.print)
        Terminal.print("")
        var table = TextTable([.left, .left])
        table.add("JSON 接口", self.server.addresses.http + "/api/v1")
        table.add("行协议", self.server.addresses.line)
        table.add("Unix 套接字", self.server.addresses.socket)
        table.add("本机管理", "bihuan ctl --socket \(self.server.addresses.socket) HEALTH")
        table.lines.forEach(Terminal.print)
        Terminal.print("")
        DemoLogIns(files: self.files, password: founded.password).lines.forEach(Terminal.print)
    }
}
