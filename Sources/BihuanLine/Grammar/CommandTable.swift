import BihuanDomain
import BihuanStore

/// The commands, once: what each takes, who may say it, and what HELP tells of it.
package enum CommandTable {
    package static let specs: [LineVerb: CommandSpec] = Dictionary(
        uniqueKeysWithValues: CommandTable.all.map { ($0.verb, $0) }
    )

    /// In the order HELP lists them.
    package static let all: [CommandSpec] =
        CommandTable.standard + CommandTable.session + CommandTable.looking
        + CommandTable.operations + CommandTable.loop + CommandTable.disputes + CommandTable.routing
        + CommandTable.registers
        + CommandTable.organisation

    // MARK: RFC 3977, 4642, 4643

    private static let standard: [CommandSpec] = [
        CommandSpec(
            verb: .capabilities, positional: [Parameter("keyword", .word(max: 64))], needsLogIn: false,
            isStandard: true,
            summary: Phrase(zh: "本连接此刻能做什么", en: "what this connection can do now")
        ),
        CommandSpec(
            verb: .help,
            positional: [Parameter("verb", .word(max: 32)), Parameter("second", .word(max: 32))],
            needsLogIn: false, isStandard: true,
            summary: Phrase(zh: "命令及用法", en: "commands and their use")
        ),
        CommandSpec(
            verb: .date, needsLogIn: false, isStandard: true,
            summary: Phrase(zh: "服务器时间 (UTC)", en: "the server's time (UTC)")
        ),
        CommandSpec(
            verb: .modeReader, needsLogIn: false, isStandard: true,
            summary: Phrase(zh: "新闻阅读器的问候", en: "what newsreaders ask first")
        ),
        CommandSpec(
            verb: .head, positional: [Parameter("article", .text(max: 250))], needsLogIn: false, isStandard: true,
            summary: Phrase(zh: "没有文章可取", en: "there are no articles here")
        ),
        CommandSpec(
            verb: .stat, positional: [Parameter("article", .text(max: 250))], needsLogIn: false, isStandard: true,
            summary: Phrase(zh: "没有文章可取", en: "there are no articles here")
        ),
        CommandSpec(
            verb: .startTLS, needsLogIn: false, isStandard: true,
            summary: Phrase(zh: "转为加密连接", en: "begin TLS")
        ),
        CommandSpec(
            verb: .authUser, arguments: .raw(name: "name@city[/unit/role]", required: true), needsLogIn: false,
            isStandard: true,
            summary: Phrase(zh: "登录: 账号; 兼任数岗的可写明以哪一岗", en: "log in: account, and the post of several")
        ),
        CommandSpec(
            verb: .authPass, arguments: .raw(name: "password", required: true), needsLogIn: false, isStandard: true,
            summary: Phrase(zh: "登录: 口令 (整行, 可含空格)", en: "log in: password (the rest of the line)")
        ),
        CommandSpec(
            verb: .authSASL, arguments: .raw(name: "PLAIN|EXTERNAL [base64]", required: true), needsLogIn: false,
            summary: Phrase(zh: "登录: SASL", en: "log in: SASL")
        ),
        CommandSpec(
            verb: .listActive, positional: [Parameter("wildmat", .wildmat)], isStandard: true,
            summary: Phrase(zh: "单位与其未结转办编号", en: "units and the numbers of their open assignments")
        ),
        CommandSpec(
            verb: .listNewsgroups, positional: [Parameter("wildmat", .wildmat)], isStandard: true,
            summary: Phrase(zh: "单位与其名称", en: "units and their names")
        ),
        CommandSpec(
            verb: .quit, needsLogIn: false, isStandard: true,
            summary: Phrase(zh: "结束", en: "end the session")
        ),
    ]

    // MARK: The session

    private static let format = Parameter("format", .oneOf(OutputFormat.allCases.map(\.rawValue)))
    private static let page = [Parameter("limit", .integer(1...500)), Parameter("after", .ref)]

    private static let session: [CommandSpec] = [
        CommandSpec(
            verb: .whoAmI, named: [Self.format],
            summary: Phrase(zh: "我是谁, 以何岗位", en: "who I am and in which post")
        ),
        CommandSpec(
            verb: .set,
            named: [Parameter("lang", .oneOf(Language.allCases.map(\.rawValue))), Self.format],
            needsLogIn: false,
            summary: Phrase(zh: "本次会话的语言与格式", en: "language and format of the session")
        ),
    ]

    // MARK: Looking

    private static let looking: [CommandSpec] = [
        CommandSpec(
            verb: .listUnits, named: [Parameter("under", .unit)] + Self.unitPage + [Self.format],
            summary: Phrase(zh: "单位", en: "units")
        ),
        CommandSpec(
            verb: .listCases,
            named: [
                Parameter("state", .someOf(CaseState.allCases.map(\.rawValue))), Parameter("level", .word(max: 32)),
                Parameter("unit", .unit), Parameter("light", .oneOf(Light.allCases.map(\.rawValue))),
                Parameter("open", .flag), Parameter("drill", .flag),
            ] + Self.page + [Self.format],
            summary: Phrase(
                zh: "案件, 新的在前; drill=yes: 只看演练, drill=no: 不看演练",
                en: "cases, newest first; drill=yes: drills only, drill=no: none of them")
        ),
        CommandSpec(
            verb: .listClocks,
            named: [
                Parameter("within", .duration), Parameter("unit", .unit), Parameter("asked", .flag),
                Parameter("state", .oneOf(["aside"])), Parameter("drill", .flag), Self.format,
            ],
            summary: Phrase(
                zh: "正在走的时限, 先到的在前; asked=yes: 申请延期待答复的; state=aside: 因故搁置的",
                en: "running clocks, soonest first; asked=yes: more time is asked for; state=aside: those put aside")
        ),
        CommandSpec(
            verb: .listWork, named: [Parameter("limit", .integer(1...500)), Self.format],
            summary: Phrase(zh: "待办: 本岗位现在必须办的", en: "what this post must act on now")
        ),
        CommandSpec(
            verb: .listOutbox,
            named: [
                Parameter("state", .oneOf(DeliveryState.allCases.map(\.rawValue))), Parameter("unit", .unit),
                Parameter("webhook", .ref), Parameter("limit", .integer(1...500)), Self.format,
            ],
            summary: Phrase(
                zh: "发往各单位系统的消息; 不写 state: 未送达的",
                en: "messages to units' own systems; without state, those not delivered")
        ),
        CommandSpec(
            verb: .caseShow, positional: [Parameter("case", .ref, required: true)], named: [Self.format],
            summary: Phrase(zh: "一个案件的全部", en: "one case, whole")
        ),
        CommandSpec(
            verb: .caseTrace, positional: [Parameter("case", .ref, required: true)], named: [Self.format],
            summary: Phrase(zh: "一个案件的留痕", en: "what happened to one case")
        ),
        CommandSpec(
            verb: .caseProposal,
            positional: [Parameter("case", .ref, required: true)], named: Self.assessment + [Self.format],
            summary: Phrase(zh: "预案对一个案件建议的等级及其依据", en: "the level that the plan proposes for a case, and why")
        ),
        CommandSpec(
            verb: .listGradings, positional: [Parameter("case", .ref, required: true)], named: [Self.format],
            summary: Phrase(zh: "一个案件的历次定级", en: "how a case was graded")
        ),
        CommandSpec(
            verb: .listSpread, positional: [Parameter("case", .ref, required: true)], named: [Self.format],
            summary: Phrase(zh: "一个案件的传播态势", en: "how a case spread")
        ),
        CommandSpec(
            verb: .listWarnings,
            named: [
                Parameter("state", .someOf(WarningState.allCases.map(\.rawValue))), Parameter("level", .word(max: 63)),
                Parameter("limit", .integer(1...500)), Self.format,
            ],
            summary: Phrase(zh: "预警", en: "warnings")
        ),
        CommandSpec(
            verb: .listTasks, named: [Self.format],
            summary: Phrase(zh: "本单位未完成的任务", en: "open tasks of the own unit")
        ),
        CommandSpec(
            verb: .warningShow, positional: [Parameter("warning", .ref, required: true)], named: [Self.format],
            summary: Phrase(zh: "一个预警及各单位的响应", en: "one warning, with what each unit answered")
        ),
        CommandSpec(
            verb: .clockWhy, positional: [Parameter("clock", .ref, required: true)], named: [Self.format],
            summary: Phrase(zh: "一个时限为何此时到期", en: "why a clock is due when it is")
        ),
        CommandSpec(
            verb: .caseSimilar, positional: [Parameter("case", .ref, required: true)], named: [Self.format],
            summary: Phrase(zh: "与案件相似的案件及建议", en: "cases that a case is like, and what to do")
        ),
        CommandSpec(
            verb: .leadSimilar, positional: [Parameter("lead", .ref, required: true)], named: [Self.format],
            summary: Phrase(zh: "与线索相似的案件及建议", en: "cases that a lead is like, and what to do")
        ),
        CommandSpec(
            verb: .listLeads, positional: [Parameter("case", .ref)],
            named: [Parameter("limit", .integer(1...500)), Self.format],
            summary: Phrase(zh: "案件的线索; 不写案件: 尚未归案的线索", en: "leads of a case; without one, loose leads")
        ),
        CommandSpec(
            verb: .summary, named: [Self.format],
            summary: Phrase(zh: "升级汇总: 按区县与等级", en: "escalations by district and level")
        ),
        CommandSpec(
            verb: .health, named: [Self.format],
            summary: Phrase(zh: "服务器状况", en: "the server's health")
        ),
    ]

    private static let unitPage = [Parameter("limit", .integer(1...500)), Parameter("after", .unit)]

    // MARK: Operations

    private static let operations: [CommandSpec] = [
        CommandSpec(
            verb: .clockRetry, positional: [Parameter("clock", .ref)], named: [Parameter("unit", .unit), Self.reason],
            summary: Phrase(zh: "重试搁置的时限; 不写编号: 全部", en: "try clocks put aside again; without id, all")
        ),
        CommandSpec(
            verb: .outboxRetry,
            positional: [Parameter("message", .ref)],
            named: [Parameter("webhook", .ref), Parameter("unit", .unit), Self.reason],
            summary: Phrase(zh: "重发未送达而搁置的消息; 不写编号: 全部", en: "send dead messages again; without id, all")
        ),
    ]

    // MARK: The loop

    private static let reason = Parameter("reason", .text(max: 500), required: true)
    private static let write = [
        Self.reason,
        Parameter("version", .integer(0...Int(Int32.max))),
        Parameter("key", .word(max: 255)),
    ]
    private static let assessment = [
        Parameter("factors", .word(max: 500)), Parameter("criteria", .word(max: 500)),
        Parameter("triggers", .word(max: 500)),
    ]
    private static let targetWarning = Parameter("warning", .ref, required: true)
    private static let targetCase = Parameter("case", .ref, required: true)
    private static let targetAssignment = Parameter("assignment", .ref, required: true)
    private static let targetOrder = Parameter("order", .ref, required: true)
    private static let targetClock = Parameter("clock", .ref, required: true)
    private static let targetTask = Parameter("task", .ref, required: true)
    private static let toUnit = Parameter("unit", .unit, required: true)
    private static let longText = 4_000
    /// How to reach whoever asked to be answered.
    private static let contact = [
        Parameter("phone", .text(max: 40)), Parameter("email", .text(max: 254)), Parameter("address", .text(max: 200)),
    ]

    private static let loop: [CommandSpec] = [
        CommandSpec(
            verb: .caseRegister,
            named: [
                Parameter("title", .text(max: 200), required: true),
                Parameter("content", .text(max: Self.longText)),
                Parameter("channel", .word(max: 64), required: true),
                Parameter("source", .word(max: 64)),
                Parameter("reference", .word(max: 128)),
                Parameter("category", .text(max: 100)),
                Parameter("place", .text(max: 200)),
                Parameter("outlet", .text(max: 100)),
                Parameter("link", .word(max: 500)),
                Parameter("occurred", .instant),
                Parameter("discovered", .instant),
                Parameter("matter", .word(max: 63)),
                Parameter("drill", .flag),
                Parameter("about", .word(max: 500)),
                Parameter("leads", .word(max: 3_700)),
            ] + Self.contact + Self.write,
            block: "content",
            summary: Phrase(
                zh: "登记案件; 不写 content 则随后输入正文; leads=线索,…: 由先前收下的线索立案; drill=yes: 演练",
                en:
                    "register a case; without content, send it as a block; leads=id,…: of leads taken in before; drill=yes: a drill"
            )
        ),
        CommandSpec(
            verb: .caseGrade,
            positional: [Self.targetCase, Parameter("level", .word(max: 32), required: true)],
            named: [Parameter("matter", .word(max: 63)), Parameter("about", .word(max: 500))] + Self.assessment
                + Self.write,
            summary: Phrase(
                zh: "定级; factors=因素:0至3,…  criteria=标准,…  triggers=情形,…",
                en: "grade; factors=key:0..3,…  criteria=key,…  triggers=key,…")
        ),
        CommandSpec(
            verb: .caseSpread,
            positional: [Self.targetCase],
            named: SpreadMetric.allCases.map { Parameter($0.rawValue, .integer(0...SpreadCounts.most)) }
                + [Parameter("observed", .instant), Parameter("source", .text(max: 200))] + Self.write,
            summary: Phrase(zh: "录入传播态势", en: "enter how far a case has spread")
        ),
        CommandSpec(
            verb: .caseReplan,
            positional: [Self.targetCase, Parameter("plan", .integer(1...1_000_000), required: true)],
            named: Self.write,
            summary: Phrase(zh: "改用预案的新版; 写版本号", en: "go on under a newer version of the plan, by its number")
        ),
        CommandSpec(
            verb: .caseWarn,
            positional: [Self.targetCase],
            named: [
                Parameter("level", .word(max: 63)), Parameter("happened", .word(max: 63)),
                Parameter("possible", .word(max: 63)), Parameter("elsewhere", .word(max: 63)),
                Parameter("units", .word(max: 500)), Parameter("measures", .text(max: Self.longText)),
                Parameter("text", .text(max: Self.longText)),
            ] + Self.write,
            block: "text",
            summary: Phrase(
                zh: "提请预警; 不写 level 则由 happened、possible、elsewhere 推定",
                en: "propose a warning; without level it follows from happened, possible, elsewhere")
        ),
        CommandSpec(
            verb: .warningIssue, positional: [Self.targetWarning], named: Self.write,
            summary: Phrase(zh: "发布预警", en: "issue a warning")
        ),
        CommandSpec(
            verb: .warningDecline, positional: [Self.targetWarning], named: Self.write,
            summary: Phrase(zh: "不予发布预警", en: "decline a warning")
        ),
        CommandSpec(
            verb: .warningRespond,
            positional: [Self.targetWarning],
            named: [Parameter("measures", .text(max: Self.longText))] + Self.write,
            block: "measures",
            summary: Phrase(
                zh: "响应预警; 不写 measures 则随后输入措施", en: "answer a warning; without measures, send them as a block")
        ),
        CommandSpec(
            verb: .warningLift, positional: [Self.targetWarning], named: Self.write,
            summary: Phrase(zh: "解除预警", en: "lift a warning")
        ),
        CommandSpec(
            verb: .caseAssign,
            positional: [Self.targetCase, Self.toUnit],
            named: [
                Parameter("role", .oneOf(AssignmentRole.allCases.map(\.rawValue))),
                Parameter("note", .text(max: Self.longText)),
            ] + Self.write,
            summary: Phrase(zh: "转办; 不写 role: 主办", en: "assign; without role, as the lead")
        ),
        CommandSpec(
            verb: .caseReceive, positional: [Self.targetAssignment], named: Self.write,
            summary: Phrase(zh: "签收", en: "receive")
        ),
        CommandSpec(
            verb: .caseReturn, positional: [Self.targetAssignment], named: [Parameter("proposed", .unit)] + Self.write,
            summary: Phrase(zh: "退回; proposed=: 应由哪个单位办", en: "return; proposed=: the unit that should have it")
        ),
        CommandSpec(
            verb: .caseRecall, positional: [Self.targetAssignment], named: Self.write,
            summary: Phrase(zh: "撤回 (签收之前)", en: "recall (before receipt)")
        ),
        CommandSpec(
            verb: .caseForward,
            positional: [Self.targetAssignment, Self.toUnit],
            named: [Parameter("note", .text(max: Self.longText))] + Self.write,
            summary: Phrase(zh: "再转下一级", en: "forward a tier down")
        ),
        CommandSpec(
            verb: .caseFeedback,
            positional: [Self.targetAssignment],
            named: [
                Parameter("kind", .oneOf(FeedbackKind.allCases.map(\.rawValue)), required: true),
                Parameter("verdict", .oneOf(Verdict.allCases.map(\.rawValue))),
                Parameter("findings", .text(max: Self.longText)),
                Parameter("measures", .text(max: Self.longText)),
                Parameter("result", .text(max: Self.longText)),
                Parameter("fields", .text(max: Self.longText)),
            ] + Self.write,
            block: "findings",
            summary: Phrase(
                zh: "反馈; 不写 findings 则随后输入正文; fields=\"项: 内容\\n…\": 预案表单另问的",
                en:
                    "feed back; without findings, send them as a block; fields=\"key: value\\n…\" as the plan's form asks"
            )
        ),
        CommandSpec(
            verb: .caseAccept, positional: [Self.targetAssignment], named: Self.write,
            summary: Phrase(zh: "核验通过", en: "accept the feedback")
        ),
        CommandSpec(
            verb: .caseSendBack, positional: [Self.targetAssignment], named: Self.write,
            summary: Phrase(zh: "退改", en: "send the feedback back")
        ),
        CommandSpec(
            verb: .caseConclude, positional: [Self.targetCase],
            named: [Parameter("outcome", .oneOf(CaseOutcome.allCases.map(\.rawValue)))] + Self.write,
            summary: Phrase(
                zh: "办结; 不写 outcome 则取已核验反馈的结论, 写了不得与它相反",
                en: "conclude; without outcome, the accepted feedback's verdict, which it must not contradict")
        ),
        CommandSpec(
            verb: .caseDismiss, positional: [Self.targetCase], named: Self.write,
            summary: Phrase(zh: "不予受理", en: "dismiss")
        ),
        CommandSpec(
            verb: .caseReopen, positional: [Self.targetCase], named: Self.write,
            summary: Phrase(zh: "重新办理", en: "reopen")
        ),
        CommandSpec(
            verb: .caseUrge, positional: [Self.targetAssignment], named: Self.write,
            summary: Phrase(
                zh: "催办; 待核验的催核验单位; 写案号则催办案件的主管单位",
                en: "urge, what waits for review its reviewer; with a case's ref, its owner")
        ),
        CommandSpec(
            verb: .caseSupervise,
            positional: [Self.targetAssignment],
            named: [
                Parameter("cause", .oneOf(SupervisionCause.allCases.map(\.rawValue))),
                Parameter("grade", .oneOf(SupervisionGrade.allCases.map(\.rawValue))),
                Parameter("limit", .word(max: 16)), Parameter("due", .instant),
                Parameter("requirement", .text(max: Self.longText)),
            ] + Self.write,
            block: "requirement",
            summary: Phrase(zh: "督办; 不写 requirement 则随后输入要求", en: "supervise; without requirement, send it as a block")
        ),
        CommandSpec(
            verb: .caseReply,
            positional: [Self.targetOrder],
            named: [Parameter("text", .text(max: Self.longText))] + Self.write,
            block: "text",
            summary: Phrase(zh: "答复督办; 不写 text 则随后输入答复", en: "answer an order; without text, send it as a block")
        ),
        CommandSpec(
            verb: .caseLift, positional: [Self.targetOrder], named: Self.write,
            summary: Phrase(zh: "解除督办", en: "lift an order")
        ),
        CommandSpec(
            verb: .caseUphold, positional: [Self.targetOrder], named: Self.write,
            summary: Phrase(zh: "督办继续, 答复不予认可", en: "uphold an order, its reply not being enough")
        ),
        CommandSpec(
            verb: .caseRaise, positional: [Self.targetOrder], named: Self.write,
            summary: Phrase(zh: "提级督办", en: "raise an order a tier")
        ),
        CommandSpec(
            verb: .caseFile,
            positional: [Self.targetCase, Parameter("form", .word(max: 63), required: true)],
            named: [Parameter("fields", .text(max: Self.longText))] + Self.write,
            block: "fields",
            summary: Phrase(
                zh: "填报预案的表单; 随后逐行输入 项: 内容, 以空格起首的行接上一行",
                en:
                    "file a form of the plan; send key: value lines, a line that begins with a blank goes on with the last"
            )
        ),
        CommandSpec(
            verb: .clockPause, positional: [Self.targetClock], named: Self.write,
            summary: Phrase(zh: "暂停计时", en: "pause a clock")
        ),
        CommandSpec(
            verb: .clockResume, positional: [Self.targetClock], named: Self.write,
            summary: Phrase(zh: "恢复计时", en: "let a clock go on")
        ),
        CommandSpec(
            verb: .clockExtend,
            positional: [Self.targetClock, Parameter("by", .word(max: 16), required: true)], named: Self.write,
            summary: Phrase(zh: "申请延期, 例如 P2WD", en: "ask for more time, e.g. P2WD")
        ),
        CommandSpec(
            verb: .clockGrant, positional: [Self.targetClock], named: Self.write,
            summary: Phrase(zh: "同意延期", en: "grant the extension asked for")
        ),
        CommandSpec(
            verb: .clockRefuse, positional: [Self.targetClock], named: Self.write,
            summary: Phrase(zh: "不同意延期", en: "refuse the extension asked for")
        ),
        CommandSpec(
            verb: .caseComment,
            positional: [Self.targetAssignment],
            named: [Parameter("text", .text(max: Self.longText))] + Self.write,
            block: "text",
            summary: Phrase(
                zh: "指导意见; 不写 text 则随后输入", en: "comment as a guide; without text, send it as a block")
        ),
        CommandSpec(
            verb: .taskAdd,
            positional: [Self.targetAssignment],
            named: [
                Parameter("officer", .word(max: 63)), Parameter("unit", .unit), Parameter("due", .instant),
                Parameter("text", .text(max: Self.longText)),
            ] + Self.write,
            block: "text",
            summary: Phrase(
                zh: "添加任务; officer=本单位经办人 或 unit=承办本案的下级单位",
                en: "add a task; officer= one of the own unit, or unit= one below that works on the case")
        ),
        CommandSpec(
            verb: .taskFinish,
            positional: [Self.targetTask],
            named: [Parameter("evidence", .text(max: Self.longText))] + Self.write,
            block: "evidence",
            summary: Phrase(
                zh: "完成任务; 不写 evidence 则随后输入完成情况", en: "finish a task; without evidence, send it as a block")
        ),
        CommandSpec(
            verb: .taskDrop, positional: [Self.targetTask], named: Self.write,
            summary: Phrase(zh: "取消任务", en: "drop a task")
        ),
        CommandSpec(
            verb: .caseEndGuidance, positional: [Self.targetAssignment], named: Self.write,
            summary: Phrase(
                zh: "结束一个单位的指导; 等它核验的反馈改由转办单位核验",
                en: "end a unit's guidance; what it had to review its assigner reviews")
        ),
    ]
    // MARK: Disputes, referrals, return visits

    private static let targetDispute = Parameter("dispute", .ref, required: true)
    private static let targetReferral = Parameter("referral", .ref, required: true)

    private static let disputes: [CommandSpec] = [
        CommandSpec(
            verb: .caseDispute, positional: [Self.targetAssignment],
            named: [Parameter("proposed", .unit, required: true)] + Self.write,
            summary: Phrase(
                zh: "对转办提出争议, 由上一级裁定; proposed=: 应由哪个单位办", en: "dispute an assignment; proposed=: whose the work is")
        ),
        CommandSpec(
            verb: .disputeArbitrate, positional: [Self.targetDispute, Self.toUnit], named: Self.write,
            summary: Phrase(zh: "裁定争议: 由哪个单位办", en: "decide a dispute: which unit holds the work")
        ),
        CommandSpec(
            verb: .disputeWithdraw, positional: [Self.targetDispute], named: Self.write,
            summary: Phrase(zh: "撤销争议", en: "withdraw a dispute")
        ),
        CommandSpec(
            verb: .disputeShow, positional: [Self.targetDispute], named: [Self.format],
            summary: Phrase(zh: "一件争议", en: "one dispute")
        ),
        CommandSpec(
            verb: .listDisputes,
            named: [
                Parameter("state", .someOf(DisputeState.allCases.map(\.rawValue))), Parameter("drill", .flag),
                Parameter("limit", .integer(1...500)), Self.format,
            ],
            summary: Phrase(zh: "争议, 新的在前", en: "disputes, newest first")
        ),
        CommandSpec(
            verb: .caseRefer, positional: [Self.targetCase],
            named: [
                Parameter("kind", .oneOf(ReferralKind.allCases.map(\.rawValue)), required: true),
                Parameter("to", .text(max: ReferralDraft.longestName)), Parameter("text", .text(max: Self.longText)),
            ] + Self.write,
            block: "text",
            summary: Phrase(
                zh: "登记移送外单位或报请明确牵头部门; 不写 text 则随后输入内容",
                en: "record a referral to a body outside; without text, send it as a block")
        ),
        CommandSpec(
            verb: .referralAnswer, positional: [Self.targetReferral],
            named: [
                Parameter("lead", .text(max: ReferralDraft.longestName)),
                Parameter("answer", .text(max: Self.longText)),
            ] + Self.write,
            block: "answer",
            summary: Phrase(
                zh: "登记移送的答复; lead=: 明确的牵头部门; 不写 answer 则随后输入答复",
                en: "record what came back; lead=: the department that leads; without answer, send it as a block")
        ),
        CommandSpec(
            verb: .referralWaive, positional: [Self.targetReferral], named: Self.write,
            summary: Phrase(zh: "不再等待移送的答复", en: "wait for a referral no longer")
        ),
        CommandSpec(
            verb: .referralShow, positional: [Self.targetReferral], named: [Self.format],
            summary: Phrase(zh: "一件移送", en: "one referral")
        ),
        CommandSpec(
            verb: .listReferrals,
            named: [
                Parameter("state", .someOf(ReferralState.allCases.map(\.rawValue))),
                Parameter("kind", .someOf(ReferralKind.allCases.map(\.rawValue))), Parameter("drill", .flag),
                Parameter("limit", .integer(1...500)), Self.format,
            ],
            summary: Phrase(zh: "移送, 新的在前", en: "referrals, newest first")
        ),
        CommandSpec(
            verb: .caseVisit, positional: [Self.targetCase],
            named: [
                Parameter("reached", .flag, required: true),
                Parameter("satisfaction", .oneOf(Satisfaction.allCases.map(\.rawValue))),
                Parameter("note", .text(max: Self.longText)),
            ] + Self.write,
            summary: Phrase(zh: "登记回访 (办结之后)", en: "record a return visit (of a concluded case)")
        ),
        CommandSpec(
            verb: .caseAttach, positional: [Self.targetCase, Parameter("lead", .ref)],
            named: [
                Parameter("content", .text(max: Self.longText)), Parameter("title", .text(max: 200)),
                Parameter("channel", .word(max: 64)), Parameter("source", .word(max: 64)),
                Parameter("reference", .word(max: 128)), Parameter("category", .text(max: 100)),
                Parameter("place", .text(max: 200)), Parameter("outlet", .text(max: 100)),
                Parameter("link", .word(max: 2_000)),
            ] + Self.contact + Self.write,
            summary: Phrase(
                zh: "把线索并入案件; 不写线索编号: 以 channel、content 登记新线索并入",
                en: "attach a lead to a case; without one, a new lead of channel and content")
        ),
        CommandSpec(
            verb: .caseDetach, positional: [Self.targetCase, Parameter("lead", .ref, required: true)],
            named: Self.write,
            summary: Phrase(zh: "把线索移出案件", en: "take a lead out of a case")
        ),
        CommandSpec(
            verb: .caseMerge, positional: [Self.targetCase, Parameter("into", .ref, required: true)], named: Self.write,
            summary: Phrase(zh: "并案: 把案件并入另一案件", en: "merge a case into another")
        ),
        CommandSpec(
            verb: .caseUnmerge, positional: [Self.targetCase], named: Self.write,
            summary: Phrase(zh: "撤销并案", en: "undo a merge")
        ),
        CommandSpec(
            verb: .leadTake,
            named: [
                Parameter("channel", .word(max: 64), required: true),
                Parameter("content", .text(max: Self.longText)), Parameter("title", .text(max: 200)),
                Parameter("source", .word(max: 64)), Parameter("reference", .word(max: 128)),
                Parameter("category", .text(max: 100)), Parameter("place", .text(max: 200)),
                Parameter("outlet", .text(max: 100)), Parameter("link", .word(max: 2_000)),
                Parameter("occurred", .instant),
            ] + Self.contact + [Parameter("key", .word(max: 255))],
            block: "content",
            summary: Phrase(
                zh: "收下线索, 暂不立案; 不写 content 则随后输入正文",
                en: "take in a lead of no case yet; without content, send it as a block")
        ),
    ]

    // MARK: Routing

    private static let routing: [CommandSpec] = [
        CommandSpec(
            verb: .caseRoute, positional: [Self.targetCase], named: [Self.format],
            summary: Phrase(zh: "一个案件该派给谁及其依据; 由派单员决定", en: "where a case would go, and why; the dispatcher decides")
        ),
        CommandSpec(
            verb: .listRouting, named: [Parameter("month", .word(max: 7), required: true), Self.format],
            summary: Phrase(
                zh: "一个月的派单预演, 例如 month=2026-10: 各单位会派多少, 与实际相符多少, 缺什么",
                en:
                    "a month routed again, e.g. month=2026-10: how many would go where, how many went there, what is missing"
            )
        ),
        CommandSpec(
            verb: .routePreview,
            named: [
                Parameter("title", .text(max: 200)), Parameter("content", .text(max: Self.longText)),
                Parameter("place", .text(max: 200)), Parameter("category", .text(max: 100)),
                Parameter("level", .word(max: 32)), Parameter("matter", .word(max: 63)), Self.format,
            ],
            block: "content",
            summary: Phrase(
                zh: "还没有登记的内容该派给谁; 不写 content 则随后输入",
                en: "where something would go that is no case yet; without content, send it as a block")
        ),
        CommandSpec(
            verb: .bulk,
            named: [
                Parameter("level", .word(max: 32)), Parameter("matter", .word(max: 63)), Parameter("unit", .unit),
                Parameter("note", .text(max: Self.longText)), Parameter("cases", .text(max: 40_000)), Self.reason,
                Parameter("key", .word(max: 255)), Self.format,
            ],
            block: "cases",
            summary: Phrase(
                zh: "批量定级 (level) 和转办 (unit; unit=proposed: 按建议派单); 随后逐行输入案号, 每案要么全办要么不办",
                en:
                    "grade (level) and assign (unit; unit=proposed: as proposed) many; send refs line by line, each case all or nothing"
            )
        ),
        CommandSpec(
            verb: .caseRecuse, positional: [Self.targetCase, Self.toUnit], named: Self.write,
            summary: Phrase(zh: "令一个单位回避: 它和下级看不到此案", en: "keep a unit and all below it out of a case")
        ),
        CommandSpec(
            verb: .caseLiftRecusal, positional: [Self.targetCase, Self.toUnit], named: Self.write,
            summary: Phrase(zh: "解除回避", en: "lift a recusal")
        ),
        CommandSpec(
            verb: .caseRestrict,
            positional: [Self.targetCase, Parameter("level", .integer(0...2), required: true)], named: Self.write,
            summary: Phrase(zh: "限制知悉: 0 不限, 1 限制, 2 严格限制", en: "restrict a case: 0 open, 1 restricted, 2 confidential")
        ),
        CommandSpec(
            verb: .contactReveal, positional: [Parameter("contact", .ref, required: true)],
            named: [Self.reason, Self.format],
            summary: Phrase(zh: "查看联系方式全文, 每次留痕", en: "see a contact whole; on record each time")
        ),
        CommandSpec(
            verb: .listRecusals, positional: [Self.targetCase], named: [Self.format],
            summary: Phrase(zh: "一个案件的回避", en: "units kept out of a case")
        ),
        CommandSpec(
            verb: .listReads, positional: [Self.targetCase], named: [Self.format],
            summary: Phrase(zh: "谁查阅过一个限制案件", en: "who looked at a restricted case")
        ),
        CommandSpec(
            verb: .listContacts, positional: [Self.targetCase], named: [Self.format],
            summary: Phrase(zh: "一个案件的联系方式 (遮盖)", en: "contacts of a case, masked")
        ),
    ]
    // MARK: Registers

    private static let key = Parameter("key", .word(max: 255))
    private static let day = Parameter("date", .word(max: 10))

    private static let registers: [CommandSpec] = [
        CommandSpec(
            verb: .caseEngage,
            positional: [Self.targetCase, Parameter("expert", .ref, required: true)], named: Self.write,
            summary: Phrase(zh: "聘请专家; 写 LIST EXPERTS 所列标识", en: "put an expert on a case, by the id of LIST EXPERTS")
        ),
        CommandSpec(
            verb: .listEscalated, named: [Parameter("limit", .integer(1...500)), Self.format],
            summary: Phrase(zh: "已逐级到顶而仍未办的", en: "what has climbed its ladder to the end")
        ),
        CommandSpec(
            verb: .listUrges, positional: [Self.targetCase], named: [Self.format],
            summary: Phrase(zh: "一个案件的历次催办", en: "how often a case was urged")
        ),
        CommandSpec(
            verb: .listLiaisons,
            named: [
                Parameter("unit", .unit), Parameter("under", .unit),
                Parameter("kind", .oneOf(LiaisonKind.allCases.map(\.rawValue))), Self.format,
            ],
            summary: Phrase(zh: "联络名单", en: "whom to call")
        ),
        CommandSpec(
            verb: .listExperts,
            named: [Parameter("field", .text(max: 100)), Parameter("all", .flag), Self.format],
            summary: Phrase(zh: "专家库; all=yes: 含不在聘期的", en: "experts; all=yes: those as well whose time is over")
        ),
        CommandSpec(
            verb: .expertShow, positional: [Parameter("expert", .ref, required: true)], named: [Self.format],
            summary: Phrase(zh: "一位专家", en: "one expert")
        ),
        CommandSpec(
            verb: .listSupplies,
            named: [Parameter("unit", .unit), Parameter("under", .unit), Parameter("overdue", .flag), Self.format],
            summary: Phrase(zh: "物资; overdue=yes: 只看逾期未检查的", en: "supplies; overdue=yes: those not inspected in time")
        ),
        CommandSpec(
            verb: .dutyShow, positional: [Parameter("unit", .unit, required: true)],
            named: [Self.day, Parameter("days", .integer(1...31)), Self.format],
            summary: Phrase(zh: "值班表、空档与此刻值班的人", en: "roster, gaps, and who is on duty now")
        ),
        CommandSpec(
            verb: .dutySet,
            positional: [Parameter("unit", .unit, required: true), Parameter("date", .word(max: 10), required: true)],
            named: [Parameter("shifts", .word(max: 4_000), required: true), Self.reason, Self.key],
            summary: Phrase(
                zh: "排定当日开始的班次: shifts=账号/起/止,…; none 为撤空",
                en: "set the shifts that begin that day: login/from/until,…; none takes all off")
        ),
        CommandSpec(
            verb: .dutyTest,
            named: [
                Parameter("units", .word(max: 4_000)), Parameter("under", .unit), Parameter("case", .ref),
                Parameter("within", .duration), Self.reason, Self.key,
            ],
            summary: Phrase(zh: "抽查值班通联", en: "call those on duty and wait for their answers")
        ),
        CommandSpec(
            verb: .dutyTests, named: [Parameter("case", .ref), Parameter("limit", .integer(1...500)), Self.format],
            summary: Phrase(zh: "历次通联抽查", en: "tests of those on duty")
        ),
        CommandSpec(
            verb: .dutyResult, positional: [Parameter("test", .ref, required: true)], named: [Self.format],
            summary: Phrase(zh: "一次通联抽查的结果", en: "who answered a test and who did not")
        ),
        CommandSpec(
            verb: .dutyAck, positional: [Parameter("test", .ref, required: true)], named: [Self.reason, Self.key],
            summary: Phrase(zh: "应答通联抽查", en: "answer a test")
        ),
        CommandSpec(
            verb: .liaisonSet,
            positional: [
                Parameter("unit", .unit, required: true),
                Parameter("kind", .oneOf(LiaisonKind.allCases.map(\.rawValue)), required: true),
            ],
            named: [
                Parameter("name", .text(max: 100)), Parameter("officer", .word(max: 63)),
                Parameter("phone", .text(max: 60)), Parameter("email", .word(max: 254)), Parameter("from", .instant),
                Parameter("until", .instant), Self.reason, Self.key,
            ],
            summary: Phrase(zh: "登记联络人", en: "put somebody into the directory")
        ),
        CommandSpec(
            verb: .liaisonEnd,
            positional: [
                Parameter("unit", .unit, required: true),
                Parameter("kind", .oneOf(LiaisonKind.allCases.map(\.rawValue)), required: true),
            ],
            named: [Parameter("name", .text(max: 100), required: true), Self.reason, Self.key],
            summary: Phrase(zh: "联络人不再担任", en: "somebody is in office no more")
        ),
        CommandSpec(
            verb: .expertSet,
            named: [
                Parameter("name", .text(max: 100), required: true), Parameter("field", .text(max: 100), required: true),
                Parameter("organisation", .text(max: 200)), Parameter("contact", .text(max: 200)),
                Parameter("from", .word(max: 10)), Parameter("until", .word(max: 10)), Self.reason, Self.key,
            ],
            summary: Phrase(zh: "登记专家", en: "put an expert into the register")
        ),
        CommandSpec(
            verb: .supplySet, positional: [Parameter("unit", .unit, required: true)],
            named: [
                Parameter("item", .text(max: 100), required: true),
                Parameter("quantity", .integer(0...1_000_000_000), required: true),
                Parameter("measure", .text(max: 20)), Parameter("place", .text(max: 200), required: true),
                Parameter("next", .word(max: 10)), Self.reason, Self.key,
            ],
            summary: Phrase(zh: "登记物资", en: "put supplies into the register")
        ),
        CommandSpec(
            verb: .supplyInspect, positional: [Parameter("supply", .ref, required: true)],
            named: [Parameter("next", .word(max: 10)), Self.reason, Self.key],
            summary: Phrase(zh: "物资已检查; next=下次日期", en: "supplies were inspected; next: the day of the next time")
        ),
    ]
}
