import BihuanDomain
import Foundation

/// Plays a working day: officers act through the doors, the city's time is moved, the clocks are looked at.
///
/// It holds no case and no time of its own: `day.yaml` says what happens. A step that a door refuses is counted and
/// told, and the case goes no further.
struct DayPlayer {
    /// Where the cases come from.
    enum Source: Sendable {
        /// `cases.csv` of the demo city.
        case authored
        /// A file of somebody else's, with its map.
        case imported(file: URL, map: URL)
    }

    private enum Entry {
        case wave(TimeOfDay)
        /// A case of `cases.csv` that the duty desk registers.
        case register(DemoCase)
        /// The next step of a case.
        case step(Int)
    }

    /// How many officers act at once.
    private static let width = 8
    /// Minutes until a step is tried again that waits for an order.
    private static let patience = 5

    private let files: DemoFiles
    private let doors: DemoDoors
    private let clock: DayClock
    private let intake: DayIntake
    private let sweep: @Sendable () async throws -> Int

    private var cast: Cast
    private var wording: Wording
    private var dice: Dice
    private var progress: DayProgress
    private var agenda = Agenda<Entry>()
    private var cases: [PlayedCase] = []
    /// Names of the ways that some case goes.
    private var gone: Set<String> = []
    /// Authored cases that were given to the importer and not found yet, by title.
    private var awaited: [String: DemoCase] = [:]
    private var minute: Int
    private(set) var record = DayRecord()

    /// - Parameter sweep: looks at the clocks once and returns how many rungs were reached.
    init(
        files: DemoFiles, doors: DemoDoors, clock: DayClock, intake: DayIntake,
        sweep: @escaping @Sendable () async throws -> Int
    ) {
        self.files = files
        self.doors = doors
        self.clock = clock
        self.intake = intake
        self.sweep = sweep
        self.cast = Cast(files.officers)
        self.wording = Wording(files)
        self.dice = Dice(seed: files.day.seed)
        self.progress = DayProgress(opens: files.day.opens.minutes, closes: files.day.closes.minutes)
        self.minute = files.day.opens.minutes
    }

    /// Plays from opening to closing.
    ///
    /// - Returns: what became of it, and how many seconds it took.
    mutating func play(_ source: Source) async throws -> (record: DayRecord, seconds: Double) {
        try await self.clock.begin(at: self.minute)
        switch source {
        case .authored: self.planArrivals()
        case .imported(let file, let map): try await self.bringIn(file, map)
        }
        let closes = self.files.day.closes.minutes
        while let next = self.agenda.next, next <= closes {
            try await self.wait(until: next)
            let entries = self.agenda.take(upTo: next)
            try await self.act(on: entries)
            self.progress.show(self.minute, self.record)
        }
        try await self.wait(until: closes)
        self.record.leftOver = self.cases.reduce(0) { $0 + $1.steps.count }
        self.progress.show(closes, self.record)
        self.progress.end()
        return (self.record, self.progress.seconds)
    }

    // MARK: Time

    /// Lets time pass; the clocks are looked at on the way and at the end.
    private mutating func wait(until minute: Int) async throws {
        while self.minute < minute {
            self.minute = min(minute, self.minute + self.files.day.sweepEvery)
            try await self.clock.move(to: self.minute)
            var fired = 0
            repeat {
                fired = try await self.sweep()
                self.record.fired += fired
            } while fired > 0
        }
    }

    // MARK: Intake

    private mutating func planArrivals() {
        let day = self.files.day
        let waves = Set(day.waves)
        for wave in waves { self.agenda.add(.wave(wave), at: wave.minutes) }
        for (index, one) in self.files.cases.enumerated() {
            let arrival = day.opens.minutes + max(0, one.occurredAt)
            let isByHand =
                day.byHand.levels.contains(one.level) || index % day.byHand.every == 0
                || !waves.contains { $0.minutes >= arrival }
            if isByHand {
                self.agenda.add(.register(one), at: min(arrival + 1, day.closes.minutes))
            } else {
                self.awaited[one.title] = one
            }
        }
    }

    private mutating func importWave(_ wave: TimeOfDay) async throws {
        let opens = self.files.day.opens.minutes
        let due = self.files.cases.filter { self.awaited[$0.title] != nil && opens + $0.occurredAt <= wave.minutes }
        guard !due.isEmpty else { return }
        let clock = self.clock
        self.record.imported += try await self.intake.importWave(
            due, named: "wave-\(wave.description.replacing(":", with: ""))", at: { clock.date($0) })
        let found: [DayIntake.Registered]
        do throws(DoorFailure) {
            found = try await self.intake.registered(most: self.files.cases.count)
        } catch {
            self.record.failures.append(("", "list", error))
            return
        }
        for one in found {
            guard let authored = self.awaited.removeValue(forKey: one.title) else { continue }
            self.begin(authored, ref: one.ref)
        }
        for missing in due where self.awaited.removeValue(forKey: missing.title) != nil {
            self.record.failures.append(
                ("", "import", DoorFailure(request: missing.reference, status: 0, detail: "not in the list of cases")))
        }
    }

