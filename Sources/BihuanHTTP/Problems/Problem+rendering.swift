extension Problem {
    /// The members of the problem, as JSON.
    ///
    /// - Parameters:
    ///   - instance: the path that was asked for, without its query.
    package func json(instance: String, requestID: String, language: Language) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { problem in
            problem.member("type", self.kind.type)
            problem.member("title", self.kind.title[language])
            problem.member("status", self.kind.status)
            problem.member("code", self.code)
            problem.member("detail", self.detail[language])
            problem.member("instance", instance)
            if !self.errors.isEmpty {
                problem.member("errors", array: self.errors) { $1.write(to: &$0, in: language) }
            }
            if let allowedActions = self.allowedActions {
                problem.member("allowed_actions", allowedActions)
            }
            if let current = self.current {
                problem.name("current")
                problem.raw(current)
            }
            problem.member("request_id", requestID)
        }
        return writer.bytes
    }
}
