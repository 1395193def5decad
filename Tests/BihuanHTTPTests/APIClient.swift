import StoreTestSupport

@testable import BihuanHTTP

/// One officer at the JSON door, over a socket.
struct APIClient: Sendable {
    let port: Int
    var token: String?

    /// Logs in as the door asks for it.
    static func logIn(_ login: String, at port: Int, in city: String = TestCity.code) async throws -> APIClient {
        let door = APIClient(port: port)
        let answer = try await door.post(
            "/sessions",
            #"{"name":"\#(login)@\#(city)","password":"\#(TestCity.password)"}"#
        )
        guard let token = answer.text("token") else { throw RawClient.Failure() }
        return APIClient(port: port, token: token)
    }

    func get(_ path: String, _ headers: [String] = []) async throws -> RawResponse {
        try await self.ask("GET", path, headers, body: nil)
    }

    func post(_ path: String, _ body: String? = nil, _ headers: [String] = []) async throws -> RawResponse {
        try await self.ask("POST", path, headers, body: body ?? "{}")
    }

    func ask(_ method: String, _ path: String, _ headers: [String], body: String?) async throws -> RawResponse {
        var headers = headers
        if let token { headers.append("Authorization: Bearer \(token)") }
        if body != nil { headers.append("Content-Type: application/json") }
        let path = path.hasPrefix("/api") ? path : "/api/v1\(path)"
        return try await RunningDoor.ask(self.port, method, path, headers, body: body)
    }
}

extension RawResponse {
    /// The value at a path of names and indices, e.g. `items/0/ref`.
    func value(_ path: String) -> JSONValue? {
        var value = JSONValue.object(self.json)
        for part in path.split(separator: "/") {
            switch value {
            case .object(let object):
                guard let next = object[String(part)] else { return nil }
                value = next
            case .array(let elements):
                guard let index = Int(part), elements.indices.contains(index) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    func text(_ path: String) -> String? {
        if case .string(let text)? = self.value(path) { text } else { nil }
    }

    func number(_ path: String) -> Int64? {
        if case .integer(let number)? = self.value(path) { number } else { nil }
    }

    func count(_ path: String) -> Int? {
        if case .array(let elements)? = self.value(path) { elements.count } else { nil }
    }

    /// A list of words.
    func words(_ path: String) -> [String]? {
        guard case .array(let elements)? = self.value(path) else { return nil }
        return elements.compactMap { if case .string(let word) = $0 { word } else { nil } }
    }
}
