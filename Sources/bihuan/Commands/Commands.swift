import ArgumentParser

extension Bihuan {
    /// Every command, in the order of the help.
    static let commands: [any ParsableCommand.Type] = [
        ServeCommand.self,
        DemoCommand.self,
        MigrateCommand.self,
        CityCommand.self,
        PlanCommand.self,
        CalendarCommand.self,
        UnitsCommand.self,
        UnitCommand.self,
        OfficerCommand.self,
        WebhooksCommand.self,
        CasesCommand.self,
        DutyCommand.self,
        ContactsCommand.self,
        ExpertsCommand.self,
        SuppliesCommand.self,
        DatabaseCommand.self,
        CtlCommand.self,
        DoctorCommand.self,
        VersionCommand.self,
        RoutingCommand.self,
        LiaisonsCommand.self,
    ]
}
