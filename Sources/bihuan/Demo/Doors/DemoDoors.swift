/// The doors of the running server as the officers of the demo city use them.
struct DemoDoors: Sendable {
    let json: JSONDoorClient
    let line: DemoLineDoor
    let sessions: OfficerSessions
}
