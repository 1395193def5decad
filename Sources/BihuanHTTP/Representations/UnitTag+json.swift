import BihuanStore

extension JSONWriter {
    /// A unit as other objects mention it.
    mutating func member(_ name: StaticString, _ unit: UnitTag?) {
        self.name(name)
        if let unit { self.write(unit) } else { self.null() }
    }

    mutating func write(_ unit: UnitTag) {
        self.object { body in
            body.member("label", unit.label)
            body.member("name", unit.name)
        }
    }
}
