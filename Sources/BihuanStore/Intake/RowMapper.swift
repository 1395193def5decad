package import BihuanDomain

/// Turns the records of one file into drafts as a map says. Not to be shared between tasks.
package final class RowMapper {
    private enum Step {
        case column(Int?)
        case columns([Int], separator: String, distinct: Bool)
        case constant(String)
        case firstOf([Int])
        case trim
        case collapseSpace
        case take(Int)
        case replace(Regex<AnyRegexOutput>, with: String)
        case lookup([String: String], otherwise: String?)
        case date([TimeForm])
        case fallback(String)
    }

    private enum Value {
        case text(String)
        case time(LeadDraft.Time)
    }

    private let source: String
    private let utcOffset: Int
    private let fields: [(field: LeadField, steps: [Step])]
    /// How many columns the file has.
    package let columnCount: Int

    /// - Parameter header: The file's column names; ``ImportMap/faults(against:)`` must have found nothing.
    package init(_ map: ImportMap, header: [String]) {
        self.source = map.source
        self.utcOffset = map.utcOffset
        self.columnCount = header.count
        let index = Dictionary(header.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
        self.fields = LeadField.allCases.compactMap { field in
            guard let steps = map.fields[field] else { return nil }
            return (field, steps.map { Self.step($0, index) })
        }
    }

    private static func step(_ step: ImportMap.Step, _ index: [String: Int]) -> Step {
        switch step {
        case .column(let name): .column(index[name])
        case .columns(let names, let separator, let distinct):
            .columns(names.compactMap { index[$0] }, separator: separator, distinct: distinct)
        case .constant(let text): .constant(text)
        case .firstOf(let names): .firstOf(names.compactMap { index[$0] })
        case .trim: .trim
        case .collapseSpace: .collapseSpace
        case .take(let count): .take(count)
        case .replace(let pattern, let with):
            .replace(Self.regex(pattern), with: with)
        case .lookup(let table, let otherwise): .lookup(table, otherwise: otherwise)
        case .date(let forms): .date(forms)
        case .fallback(let text): .fallback(text)
        }
    }

    /// A map whose pattern is none was refused when it was read.
    private static func regex(_ pattern: String) -> Regex<AnyRegexOutput> {
        guard let regex = try? Regex(pattern) else { preconditionFailure("the map holds a pattern that is none") }
        return regex.matchingSemantics(.unicodeScalar)
    }

    /// The draft that a record makes, and what the map's own steps found wrong with it.
    ///
    /// - Parameter text: The text of the column with this index; called only for columns that the map uses.
    package func draft<Failure: Error>(
        _ text: (Int) throws(Failure) -> String
    ) throws(Failure) -> (draft: LeadDraft, faults: [LeadFault]) {
        var draft = LeadDraft(source: self.source)
        var faults: [LeadFault] = []
        for (field, steps) in self.fields {
            var value = ""
            var time: LeadDraft.Time?
            for step in steps {
                switch step {
                case .column(let index): value = if let index { try text(index) } else { "" }
                case .columns(let indices, let separator, let distinct):
                    value = try self.joined(indices, separator: separator, distinct: distinct, text)
                case .constant(let constant): value = constant
                case .firstOf(let indices):
                    for index in indices where value.isEmpty {
                        let candidate = try text(index)
                        if !Self.isBlank(candidate) { value = candidate }
                    }
                case .trim: value = Self.trimmed(value)
                case .collapseSpace: value = Self.collapsed(value)
                case .take(let count):
                    if value.utf8.count > count { value = String(value.prefix(count)) }
                case .replace(let regex, let with): value = value.replacing(regex, with: with)
                case .lookup(let table, let otherwise):
                    if let found = table[value] {
                        value = found
                    } else if let otherwise {
                        value = otherwise
                    } else if !value.isEmpty {
                        let shown = Self.shown(value)
                        faults.append(LeadFault(field: field, code: .notInTable, detail: "对照表没有“\(shown)”"))
                        value = ""
                    }
                case .fallback(let text): if Self.isBlank(value) { value = text }
                case .date(let forms):
                    let trimmed = Self.trimmed(value)
                    guard !trimmed.isEmpty else { break }
                    if let date = forms.lazy.compactMap({ $0.date(from: trimmed, utcOffset: self.utcOffset) }).first {
                        time = .instant(date)
                    } else {
                        let names = forms.map(\.text).joined(separator: "、")
                        let detail = "“\(Self.shown(trimmed))”不合任何一种格式：\(names)"
                        faults.append(LeadFault(field: field, code: .notATime, detail: detail))
                    }
                    value = ""
                }
            }
            if time == nil, !value.isEmpty { time = .text(value) }
            Self.set(field, of: &draft, to: value, time: time)
        }
        return (draft, faults)
    }

    private static func set(_ field: LeadField, of draft: inout LeadDraft, to value: String, time: LeadDraft.Time?) {
        switch field {
        case .source: break
        case .reference: draft.reference = value
        case .channel: draft.channel = value
        case .title: draft.title = value
        case .content: draft.content = value
        case .category: draft.category = value
        case .place: draft.place = value
        case .outlet: draft.outlet = value
        case .link: draft.link = value
        case .reply: draft.reply = value
        case .repliedAt: draft.repliedAt = time
        case .occurredAt: draft.occurredAt = time
        case .receivedAt: draft.receivedAt = time
        }
    }

    private func joined<Failure: Error>(
        _ indices: [Int],
        separator: String,
        distinct: Bool,
        _ text: (Int) throws(Failure) -> String
    ) throws(Failure) -> String {
        var joined = ""
        var last = ""
        for index in indices {
            let part = Self.trimmed(try text(index))
            if part.isEmpty || (distinct && part == last) { continue }
            if !joined.isEmpty { joined += separator }
            joined += part
            last = part
        }
        return joined
    }

    /// A value for a report: short, and with nobody's number in it.
    private static func shown(_ value: String) -> String {
        let masked = PersonalNumbers.masked(value)
        return masked.count > 32 ? masked.prefix(32) + "…" : masked
    }

    private static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { return "" }
        if !first.properties.isWhitespace, !last.properties.isWhitespace { return text }
        let head = scalars.drop(while: \.properties.isWhitespace)
        guard let end = head.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(head[...end])
    }

    private static func collapsed(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var isPending = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                isPending = true
                continue
            }
            if isPending, !out.isEmpty { out.append(" ") }
            isPending = false
            out.append(scalar)
        }
        return String(out)
    }
}
