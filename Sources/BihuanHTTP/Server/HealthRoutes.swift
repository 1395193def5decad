/// The addresses that a supervisor or a load balancer asks. They need no session and tell nothing about the city.
enum HealthRoutes {
    static func routes(
        _ checks: @escaping @Sendable () async -> [ReadinessCheck],
        _ drain: DrainFlag
    ) -> [Route] {
        let readiness: Route.Handler = { call in try await Self.readiness(call, checks, drain) }
        return [
            Route("GET", "/livez", .open) { call in
                _ = try Query.read(call.query) { $0.flag("verbose") }
                return Reply(.text("ok\n"))
            },
            Route("GET", "/readyz", .open, readiness),
            Route("GET", "/healthz", .open, readiness),
        ]
    }

    /// 200 if every check holds, else 503; with `?verbose` one line a check.
    private static func readiness(
        _ call: Call,
        _ checks: @Sendable () async -> [ReadinessCheck],
        _ drain: DrainFlag
    ) async throws -> Reply {
        let isVerbose = try Query.read(call.query) { $0.flag("verbose") }
        let results = [ReadinessCheck("serving", isReady: !drain.isDraining)] + (await checks())
        let isReady = results.allSatisfy(\.isReady)
        var text = ""
        if isVerbose {
            for result in results {
                text +=
                    "[\(result.isReady ? "+" : "-")] \(result.name)\(result.text.isEmpty ? "" : " " + result.text)\n"
            }
        }
        text += isReady ? "ok\n" : "not ready\n"
        return Reply(status: isReady ? 200 : 503, .text(text))
    }
}
