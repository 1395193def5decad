import BihuanStore
import Postgres

extension CommandFailure {
    init(_ fault: RegistryFault) {
        let status: ExitStatus =
            switch fault.kind {
            case .badInput, .conflict: .dataError
            case .missing: .noInput
            case .unavailable: .unavailable
            }
        self.init(status, fault.text)
    }

    init(_ error: ImportError) {
        let status: ExitStatus =
            switch error {
            case .unreadable, .unknownCity: .noInput
            case .map, .columns, .unsupportedEncoding: .dataError
            case .noUnits, .noPlan, .noDeadline: .configuration
            case .busy, .interrupted: .temporaryFailure
            case .database: .unavailable
            }
        self.init(status, error.description)
    }
}
