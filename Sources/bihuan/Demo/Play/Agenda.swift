/// What is still to be done today, in the order of time; what was entered first comes first within a minute.
struct Agenda<Entry> {
    private var heap: [(minute: Int, number: Int, entry: Entry)] = []
    private var entered = 0

    init() {}

    var isEmpty: Bool { self.heap.isEmpty }

    /// Minute of the day of the next entry.
    var next: Int? { self.heap.first?.minute }

    mutating func add(_ entry: Entry, at minute: Int) {
        self.heap.append((minute, self.entered, entry))
        self.entered += 1
        var child = self.heap.count - 1
        while child > 0, self.precedes(child, (child - 1) / 2) {
            self.heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes every entry up to and including `minute`.
    mutating func take(upTo minute: Int) -> [Entry] {
        var entries: [Entry] = []
        while let first = self.heap.first, first.minute <= minute {
            entries.append(first.entry)
            self.removeFirst()
        }
        return entries
    }

    private mutating func removeFirst() {
        self.heap.swapAt(0, self.heap.count - 1)
        self.heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < self.heap.count && self.precedes(child, least) {
                least = child
            }
            guard least != parent else { return }
            self.heap.swapAt(parent, least)
            parent = least
        }
    }

    private func precedes(_ one: Int, _ other: Int) -> Bool {
        (self.heap[one].minute, self.heap[one].number) < (self.heap[other].minute, self.heap[other].number)
    }
}
