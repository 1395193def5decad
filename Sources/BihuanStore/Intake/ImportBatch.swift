import BihuanDomain

import struct Foundation.Date

/// Rows of a file that are committed together.
struct ImportBatch: Sendable {
    /// A row that can be taken in.
    struct Row: Sendable {
        var reference: String
        var lead: Lead
        /// SHA-256 of ``Lead/canonicalForm``.
        var hash: [UInt8]

        func receivedAt(ifUnstated now: Date) -> Date { self.lead.isReceiptStated ? self.lead.receivedAt : now }
    }

    /// Why a row cannot be taken in.
    struct Fault: Sendable {
        /// Empty for the row as a whole.
        var field: String
        var code: String
        var detail: String
    }

    enum Content: Sendable {
        case row(Row)
        case rejected(reference: String, [Fault])
    }

    struct Entry: Sendable {
        /// 1 is the first row below the header.
        var record: Int
        var line: Int
        var content: Content
    }

    var entries: [Entry] = []
    /// Hash by reference of the rows in `entries`.
    private(set) var hashes: [String: [UInt8]] = [:]
    /// Bytes of text that the rows hold, about.
    private(set) var weight = 0
    /// Where the file stands after the last entry.
    var position = 0

    /// Whether a row can join: the same reference with another content must wait for the next batch, so that the
    /// first of the two is in the database when the second is compared with it.
    func canTake(_ row: Row) -> Bool {
        self.hashes[row.reference].map { $0 == row.hash } ?? true
    }

    mutating func append(_ entry: Entry) {
        if case .row(let row) = entry.content {
            self.hashes[row.reference] = row.hash
            self.weight += row.lead.content.utf8.count + (row.lead.reply?.utf8.count ?? 0) + 256
        }
        self.entries.append(entry)
    }
}
