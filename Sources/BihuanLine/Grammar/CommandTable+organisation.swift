import BihuanDomain
import BihuanStore

/// Units, officers and posts: who they are, and what an operator changes of them, from the own unit downwards.
extension CommandTable {
    private static let unit = Parameter("unit", .unit, required: true)
    private static let officer = Parameter("officer", .word(max: 63), required: true)
    private static let reason = Parameter("reason", .text(max: CaseCommand.longestText), required: true)
    private static let key = Parameter("key", .word(max: 255))
    private static let format = Parameter("format", .oneOf(OutputFormat.allCases.map(\.rawValue)))
    private static let posts = Parameter("posts", .oneOf(PostsOfClosedUnit.allCases.map(\.rawValue)))
    private static let role = Parameter("role", .oneOf(PostRole.allCases.map(\.rawValue)), required: true)
    /// Up to forty of them, with commas between.
    private static let cases = Parameter("cases", .word(max: 1_000))
    /// Asked for when it does not stand on the line; never logged.
    private static let password = Parameter("password", .text(max: 1_000))

    static let organisation: [CommandSpec] = [
        CommandSpec(
            verb: .unitShow, positional: [Self.unit], named: [Parameter("at", .instant), Self.format],
            summary: Phrase(
                zh: "单位及其沿革; at: 当时的名称与上级", en: "a unit and what became of it; at: its name and parent then")
        ),
        CommandSpec(
            verb: .listChanges,
            named: [
                Parameter("of", .oneOf(["units", "officers"])), Parameter("limit", .integer(1...500)), Self.format,
            ],
            summary: Phrase(
                zh: "机构沿革, 新的在前; of=officers: 人员变动 (运维岗)",
                en: "changes of units, newest first; of=officers: of officers (operators)")
        ),
        CommandSpec(
            verb: .listPosts, named: [Parameter("under", .unit), Self.format],
            summary: Phrase(zh: "现任与将任岗位, 含代理及其起止", en: "posts held or to come, deputies and their dates")
        ),
        CommandSpec(
            verb: .unitAdd, positional: [Parameter("label", .word(max: 63), required: true)],
            named: [
                Parameter("under", .unit, required: true),
                Parameter(
                    "tier", .oneOf(Tier.allCases.filter { $0 != .city }.map(\.rawValue)), required: true),
                Parameter("name", .text(max: 100), required: true), Parameter("line", .text(max: 100)),
                Parameter("division", .word(max: 63)), Self.reason, Self.key,
            ],
            summary: Phrase(zh: "设立单位", en: "open a unit")
        ),
        CommandSpec(
            verb: .unitRename, positional: [Self.unit],
            named: [Parameter("name", .text(max: 100), required: true), Self.reason, Self.key],
            summary: Phrase(zh: "单位更名; 标识不变", en: "rename a unit; its label stays")
        ),
        CommandSpec(
            verb: .unitMove, positional: [Self.unit, Parameter("under", .unit, required: true)],
            named: [Self.reason, Self.key],
            summary: Phrase(zh: "划转单位; 未了事项随之", en: "move a unit; its open work goes along")
        ),
        CommandSpec(
            verb: .unitMerge, positional: [Self.unit, Parameter("to", .unit, required: true)],
            named: [Self.posts, Self.reason, Self.key],
            summary: Phrase(zh: "并入另一单位", en: "merge a unit into another")
        ),
        CommandSpec(
            verb: .unitClose, positional: [Self.unit],
            named: [Parameter("to", .unit), Self.posts, Self.reason, Self.key],
            summary: Phrase(
                zh: "撤销单位; to: 承接单位, 无则须无未了事项", en: "close a unit; to: who takes over, without it must be idle")
        ),
        CommandSpec(
            verb: .unitSplit, positional: [Self.unit, Parameter("label", .word(max: 63), required: true)],
            named: [
                Parameter("name", .text(max: 100), required: true), Parameter("line", .text(max: 100)),
                Parameter("units", .word(max: 1_000)), Self.cases, Self.reason, Self.key,
            ],
            summary: Phrase(
                zh: "分设新单位; units=带走的下级,…  cases=带走的案件,…",
                en: "split a unit; units=those below that go along,…  cases=refs,…")
        ),
        CommandSpec(
            verb: .unitHandOver, positional: [Self.unit, Parameter("to", .unit, required: true)],
            named: [Self.cases, Self.reason, Self.key],
            summary: Phrase(
                zh: "移交未了事项; cases=案号,… 不写则全部", en: "hand over open work; cases=refs,… all without it")
        ),
        CommandSpec(
            verb: .officerAdd, positional: [Self.officer],
            named: [
                Parameter("name", .text(max: 100), required: true), Parameter("unit", .unit, required: true), Self.role,
                Self.password, Self.reason, Self.key,
            ],
            block: "password",
            summary: Phrase(zh: "添加人员; 随后输入口令", en: "add an officer; then send the password")
        ),
        CommandSpec(
            verb: .officerLock, positional: [Self.officer], named: [Self.reason, Self.key],
            summary: Phrase(zh: "锁定人员", en: "lock an officer out")
        ),
        CommandSpec(
            verb: .officerUnlock, positional: [Self.officer], named: [Self.reason, Self.key],
            summary: Phrase(zh: "解除锁定", en: "let an officer in again")
        ),
        CommandSpec(
            verb: .officerReset, positional: [Self.officer], named: [Self.password, Self.reason, Self.key],
            block: "password",
            summary: Phrase(zh: "重设口令; 随后输入口令", en: "set a new password; then send it")
        ),
        CommandSpec(
            verb: .officerPost, positional: [Self.officer],
            named: [
                Parameter("unit", .unit, required: true), Self.role, Parameter("as", .word(max: 500)),
                Parameter("from", .instant), Parameter("until", .instant), Parameter("acting", .word(max: 63)),
                Parameter("clearance", .integer(0...2)), Self.reason, Self.key,
            ],
            summary: Phrase(
                zh: "任命岗位; as=预案角色,…  acting=被代理人, 须有 until; clearance=知悉范围, 不高于本岗位",
                en:
                    "appoint; as=roles of the plan,…  acting=whom to stand in for, until is needed; clearance=at most the own"
            )
        ),
        CommandSpec(
            verb: .officerEndPost, positional: [Self.officer],
            named: [Parameter("unit", .unit, required: true), Self.role, Self.reason, Self.key],
            summary: Phrase(zh: "免去岗位", en: "end a post")
        ),
    ]
}
