import BihuanDomain

/// Logs officers in, each acting post once, with name and password as they would themselves.
actor OfficerSessions {
    private let door: JSONDoorClient
    private let city: String
    private let password: String
    private var tokens: [Cast.Player: Task<String, any Error>] = [:]

    init(door: JSONDoorClient, city: String, password: String) {
        self.door = door
        self.city = city
        self.password = password
    }

    private struct LogIn: Encodable {
        var name: String
        var password: String
        var post: String?
    }

    private struct Session: Decodable {
        var token: String
    }

    private struct Me: Decodable {
        struct Post: Decodable {
            struct Unit: Decodable { var label: String }

            var id: String
            var role: String
            var unit: Unit
        }

        struct Acting: Decodable { var role: String }

        var acting: Acting
        var posts: [Post]
    }

    /// Officers that are logged in.
    var count: Int { self.tokens.count }

    /// The token of the officer in that post; the first to ask logs in, the others wait for it.
    func token(_ player: Cast.Player) async throws(DoorFailure) -> String {
        let task: Task<String, any Error>
        if let known = self.tokens[player] {
            task = known
        } else {
            let (door, name, password) = (self.door, "\(player.login)@\(self.city)", self.password)
            task = Task { try await Self.logIn(door, name, password, player.post) }
            self.tokens[player] = task
        }
        do { return try await task.value } catch {
            throw error as? DoorFailure ?? DoorFailure(request: "POST /api/v1/sessions", status: 0, detail: "\(error)")
        }
    }

    private static func logIn(
        _ door: JSONDoorClient, _ name: String, _ password: String, _ wanted: DemoOfficer.Post
    ) async throws(DoorFailure) -> String {
        let first: Session = try await door.post(
            "/api/v1/sessions", LogIn(name: name, password: password, post: nil), token: nil)
        let me: Me = try await door.get("/api/v1/me", token: first.token)
        guard me.acting.role != wanted.role.rawValue else { return first.token }
        // Another post is another session.
        guard let post = me.posts.first(where: { $0.role == wanted.role.rawValue && $0.unit.label == wanted.unit })
        else {
            throw DoorFailure(
                request: "GET /api/v1/me", status: 200, detail: "\(name) has no post \(wanted.role.rawValue)")
        }
        let second: Session = try await door.post(
            "/api/v1/sessions", LogIn(name: name, password: password, post: post.id), token: nil)
        return second.token
    }
}
