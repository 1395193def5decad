/// One object for ``RecordWriter``: named values in order.
package struct Record: Sendable, Hashable {
    package enum Value: Sendable, Hashable {
        case cell(Cell)
        /// A text of any length.
        case longText(String)
        case records([Record])
    }

    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: Value
    }

    package var fields: [Field] = []

    package init() {}

    package mutating func add(_ name: String, _ cell: Cell) {
        self.fields.append(Field(name: name, value: .cell(cell)))
    }

    package mutating func add(_ name: String, text: String) {
        self.fields.append(Field(name: name, value: .longText(text)))
    }

    package mutating func add(_ name: String, _ records: [Record]) {
        self.fields.append(Field(name: name, value: .records(records)))
    }
}