    private mutating func begin(_ one: DemoCase, ref: String) {
        let route: DayWay.Route =
            one.station != nil ? .station : self.files.unit(one.unit)?.tier == .department ? .department : .district
        guard let way = self.way(route, one.level) else { return }
        self.add(
            PlayedCase(
                title: one.title, content: one.content, category: one.category,
                department: self.files.departments[one.category] ?? "", level: one.level, unit: one.unit,
                otherUnit: self.district(otherThan: one.unit), station: one.station, way: way.name, ref: ref,
                steps: self.plan(way.steps, one.level)))
        self.record.deep += 1
    }

    /// Imports a file whole and deals its cases out: so many all the way, the others a short one.
    private mutating func bringIn(_ file: URL, _ map: URL) async throws {
        let rules = self.files.day.imported
        try await self.wait(until: rules.at.minutes)
        self.record.isForeign = true
        self.record.imported = try await self.intake.importing(file, map)
        let found = try await self.intake.registered(most: rules.most)
        var placing = Placing(self.files)
        for (index, one) in found.enumerated() {
            // As many as wanted, spread evenly over the file.
            let isDeep =
                found.count <= rules.deep
                || (index + 1) * rules.deep / found.count > index * rules.deep / found.count
            let weights = (isDeep ? rules.levels : rules.shallowLevels).sorted { $0.key < $1.key }
            let level = self.dice.pick(weights.map { ($0.key, $0.value) }) ?? weights.first?.key ?? ""
            let wanted = self.dice.pick(rules.routes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
            let place = placing.place(one, wanted.flatMap(DayWay.Route.init) ?? .station)
            let way = isDeep ? self.way(place.route, level) : nil
            if way == nil { self.record.shallow += 1 } else { self.record.deep += 1 }
            self.add(
                PlayedCase(
                    title: one.title, content: "", category: one.category ?? "", department: place.department,
                    level: level, unit: place.unit, otherUnit: self.district(otherThan: place.unit),
                    station: place.station, way: way?.name ?? "", ref: one.ref,
                    steps: self.plan(way?.steps ?? self.files.day.remainder, level)),
                after: self.dice.next(in: 0...max(0, rules.spread)))
        }
    }

    /// Draws a way by weight; one that nobody has gone yet goes first, so that each is seen.
    private mutating func way(_ route: DayWay.Route, _ level: String) -> DayWay? {
        let open = self.files.day.ways(route, level)
        let new = open.filter { !self.gone.contains($0.name) }
        let way = self.dice.pick((new.isEmpty ? open : new).map { ($0, $0.weight) })
        if let way { self.gone.insert(way.name) }
        return way
    }

    private mutating func plan(_ steps: [DayStep], _ level: String) -> ArraySlice<PlannedStep> {
        let tempo = self.files.day.tempo[level] ?? 1
        return PlannedStep.plan(self.files.day.beginning + steps, level: level, tempo: tempo, &self.dice)[...]
    }

    private mutating func add(_ one: PlayedCase, after minutes: Int = 0) {
        self.cases.append(one)
        self.schedule(self.cases.count - 1, from: self.minute + minutes)
    }

    private mutating func schedule(_ index: Int, from minute: Int) {
        guard let step = self.cases[index].steps.first else { return }
        self.agenda.add(.step(index), at: minute + step.delay)
    }

    /// The district after this one, for what is sent to the wrong place.
    private func district(otherThan unit: String) -> String {
        let districts = self.files.units.filter { $0.tier == .district }.map(\.label)
        guard let index = districts.firstIndex(of: unit) else { return districts.first ?? unit }
        return districts[(index + 1) % districts.count]
    }

    // MARK: Steps

    /// Does what stands on the agenda for this minute, several officers at a time.
    private mutating func act(on entries: [Entry]) async throws {
        var tasks: [StepTask] = []
        for entry in entries {
            switch entry {
            case .wave(let wave): try await self.importWave(wave)
            case .register(let one): await self.register(one)
            case .step(let index):
                if let task = self.task(index) { tasks.append(task) }
            }
        }
        let doors = self.doors
        await withTaskGroup(of: (StepTask, StepTask.Outcome).self) { group in
            var waiting = tasks[...]
            for task in waiting.prefix(Self.width) { group.addTask { (task, await task.run(doors)) } }
            waiting = waiting.dropFirst(Self.width)
            while let (task, outcome) = await group.next() {
                self.settle(task, outcome)
                if let task = waiting.popFirst() { group.addTask { (task, await task.run(doors)) } }
            }
        }
        try Task.checkCancellation()
    }

    private mutating func register(_ one: DemoCase) async {
        let clock = self.clock
        do throws(DoorFailure) {
            guard let player = self.cast.player(.register, in: self.files.root, wanted: .duty) else {
                throw DoorFailure(request: "register", status: 0, detail: "nobody may register")
            }
            let ref = try await self.intake.register(one, by: player, at: { clock.date($0) })
            self.record.posted += 1
            self.begin(one, ref: ref)
        } catch {
            self.record.failures.append((one.reference, "register", error))
        }
    }

    /// The next step of a case with everything that it needs; nil, and a failure on record, when nobody may take it.
    private mutating func task(_ index: Int) -> StepTask? {
        let one = self.cases[index]
        guard let step = one.steps.first else { return nil }
        let unit = one.actor(step.by, city: self.files.root)
        guard let player = self.cast.player(step.deed.verb, in: unit, wanted: step.post) else {
            self.fail(
                index, step, DoorFailure(request: step.deed.rawValue, status: 0, detail: "\(unit) has no post for it"))
            return nil
        }
        // Whoever assigns acts on the hop below its own; whoever guides, on that of the unit.
        let below: DayStep.Actor = step.by == .unit ? .station : .unit
        let subject: DayStep.Actor =
            switch step.deed {
            case .recall, .urge, .supervise, .accept, .sendBack: below
            case .reply, .lift, .uphold, .raise: step.about
            case .comment: .unit
            default: step.by
            }
        let target: String =
            switch step.deed {
            case .forward: one.station ?? ""
            case .guide: one.department
            default: step.to == .own ? one.unit : one.otherUnit
            }
        return StepTask(
            index: index, step: step, player: player, ref: one.ref, assignment: one.assignment(subject),
            dispute: one.dispute, referral: one.referral,
            level: one.level, target: target, supervised: one.actor(subject, city: self.files.root),
            text: self.text(step.deed, one), reason: self.reason(step.deed, one),
            finding: step.deed == .final
                ? self.wording.finding(category: one.category, title: one.title, content: one.content) : nil)
    }

    /// The longer text of a step.
    private mutating func text(_ deed: DayStep.Deed, _ one: PlayedCase) -> String {
        switch deed {
        case .assign: self.wording.phrase(.instruction)
        case .forward: self.wording.phrase(.forward)
        case .interim: self.wording.phrase(.interim, fitting: one.department)
        case .supervise: self.wording.phrase(.requirement)
        case .reply: self.wording.phrase(.reply)
        case .guide: self.wording.phrase(.guide)
        case .comment: self.wording.phrase(.comment)
        case .refer: self.wording.phrase(.refer)
        case .answerReferral: self.wording.phrase(.answerReferral)
        default: ""
        }
    }

    /// Why the step is taken.
    private mutating func reason(_ deed: DayStep.Deed, _ one: PlayedCase) -> String {
        switch deed {
        case .grade: self.wording.phrase(.gradeReason, fitting: one.level)
        case .assign: "按预案转办"
        case .forward: "按属地再转"
        case .receive: "签收办理"
        case .return: self.wording.phrase(.return)
        case .recall: self.wording.phrase(.recall)
        case .accept: self.wording.phrase(.accept)
        case .sendBack: self.wording.phrase(.sendBack)
        case .urge: self.wording.phrase(.urge)
        case .supervise: "反馈不到位"
        case .lift: self.wording.phrase(.lift)
        case .uphold: self.wording.phrase(.uphold)
        case .raise: self.wording.phrase(.raise)
        case .conclude: self.wording.phrase(.conclude)
        case .dismiss: self.wording.phrase(.dismiss)
        case .reopen: self.wording.phrase(.reopen)
        case .guide: "涉及条线业务，请处室指导"
        case .dispute: self.wording.phrase(.dispute)
        case .arbitrate: self.wording.phrase(.arbitrate)
        case .refer: "部分内容属外单位职责"
        case .interim, .final, .reply, .file, .comment, .answerReferral: ""
        }
    }

    private mutating func settle(_ task: StepTask, _ outcome: StepTask.Outcome) {
        switch outcome {
        case .done(let made):
            self.cases[task.index].note(task, made)
            self.record.taken[task.step.deed, default: 0] += 1
            if task.step.door == .line { self.record.byLine += 1 }
            self.schedule(task.index, from: self.minute)
        case .notYet:
            let later = self.minute + Self.patience
            if later > self.files.day.closes.minutes {
                self.record.withoutOrder += 1
            } else {
                self.agenda.add(.step(task.index), at: later)
            }
        case .failed(let failure): self.fail(task.index, task.step, failure)
        }
    }

    private mutating func fail(_ index: Int, _ step: PlannedStep, _ failure: DoorFailure) {
        self.record.failures.append((self.cases[index].ref, step.deed.rawValue, failure))
        self.cases[index].steps = []
    }
}
