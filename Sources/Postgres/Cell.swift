/// One value of a row while it is being read: its type and its text, which libpq owns.
///
/// It must not outlive the call it is passed to.
@safe
package struct Cell {
    package let type: PostgresType
    private let memory: UnsafeRawBufferPointer?

    init(type: PostgresType, memory: UnsafeRawBufferPointer?) {
        self.type = type
        unsafe self.memory = memory
    }

    package var isNull: Bool { unsafe self.memory == nil }

    /// Hands over the text as UTF-8; a null cell is a fault.
    func bytes<R>(_ body: (UnsafeRawBufferPointer) throws(CellFault) -> R) throws(CellFault) -> R {
        guard let memory = unsafe self.memory else { throw CellFault("is null") }
        return try unsafe body(memory)
    }

    /// The text, whatever the type.
    package func text() throws(CellFault) -> String {
        try unsafe self.bytes { bytes in unsafe String(decoding: bytes, as: UTF8.self) }
    }

    /// An `int2`, `int4` or `int8` that fits.
    func integer<I: FixedWidthInteger>() throws(CellFault) -> I {
        guard self.type == .int8 || self.type == .int4 || self.type == .int2 else {
            throw CellFault(self.type, isNot: I.self)
        }
        let value = try unsafe self.bytes { bytes in unsafe CellText.integer(bytes) }
        guard let value, let fitting = I(exactly: value) else { throw CellFault("does not fit \(I.self)") }
        return fitting
    }

    /// The elements of a one-dimensional array, each as a cell of the element's type.
    func list<R>(_ body: (Cell) throws(CellFault) -> R) throws(CellFault) -> [R] {
        guard let element = Self.elements[self.type] else { throw CellFault(self.type, isNot: [R].self) }
        return try unsafe self.bytes { bytes throws(CellFault) in
            var parser = unsafe ArrayText(bytes)
            var values: [R] = []
            while let item = try parser.next() {
                switch item {
                case .null: try unsafe values.append(body(Cell(type: element, memory: nil)))
                case .text(let text):
                    let result = unsafe text.withUnsafeBytes { buffer in
                        Result { () throws(CellFault) in
                            try unsafe body(Cell(type: element, memory: buffer))
                        }
                    }
                    try values.append(result.get())
                }
            }
            return values
        }
    }

    private static let elements: [PostgresType: PostgresType] = [
        .boolList: .bool, .byteaList: .bytea, .int2List: .int2, .int4List: .int4, .int8List: .int8,
        .textList: .text, .float8List: .float8, .timestamptzList: .timestamptz, .uuidList: .uuid,
        .jsonbList: .jsonb,
        // varchar[], name[] and bpchar[] read as text.
        PostgresType(rawValue: 1015): .text, PostgresType(rawValue: 1003): .text, PostgresType(rawValue: 1014): .text,
    ]
}
