/// The pages that the `type` of a problem points to.
enum ProblemRoutes {
    static let routes = [
        Route("GET", "/problems", .open) { call in
            try Query.refuse(call.query)
            return Self.list(call)
        },
        Route("GET", "/problems/{kind}", .open) { call in
            try Query.refuse(call.query)
            guard let kind = ExactChoice.find(call.parameter("kind"), in: ProblemKind.self) else {
                throw Problem.notFound
            }
            return Self.page(kind, call)
        },
    ]

    private static func list(_ call: Call) -> Reply {
        if Self.wantsHTML(call) {
            let items = ProblemKind.allCases.map { kind in
                "<li><a href=\"\(kind.type)\">\(kind.status) \(kind.rawValue)</a> \(kind.title[call.language])</li>"
            }
            return Self.html("<ul>\(items.joined())</ul>", title: Phrase(zh: "问题类型", en: "Problem types"), call)
        }
        var writer = JSONWriter()
        writer.object { list in
            list.member("items", array: ProblemKind.allCases) { Self.write($1, to: &$0, call.language) }
        }
        return Reply(.json(writer.bytes))
    }

    private static func page(_ kind: ProblemKind, _ call: Call) -> Reply {
        if Self.wantsHTML(call) {
            return Self.html("<p>HTTP \(kind.status)</p><p>\(kind.advice[call.language])</p>", title: kind.title, call)
        }
        var writer = JSONWriter()
        Self.write(kind, to: &writer, call.language)
        return Reply(.json(writer.bytes))
    }

    private static func write(_ kind: ProblemKind, to writer: inout JSONWriter, _ language: Language) {
        writer.object { page in
            page.member("type", kind.type)
            page.member("status", kind.status)
            page.member("title", kind.title[language])
            page.member("description", kind.advice[language])
        }
    }

    /// A browser names HTML; a program that names nothing gets JSON.
    private static func wantsHTML(_ call: Call) -> Bool {
        call.acceptNames("text/html")
    }

    /// Every text here is ours, so nothing needs an escape.
    private static func html(_ content: String, title: Phrase, _ call: Call) -> Reply {
        let title = title[call.language]
        return Reply(
            .html(
                """
                <!doctype html><html lang="\(call.language.rawValue)"><head><meta charset="utf-8">\
                <title>\(title)</title></head><body><h1>\(title)</h1>\(content)</body></html>\n
                """
            )
        )
    }
}
