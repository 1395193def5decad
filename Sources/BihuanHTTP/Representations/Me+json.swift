import BihuanDomain
import BihuanStore

extension JSONWriter {
    mutating func write(_ me: Me) {
        self.object { body in
            body.member("id", me.officer.rawValue)
            body.member("login", "\(me.login)@\(me.city)")
            body.member("name", me.name)
            body.member("city") { city in
                city.member("code", me.city)
                city.member("name", me.cityName)
            }
            body.member("acting") { acting in
                acting.member("role", me.role)
                acting.member("unit", me.unit)
                acting.member("path", me.unitPath)
                acting.member("tier", me.tier)
                acting.member("clearance", me.clearance)
            }
            body.member("expires_at", me.expiresAt)
            body.member("posts", array: me.posts) { list, post in
                list.object { body in
                    body.member("id", post.id.rawValue)
                    body.member("role", post.role)
                    body.member("unit", post.unit)
                    body.member("valid_until", post.validUntil)
                    body.member("is_acting", post.isActing)
                }
            }
        }
    }
}
