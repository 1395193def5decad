/// One thing wrong with a request, and where.
package struct RequestFault: Hashable, Sendable {
    /// Which part of the request.
    package enum Place: Hashable, Sendable {
        /// A value in the body, by JSON pointer.
        case body(JSONPointer)
        /// A query parameter, by name.
        case parameter(String)
        /// A header, by name.
        case header(String)
    }

    package var place: Place
    /// The rule that was broken; stable, safe for a client to branch on.
    package var code: String
    package var detail: Phrase

    package init(_ place: Place, _ code: String, _ detail: Phrase) {
        self.place = place
        self.code = code
        self.detail = detail
    }
}

extension RequestFault {
    func write(to writer: inout JSONWriter, in language: Language) {
        writer.object { fault in
            switch self.place {
            case .body(let pointer): fault.member("pointer", pointer.description)
            case .parameter(let name): fault.member("parameter", name)
            case .header(let name): fault.member("header", name)
            }
            fault.member("code", self.code)
            fault.member("detail", self.detail[language])
        }
    }
}
