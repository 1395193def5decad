/// A line in which nobody's crowd keeps another waiting.
///
/// Who waits stands at a path, from the widest circle to the narrowest: a city, then a session of it. Next is always the
/// circle that has least under way, and within it the same again; between equals it goes round. A line that is full
/// makes room for a newcomer at the cost of a larger crowd, never of an equal one.
///
/// It knows nothing of what is waited for. All paths of one line are equally long.
package struct FairLine<Element> {
    package typealias Path = [String]

    /// What became of a newcomer.
    package enum Joining {
        case joined
        /// In line, in the place of this one.
        case instead(of: Element)
        /// Its own crowd, or the line, is as large as allowed.
        case refused
    }

    fileprivate struct Entry {
        var id: Int
        var path: Path
        var element: Element
    }

    fileprivate struct Circle {
        var underWay = 0
        var waiting = 0
        var inner: [String: Circle] = [:]
        /// The inner circles in which somebody waits, the one served longest ago first.
        var turns: [String] = []
        /// Of the narrowest circle: who waits, in order of arrival.
        var entries: [Entry] = []
    }

    private var all = Circle()
    private let limit: Int
    private let innermostLimit: Int

    /// - Parameters:
    ///   - limit: how many may wait.
    ///   - innermostLimit: how many of them at one path.
    package init(limit: Int, innermostLimit: Int) {
        self.limit = limit
        self.innermostLimit = innermostLimit
    }

    /// How many wait.
    package var waiting: Int { self.all.waiting }
    /// How many are being served.
    package var underWay: Int { self.all.underWay }

    /// How many are being served in each circle of a path, the widest first.
    package func underWay(_ path: Path) -> [Int] {
        var counts: [Int] = []
        var circle: Circle? = self.all
        for name in path {
            circle = circle?.inner[name]
            counts.append(circle?.underWay ?? 0)
        }
        return counts
    }

    // MARK: Being served

    /// Somebody begins to be served, in turn or without having waited.
    package mutating func begin(_ path: Path) {
        self.all.begin(path[...])
    }

    /// Somebody has been served.
    package mutating func end(_ path: Path) {
        self.all.end(path[...])
    }

    // MARK: Waiting

    /// - Parameter id: not in line yet.
    package mutating func join(_ id: Int, _ element: Element, at path: Path) -> Joining {
        guard self.all.waiting(at: path[...]) < self.innermostLimit else { return .refused }
        var removed: Entry?
        if self.all.waiting >= self.limit {
            removed = self.all.makeRoom(for: path[...])
            guard removed != nil else { return .refused }
        }
        self.all.append(Entry(id: id, path: path, element: element), path[...])
        return removed.map { .instead(of: $0.element) } ?? .joined
    }

    /// Whether somebody at the path would be refused now.
    package func refuses(_ path: Path) -> Bool {
        var all = self.all
        return all.waiting(at: path[...]) >= self.innermostLimit
            || all.waiting >= self.limit && all.makeRoom(for: path[...]) == nil
    }

    /// Takes somebody out of the line; nil if not in it.
    package mutating func leave(_ id: Int, _ path: Path) -> Element? {
        self.all.remove(id, path[...])?.element
    }

    /// Empties the line.
    package mutating func removeAll() -> [Element] {
        var elements: [Element] = []
        while let entry = self.all.takeNewest() { elements.append(entry.element) }
        return elements
    }

    /// Whose turn it is. The one begins to be served.
    ///
    /// - Parameter isAllowed: asked of every circle on the way: its depth, 0 for the widest, and how many of it are being
    ///   served.
    package mutating func next(where isAllowed: (_ depth: Int, _ underWay: Int) -> Bool) -> Element? {
        guard let entry = self.all.takeNext(0, isAllowed) else { return nil }
        self.all.begin(entry.path[...])
        return entry.element
    }

    /// Whether it is anybody's turn.
    package func hasNext(where isAllowed: (_ depth: Int, _ underWay: Int) -> Bool) -> Bool {
        self.all.hasNext(0, isAllowed)
    }
}

extension FairLine: Sendable where Element: Sendable {}
extension FairLine.Entry: Sendable where Element: Sendable {}
extension FairLine.Circle: Sendable where Element: Sendable {}

extension FairLine.Circle {
    private var isEmpty: Bool { self.underWay == 0 && self.waiting == 0 }

