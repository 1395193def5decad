/// A statement: its text with `$1`, `$2`, … and the values for them.
///
/// An interpolated value becomes a parameter; an interpolated `SQL` is spliced with its own parameters
/// renumbered. Text made at run time cannot get in, except through ``init(trusted:)``.
///
///     let sql: SQL = "select id from cases where unit_id = \(unit) limit \(50)"
///
/// A parameter has the type of its Swift value (`Int` is `bigint`, `String` is `text`). Where PostgreSQL
/// wants another, cast in the text: `\(year)::int`.
package struct SQL: Sendable, Hashable {
    package private(set) var text: String
    package private(set) var parameters: [Parameter]
    /// Where each placeholder begins in `text`, in bytes; as many as there are parameters.
    private var slots: [Int]

    /// Text that came with the program, such as a file of the schema. It takes no parameters.
    package init(trusted text: String) {
        self.text = text
        self.parameters = []
        self.slots = []
    }
}

extension SQL: ExpressibleByStringInterpolation {
    package init(stringLiteral value: StaticString) {
        self.init(trusted: value.description)
    }

    package init(stringInterpolation interpolation: StringInterpolation) {
        self = interpolation.sql
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        var sql: SQL

        package init(literalCapacity: Int, interpolationCount: Int) {
            self.sql = SQL(trusted: "")
            self.sql.text.reserveCapacity(literalCapacity + 3 * interpolationCount)
            self.sql.parameters.reserveCapacity(interpolationCount)
            self.sql.slots.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: StaticString) {
            self.sql.text += literal.description
        }

        /// A parameter.
        package mutating func appendInterpolation(_ value: some PostgresEncodable) {
            self.sql.append(Parameter(value))
        }

        /// The same for a value that may be missing; without it the compiler takes an optional for a slip.
        package mutating func appendInterpolation(_ value: (some PostgresEncodable)?) {
            self.sql.append(Parameter(value))
        }

        /// A piece of a statement, with its parameters.
        package mutating func appendInterpolation(_ piece: SQL) {
            self.sql.append(piece)
        }

        /// Text written in the program, such as a column's name.
        package mutating func appendInterpolation(raw text: StaticString) {
            self.sql.text += text.description
        }
    }
}

extension SQL {
    package static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum.append(right)
        return sum
    }

    package static func += (left: inout SQL, right: SQL) {
        left.append(right)
    }

    private mutating func append(_ parameter: Parameter) {
        self.slots.append(self.text.utf8.count)
        self.parameters.append(parameter)
        self.text += "$"
        self.text += String(self.parameters.count)
    }

    private mutating func append(_ piece: SQL) {
        guard !piece.parameters.isEmpty else {
            self.text += piece.text
            return
        }
        let source = piece.text.utf8
        var position = source.startIndex
        var offset = 0
        for (number, slot) in piece.slots.enumerated() {
            let start = source.index(position, offsetBy: slot - offset)
            self.text += String(piece.text[position..<start])
            let length = 1 + String(number + 1).utf8.count
            self.append(piece.parameters[number])
            position = source.index(start, offsetBy: length)
            offset = slot + length
        }
        self.text += String(piece.text[position...])
    }
}

extension Sequence<SQL> {
    /// The pieces, with the separator between each two.
    package func joined(separator: SQL) -> SQL {
        var whole = SQL(trusted: "")
        for (number, piece) in self.enumerated() {
            if number > 0 { whole += separator }
            whole += piece
        }
        return whole
    }
}
