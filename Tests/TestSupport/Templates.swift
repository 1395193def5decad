/// Templates made or being made in this process.
actor Templates {
    private var tasks: [String: Task<String, any Error>] = [:]

    func template(named name: String, make: @escaping @Sendable () async throws -> String) async throws -> String {
        if let task = self.tasks[name] { return try await task.value }
        let task = Task { try await make() }
        self.tasks[name] = task
        return try await task.value
    }
}
