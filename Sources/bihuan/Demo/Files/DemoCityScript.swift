/// `city.yaml`: what the demo city is called and which plan it adopts.
struct DemoCityScript: Sendable, Hashable, Decodable {
    var code: String
    var name: String
    /// Letters before its case numbers.
    var refPrefix: String
    /// Offset from UTC of its clocks, e.g. `+08:00`.
    var utcOffset: String
    /// File under `deploy/plans`.
    var plan: String
    /// Log-ins that are printed when the day has been played.
    var shown: [String]

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case code, name, plan, shown
        case refPrefix = "ref_prefix"
        case utcOffset = "utc_offset"
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.code = try container.decode(String.self, forKey: .code)
        self.name = try container.decode(String.self, forKey: .name)
        self.refPrefix = try container.decode(String.self, forKey: .refPrefix)
        self.utcOffset = try container.decode(String.self, forKey: .utcOffset)
        self.plan = try container.decode(String.self, forKey: .plan)
        self.shown = try container.decode([String].self, forKey: .shown)
    }
}
