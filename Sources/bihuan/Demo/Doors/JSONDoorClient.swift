import AsyncHTTPClient
import BihuanDomain
import Foundation
import NIOCore
import NIOHTTP1

/// The JSON door as any program outside would use it.
struct JSONDoorClient: Sendable {
    /// E.g. `http://127.0.0.1:8080`.
    let base: String
    let http: HTTPClient

    /// The longest answer that is read.
    private static let longestAnswer = 8 << 20
    /// How often a busy server is asked again.
    private static let attempts = 6

    private struct Nothing: Encodable {}

    private struct Problem: Decodable {
        struct Fault: Decodable {
            var pointer: String?
            var code: String?
            var detail: String?
        }

        var code: String?
        var title: String?
        var detail: String?
        var errors: [Fault]?
    }

    func get<Reply: Decodable>(
        _ path: String, _ query: [(String, String)] = [], token: String
    ) async throws(DoorFailure) -> Reply {
        var components = URLComponents()
        components.queryItems = query.isEmpty ? nil : query.map { URLQueryItem(name: $0, value: $1) }
        let data = try await self.send("GET", path + (components.string ?? ""), nil, token)
        return try Self.read(data, "GET \(path)")
    }

    func post<Reply: Decodable>(
        _ path: String, _ body: some Encodable & Sendable, token: String?
    ) async throws(DoorFailure) -> Reply {
        let data = try await self.send("POST", path, Self.encoded(body, path), token)
        return try Self.read(data, "POST \(path)")
    }

    private static func encoded(_ body: some Encodable, _ path: String) throws(DoorFailure) -> Data {
        do { return try JSONEncoder().encode(body) } catch {
            throw DoorFailure(request: "POST \(path)", status: 0, detail: "\(error)")
        }
    }

    private static func read<Reply: Decodable>(_ data: Data, _ request: String) throws(DoorFailure) -> Reply {
        do {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            decoder.dateDecodingStrategy = .custom { decoder in
                let container = try decoder.singleValueContainer()
                let text = try container.decode(String.self)
                guard let date = TimeForm.rfc3339.date(from: text, utcOffset: 0) else {
                    throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a time: \(text)")
                }
                return date
            }
            return try decoder.decode(Reply.self, from: data)
        } catch {
            throw DoorFailure(request: request, status: 0, detail: "answer not understood: \(error)")
        }
    }

    /// Sends a request; a busy server is asked again under the same idempotency key.
    private func send(
        _ method: String, _ path: String, _ body: Data?, _ token: String?
    ) async throws(DoorFailure) -> Data {
        let name = "\(method) \(path.prefix { $0 != "?" })"
        var request = HTTPClientRequest(url: self.base + path)
        request.method = .RAW(value: method)
        request.headers.add(name: "Accept", value: "application/json")
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            if token != nil { request.headers.add(name: "Idempotency-Key", value: "\"\(UUID().uuidString)\"") }
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        var left = Self.attempts
        while true {
            left -= 1
            let status: Int
            let data: Data
            let pause: Int
            do {
                let response = try await self.http.execute(request, timeout: .seconds(30))
                status = Int(response.status.code)
                pause = response.headers.first(name: "Retry-After").flatMap { Int($0) } ?? 1
                data = Data(try await response.body.collect(upTo: Self.longestAnswer).readableBytesView)
            } catch {
                throw DoorFailure(request: name, status: 0, detail: "\(error)")
            }
            if (200..<300).contains(status) { return data }
            let problem = try? JSONDecoder().decode(Problem.self, from: data)
            let faults = (problem?.errors ?? []).map { "\($0.pointer ?? "") \($0.detail ?? $0.code ?? "")" }
            let failure = DoorFailure(
                request: name, status: status,
                detail: ([problem?.code, problem?.detail ?? problem?.title].compactMap(\.self) + faults)
                    .joined(separator: "; "))
            guard [429, 503].contains(status), left > 0 else { throw failure }
            do { try await Task.sleep(for: .seconds(min(max(pause, 1), 5))) } catch { throw failure }
        }
    }
}
