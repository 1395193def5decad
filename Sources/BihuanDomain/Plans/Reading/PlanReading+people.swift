/// Who: roles, bodies, and bodies outside.
extension PlanReading {
    mutating func roles(_ value: Value?) -> [PlanRole] {
        var keys: Set<String> = []
        var labels: Set<String> = []
        var roles: [PlanRole] = []
        for item in self.reader.list(value) {
            guard
                let fields = self.reader.fields(
                    item, ["key", "name", "post", "unit", "requirement"], required: ["key", "name", "post", "unit"])
            else { continue }
            roles.append(
                PlanRole(
                    key: self.reader.key(fields, among: &keys), name: self.reader.label(fields, among: &labels),
                    post: self.reader.word(fields["post"]) ?? .handler,
                    unit: self.reader.word(fields["unit"]) ?? .city,
                    requirements: self.reader.requirements(fields["requirement"])))
        }
        self.names.roles = roles.map(\.key)
        self.names.placeOfRole = Dictionary(roles.map { ($0.key, $0.unit) }, uniquingKeysWith: { first, _ in first })
        for index in roles.indices {
            roles[index].isAlone = !roles.indices.contains {
                $0 != index && roles[$0].post == roles[index].post && roles[$0].unit.overlaps(roles[index].unit)
            }
        }
        return roles
    }

    mutating func role(_ value: Value?) -> String? {
        guard let value, let text = self.reader.text(value) else { return nil }
        guard self.names.roles.contains(text) else {
            self.reader.unknown("角色", text, self.names.roles, value)
            return nil
        }
        return text
    }

    mutating func roleList(_ value: Value?) -> [String] {
        guard let value else { return [] }
        let values: [Value] = if case .list = value.node { self.reader.list(value) } else { [value] }
        return values.compactMap { self.role($0) }
    }

    mutating func bodies(_ value: Value?) -> [PlanBody] {
        var keys: Set<String> = []
        var bodies: [PlanBody] = []
        var above: [String: Value] = [:]
        for item in self.reader.list(value) {
            guard
                let fields = self.reader.fields(
                    item, ["key", "name", "under", "head", "deputies", "members", "duties", "requirement"],
                    required: ["key", "name"])
            else { continue }
            let key = self.reader.key(fields, among: &keys)
            if let under = fields["under"] { above[key] = under }
            bodies.append(
                PlanBody(
                    key: key, name: self.reader.text(fields["name"]) ?? "", under: self.reader.text(fields["under"]),
                    head: self.role(fields["head"]), deputies: self.roleList(fields["deputies"]),
                    members: self.roleList(fields["members"]),
                    duties: self.reader.texts(fields["duties"]).map(\.text),
                    requirements: self.reader.requirements(fields["requirement"])))
        }
        for body in bodies {
            guard let under = body.under, let value = above[body.key] else { continue }
            guard keys.contains(under) else {
                self.reader.unknown("机构", under, bodies.map(\.key), value)
                continue
            }
            var seen: Set<String> = [body.key]
            var next: String? = under
            while let key = next, seen.insert(key).inserted { next = bodies.first { $0.key == key }?.under }
            if next == body.key { self.reader.fault(value, "\(body.key) 会成为自己的下级") }
        }
        return bodies
    }

    mutating func outside(_ value: Value?) -> [OutsideBody] {
        var keys: Set<String> = []
        let bodies: [OutsideBody] = self.reader.list(value).compactMap { item in
            guard let fields = self.reader.fields(item, ["key", "name"], required: ["key", "name"]) else { return nil }
            return OutsideBody(
                key: self.reader.key(fields, among: &keys), name: self.reader.text(fields["name"]) ?? "")
        }
        self.names.outside = bodies.map(\.key)
        return bodies
    }

    mutating func outsideKeys(_ value: Value?) -> [String] {
        if let value, case .list(let items, _) = value.node, items.isEmpty { self.reader.fault(value, "至少要有一个外单位") }
        return self.reader.texts(value).compactMap { text, item in
            guard self.names.outside.contains(text) else {
                self.reader.unknown("外单位", text, self.names.outside, item)
                return nil
            }
            return text
        }
    }
}