    func waiting(at path: ArraySlice<String>) -> Int {
        guard let name = path.first else { return self.waiting }
        return self.inner[name]?.waiting(at: path.dropFirst()) ?? 0
    }

    mutating func begin(_ path: ArraySlice<String>) {
        self.underWay += 1
        guard let name = path.first else { return }
        self.inner[name, default: Self()].begin(path.dropFirst())
    }

    mutating func end(_ path: ArraySlice<String>) {
        self.underWay -= 1
        guard let name = path.first else { return }
        self.inner[name]?.end(path.dropFirst())
        self.forget(name)
    }

    mutating func append(_ entry: FairLine.Entry, _ path: ArraySlice<String>) {
        self.waiting += 1
        guard let name = path.first else {
            self.entries.append(entry)
            return
        }
        if self.inner[name]?.waiting ?? 0 == 0 { self.turns.append(name) }
        self.inner[name, default: Self()].append(entry, path.dropFirst())
    }

    mutating func remove(_ id: Int, _ path: ArraySlice<String>) -> FairLine.Entry? {
        let removed: FairLine.Entry?
        if let name = path.first {
            removed = self.inner[name]?.remove(id, path.dropFirst())
            if removed != nil { self.settle(name) }
        } else {
            removed = self.entries.firstIndex { $0.id == id }.map { self.entries.remove(at: $0) }
        }
        if removed != nil { self.waiting -= 1 }
        return removed
    }

    /// The inner circles with somebody waiting, in the order in which it is their turn.
    private var ordered: [String] {
        // Stable: between equals the one served longest ago.
        self.turns.enumerated().sorted { left, right in
            let (least, more) = (self.inner[left.element]?.underWay ?? 0, self.inner[right.element]?.underWay ?? 0)
            return (least, left.offset) < (more, right.offset)
        }.map(\.element)
    }

    mutating func takeNext(_ depth: Int, _ isAllowed: (Int, Int) -> Bool) -> FairLine.Entry? {
        if !self.entries.isEmpty {
            self.waiting -= 1
            return self.entries.removeFirst()
        }
        for name in self.ordered {
            guard isAllowed(depth, self.inner[name]?.underWay ?? 0),
                let entry = self.inner[name]?.takeNext(depth + 1, isAllowed)
            else { continue }
            self.waiting -= 1
            self.turns.removeAll { $0 == name }
            self.turns.append(name)
            self.settle(name)
            return entry
        }
        return nil
    }

    func hasNext(_ depth: Int, _ isAllowed: (Int, Int) -> Bool) -> Bool {
        !self.entries.isEmpty
            || self.turns.contains { name in
                guard let circle = self.inner[name] else { return false }
                return isAllowed(depth, circle.underWay) && circle.hasNext(depth + 1, isAllowed)
            }
    }

    /// Takes out the newest of the largest crowd, if the newcomer's is smaller than that even with the newcomer in it.
    mutating func makeRoom(for path: ArraySlice<String>) -> FairLine.Entry? {
        guard let name = path.first else { return nil }
        let own = self.inner[name]?.waiting ?? 0
        let removed: FairLine.Entry?
        if let largest = self.largest, largest != name, (self.inner[largest]?.waiting ?? 0) > own + 1 {
            removed = self.inner[largest]?.takeNewest()
            self.settle(largest)
        } else {
            removed = self.inner[name]?.makeRoom(for: path.dropFirst())
            self.settle(name)
        }
        if removed != nil { self.waiting -= 1 }
        return removed
    }

    mutating func takeNewest() -> FairLine.Entry? {
        guard self.waiting > 0 else { return nil }
        self.waiting -= 1
        guard let largest = self.largest else { return self.entries.removeLast() }
        let entry = self.inner[largest]?.takeNewest()
        self.settle(largest)
        return entry
    }

    private var largest: String? {
        self.turns.max { (self.inner[$0]?.waiting ?? 0) < (self.inner[$1]?.waiting ?? 0) }
    }

    /// Takes a circle in which nobody waits any more out of the round.
    private mutating func settle(_ name: String) {
        if self.inner[name]?.waiting ?? 0 == 0 { self.turns.removeAll { $0 == name } }
        self.forget(name)
    }

    private mutating func forget(_ name: String) {
        if self.inner[name]?.isEmpty == true { self.inner[name] = nil }
    }
}
