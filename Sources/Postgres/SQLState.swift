/// The five characters by which PostgreSQL names what went wrong (its manual, appendix A).
///
/// Modules above add their own in class `LP`, which SQL leaves to implementations.
package struct SQLState: RawRepresentable, Hashable, Sendable {
    package var rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }
}

extension SQLState {
    package static let featureNotSupported = Self(rawValue: "0A000")
    package static let dataException = Self(rawValue: "22000")
    package static let invalidTextRepresentation = Self(rawValue: "22P02")
    package static let notNullViolation = Self(rawValue: "23502")
    package static let foreignKeyViolation = Self(rawValue: "23503")
    package static let uniqueViolation = Self(rawValue: "23505")
    package static let checkViolation = Self(rawValue: "23514")
    package static let exclusionViolation = Self(rawValue: "23P01")
    package static let readOnlyTransaction = Self(rawValue: "25006")
    package static let noSuchStatement = Self(rawValue: "26000")
    package static let invalidAuthorization = Self(rawValue: "28000")
    package static let invalidPassword = Self(rawValue: "28P01")
    package static let serializationFailure = Self(rawValue: "40001")
    package static let completionUnknown = Self(rawValue: "40003")
    package static let deadlockDetected = Self(rawValue: "40P01")
    package static let syntaxError = Self(rawValue: "42601")
    package static let insufficientPrivilege = Self(rawValue: "42501")
    package static let undefinedTable = Self(rawValue: "42P01")
    package static let undefinedFunction = Self(rawValue: "42883")
    package static let duplicateDatabase = Self(rawValue: "42P04")
    package static let diskFull = Self(rawValue: "53100")
    package static let tooManyConnections = Self(rawValue: "53300")
    package static let objectInUse = Self(rawValue: "55006")
    package static let lockNotAvailable = Self(rawValue: "55P03")
    package static let queryCanceled = Self(rawValue: "57014")
    package static let adminShutdown = Self(rawValue: "57P01")
    package static let crashShutdown = Self(rawValue: "57P02")
    package static let cannotConnectNow = Self(rawValue: "57P03")
    package static let raisedException = Self(rawValue: "P0001")
}
