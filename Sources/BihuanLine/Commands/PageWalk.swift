import BihuanStore

/// Walks a list page by page, each asked for when it is wanted.
actor PageWalk<Item: Sendable> {
    private let ask: @Sendable (PageKey?, Int) async throws(DeskError) -> Page<Item>
    private let size: Int
    /// Rows still wanted; nil: all.
    private var wanted: Int?
    private var pending: Page<Item>?
    private var after: PageKey?
    private var isFirst = true

    init(
        first: Page<Item>, limit: Int?, size: Int,
        ask: @escaping @Sendable (PageKey?, Int) async throws(DeskError) -> Page<Item>
    ) {
        self.pending = first
        self.wanted = limit
        self.size = size
        self.ask = ask
    }

    /// The next rows, and whether they are the first; nil at the end.
    func next() async throws(DeskError) -> (items: [Item], isFirst: Bool)? {
        let page: Page<Item>
        if let pending = self.pending.take() {
            page = pending
        } else {
            guard let after, wanted != 0 else { return nil }
            page = try await self.ask(after, min(self.wanted ?? self.size, self.size))
        }
        let items = Array(page.items.prefix(self.wanted ?? .max))
        if let wanted { self.wanted = wanted - items.count }
        self.after = page.next
        defer { self.isFirst = false }
        return (items, self.isFirst)
    }
}
