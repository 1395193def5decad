import BihuanDomain

/// A row of `officers.csv`: somebody with one post or more.
struct DemoOfficer: Sendable, Hashable {
    struct Post: Sendable, Hashable {
        var role: PostRole
        /// Label of the unit of the post.
        var unit: String

        init(_ role: PostRole, in unit: String) {
            self.role = role
            self.unit = unit
        }
    }

    var login: String
    var name: String
    /// The first is the one that a log-in without a choice acts in.
    var posts: [Post]
}
