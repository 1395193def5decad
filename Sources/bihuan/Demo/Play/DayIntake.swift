import Foundation

/// Brings cases in: by import as the local operator, and one by one through the JSON door as the duty desk.
struct DayIntake: Sendable {
    /// How many records of a file were taken in.
    typealias Importing = @Sendable (_ file: URL, _ map: URL) async throws -> Int

    let files: DemoFiles
    let doors: DemoDoors
    /// The dispatcher in whose list the imported cases are found.
    let dispatcher: Cast.Player
    /// Where the files of the waves are written.
    let folder: URL
    let importing: Importing

    /// A case as the list of registered ones shows it.
    struct Registered: Decodable, Sendable, Hashable {
        var id: String
        var ref: String
        var title: String
        var category: String?
        var place: String?
    }

    private struct Page: Decodable {
        var items: [Registered]
        var next: String?
    }

    /// Imports cases of `cases.csv` as a file of that wave.
    ///
    /// - Parameter date: the time of a minute of the day.
    func importWave(
        _ cases: [DemoCase], named name: String, at date: (Int) -> Date
    ) async throws -> Int {
        let rows = cases.map { one in
            [
                one.reference, one.channel, one.category, one.place, one.title, one.content,
                Self.text(date(self.files.day.opens.minutes + one.occurredAt)), one.outlet ?? "", one.link ?? "",
            ]
        }
        let file = self.folder.appendingPathComponent("\(name).csv")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        try DemoTable.text(columns: Self.columns, rows: rows).write(to: file, atomically: true, encoding: .utf8)
        return try await self.importing(file, self.files.folder.appendingPathComponent("map.yaml"))
    }

    /// Columns of a wave's file, as `map.yaml` reads them.
    static let columns = [
        "reference", "channel", "category", "place", "title", "content", "occurred_at", "outlet", "link",
    ]

    /// Registers one case as the duty desk does while somebody is on the telephone.
    ///
    /// - Returns: its case number.
    func register(
        _ one: DemoCase, by player: Cast.Player, at date: (Int) -> Date
    ) async throws(DoorFailure) -> String {
        let token = try await self.doors.sessions.token(player)
        let reply: RefReply = try await self.doors.json.post(
            "/api/v1/cases",
            DoorWords.Case(
                source: Self.source, reference: one.reference, channel: one.channel, title: one.title,
                content: one.content, category: one.category, place: one.place, outlet: one.outlet, link: one.link,
                occurredAt: Self.text(date(self.files.day.opens.minutes + one.occurredAt))),
            token: token)
        guard let ref = reply.ref else {
            throw DoorFailure(request: "POST /api/v1/cases", status: 201, detail: "the answer has no ref")
        }
        return ref
    }

    /// Every case that waits for grading, oldest first, at most `most`.
    func registered(most: Int) async throws(DoorFailure) -> [Registered] {
        let token = try await self.doors.sessions.token(self.dispatcher)
        var all: [Registered] = []
        var after: String?
        repeat {
            var query = [("state", "registered"), ("limit", "200")]
            if let after { query.append(("after", after)) }
            let page: Page = try await self.doors.json.get("/api/v1/cases", query, token: token)
            all += page.items
            after = page.next
        } while after != nil && all.count < most
        return Array(all.prefix(most).reversed())
    }

    /// The system that the cases come from, as `map.yaml` names it too.
    static let source = "demo-city"

    private static func text(_ date: Date) -> String {
        date.formatted(
            .iso8601.year().month().day().timeZone(separator: .colon).time(includingFractionalSeconds: false))
    }
}
