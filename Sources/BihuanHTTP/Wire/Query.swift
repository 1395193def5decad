import BihuanDomain
package import FoundationEssentials

/// Reads the query parameters of an address, and remembers every fault instead of stopping at the first.
///
/// A parameter that was not asked for is refused: a filter with a typing error must not return everything. The scheme is
/// that of ``Fields``: a faulty parameter yields a placeholder, and ``read(_:_:)`` throws before it is handed out.
package struct Query {
    private var values: [String: String] = [:]
    private var asked: Set<String> = []
    private var faults: [RequestFault] = []

    /// Reads all parameters of a request.
    ///
    /// - Parameter query: what follows the question mark, percent-encoded; nil for none.
    package static func read<Filter>(
        _ query: String?,
        _ read: (inout Query) -> Filter
    ) throws(Problem) -> Filter {
        var reader = Query(query)
        let filter = read(&reader)
        for name in reader.values.keys.sorted() where !reader.asked.contains(name) {
            reader.fault(name, "parameter.unknown", Phrase(zh: "没有这个参数", en: "There is no such parameter."))
        }
        guard reader.faults.isEmpty else { throw Problem(.invalidParameter, faults: reader.faults) }
        return filter
    }

    /// Refuses a query altogether.
    package static func refuse(_ query: String?) throws(Problem) {
        try Self.read(query) { _ in }
    }

    private init(_ query: String?) {
        guard let query, !query.isEmpty else { return }
        for pair in query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentDecoding.decode(halves[0]), !name.isEmpty,
                let value = PercentDecoding.decode(halves.dropFirst().joined())
            else {
                self.fault(
                    String(decoding: halves[0].prefix(64), as: UTF8.self),
                    "parameter.encoding",
                    Phrase(zh: "百分号编码有误", en: "The percent-encoding is broken.")
                )
                continue
            }
            guard self.values.updateValue(value, forKey: name) == nil else {
                self.fault(name, "parameter.repeated", Phrase(zh: "参数重复", en: "The parameter occurs twice."))
                continue
            }
        }
    }

    /// Adds a fault of the caller's own rule.
    package mutating func fault(_ name: String, _ code: String, _ detail: Phrase) {
        self.faults.append(RequestFault(.parameter(name), code, detail))
    }

    // MARK: Parameters; none is required

    package mutating func text(_ name: String, _ rule: TextRule) -> String? {
        guard let value = self.value(name) else { return nil }
        do throws(TextRule.Fault) {
            return try rule.check(value)
        } catch {
            self.fault(name, error.rawValue, rule.detail(error))
            return nil
        }
    }

    package mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String,
        _ type: Choice.Type = Choice.self
    ) -> Choice? where Choice.RawValue == String {
        guard let value = self.value(name) else { return nil }
        if let choice = ExactChoice.find(value, in: type) { return choice }
        self.fault(name, "choice.unknown", ExactChoice.detail(type))
        return nil
    }

    /// Words of a closed list, parted by commas; nil if the parameter is absent.
    package mutating func choices<Choice: RawRepresentable & CaseIterable>(
        _ name: String,
        _ type: Choice.Type = Choice.self
    ) -> [Choice]? where Choice.RawValue == String {
        guard let value = self.value(name) else { return nil }
        var choices: [Choice] = []
        for word in value.split(separator: ",", omittingEmptySubsequences: false) {
            guard let choice = ExactChoice.find(String(word), in: type) else {
                self.fault(name, "choice.unknown", ExactChoice.detail(type))
                return nil
            }
            choices.append(choice)
        }
        return choices
    }

    /// Texts parted by commas; nil if the parameter is absent.
    package mutating func texts(_ name: String, _ rule: TextRule) -> [String]? {
        guard let value = self.value(name) else { return nil }
        var texts: [String] = []
        for text in value.split(separator: ",", omittingEmptySubsequences: false) {
            do throws(TextRule.Fault) {
                texts.append(try rule.check(String(text)))
            } catch {
                self.fault(name, error.rawValue, rule.detail(error))
                return nil
            }
        }
        return texts
    }

    /// `true` or `false`.
    package mutating func bool(_ name: String) -> Bool? {
        switch self.value(name) {
        case nil: return nil
        case "true"?: return true
        case "false"?: return false
        default:
            self.fault(name, "choice.unknown", Phrase(zh: "可取值：true, false", en: "One of: true, false."))
            return nil
        }
    }

    /// An ISO 8601 duration of wall time such as `PT24H`, in seconds.
    package mutating func seconds(_ name: String) -> Int? {
        guard let value = self.value(name) else { return nil }
        if case .wall(let seconds)? = TimeLimit(value) { return seconds }
        self.fault(
            name,
            "duration.malformed",
            Phrase(zh: "时长须写成 PT24H 的形式", en: "A duration is written PT24H.")
        )
        return nil
    }

    package mutating func time(_ name: String) -> Date? {
        guard let value = self.value(name) else { return nil }
        do throws(Timestamp.Fault) {
            return try Timestamp.parse(value)
        } catch {
            self.fault(name, error.rawValue, error.detail)
            return nil
        }
    }

    package mutating func integer(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
        guard let value = self.value(name) else { return nil }
        guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(value) else {
            self.fault(name, "number.malformed", Phrase(zh: "须为整数", en: "It must be an integer."))
            return nil
        }
        guard range.contains(number) else {
            self.fault(name, "number.range", NumberRule.detail(range))
            return nil
        }
        return number
    }

    /// `limit` and `after` of a list in order of time.
    package mutating func page(_ list: String, _ seal: CursorSeal) -> PageRequest {
        let limit = self.integer("limit", 1...Int64(PageRequest.limitMaximum)) ?? Int64(PageRequest.limitDefault)
        var position: KeysetPosition?
        if let cursor = self.value("after") {
            position = seal.open(cursor, list: list).flatMap(KeysetPosition.init(bytes:))
            if position == nil {
                self.fault(
                    "after",
                    "cursor.invalid",
                    Phrase(zh: "游标无效，须使用上一页的 next", en: "No cursor of this list; use the `next` of a page.")
                )
            }
        }
        return PageRequest(limit: Int(limit), after: position)
    }

    fileprivate mutating func value(_ name: String) -> String? {
        self.asked.insert(name)
        return self.values[name]
    }
}

extension Query {
    /// A parameter that is there or not: `?verbose`.
    package mutating func flag(_ name: String) -> Bool {
        guard let value = self.value(name) else { return false }
        if !value.isEmpty, value != "1", value != "true" {
            self.fault(name, "flag.malformed", Phrase(zh: "此参数不带值", en: "This parameter has no value."))
        }
        return true
    }
}
