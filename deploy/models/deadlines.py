"""An independent model of clocks, compared with the product on random ones; and the product's working days compared with
PyPI chinesecalendar, day by day.

A clock is played from its start to its end: levels change, it stands still and runs on, more time is asked for and
granted, its work is signed for late, done, sent back or goes away, the case turns out to be of another matter or goes on
under another version of its plan, at any moment and at the very second it is due. The model and the product must agree on
each step: whether it is taken, when the clock is due after it, and how it ended. Its rules, none taken from the product:

1. A clock is due when the time that its level gives has passed since its own start, what it stood still left out; each
   extension is counted on from there. How long it will stand still nobody knows, so only what is over counts.
2. It is breached once that moment is past; in that second itself the work is still in time. While it stands still no time
   passes, so what counts is when it came to stand still. Whether a sweeper has seen it changes nothing. What is due at once
   is never breached: how long it took is told instead.
3. What is breached keeps the deadline it broke. It gets no more time and cannot be made to stand still.
4. A running clock that is not breached takes the limit of a new level from its own start, with all that it stood still
   and was granted. It ends where the level has no limit for it.
5. More time is asked for and granted only while there is some, by the assigner, one request at a time. What is due at
   once has no time to stop or to add to, and nobody assigns a report.
6. Work that was passed on is due no later than the work it is part of, and moves with it; but work that stands still binds
   nobody meanwhile, and nothing is due before it last went on. More time than that work leaves is not granted.
7. Before anybody has graded the limit binds that ends first, if the clock runs at every level.
8. Done in time it is met, else late; when the work goes away it is void, but breached_open once breached.
9. What a level asks for again begins again: an interim feedback from the change, a report from what happened; neither
   once it was given. So it is with another matter and another version of the plan.
10. A rule may count from the receipt: until then nothing runs, and nothing that is asked for anew begins. A final feedback
   that is not running and is counted from what has happened by then, counts from that moment.
11. A rule for the case's matter goes before the one for all, at the levels at which it has a limit. What runs goes on with
   its own start, whatever the rule that times it now counts from.
12. A final feedback that is sent back is due when the first of its clocks would be, with all that they stood still and were
   granted; but a quarter of its limit is given anew from then, at least half an hour, and on top of that what this clock
   itself was granted and stood still. The work above binds the former, not the latter. An interim feedback begins anew.

The model walks along the stretches of time that count, cut by what is paused. Prints one line for each comparison, and
ends with status 1 when one differs.
"""

import argparse
import bisect
import collections
import csv
import datetime as dt
import random
import subprocess
import sys

CHINA = dt.timezone(dt.timedelta(hours=8))
DAY = 86_400


class Calendar:
    def __init__(self, path, hours):
        self.kinds = {}
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self.kinds[dt.date.fromisoformat(row["date"])] = row["kind"]
        self.years = {day.year for day in self.kinds}
        self.shifts = []
        for shift in hours.split(","):
            begin, end = (int(t[:2]) * 3600 + int(t[3:]) * 60 for t in shift.split("-"))
            self.shifts.append((begin, end))

    def works(self, day):
        if day.year not in self.years:
            raise MissingYear(day.year)
        kind = self.kinds.get(day)
        return kind == "workday" or kind is None and day.weekday() < 5

    @staticmethod
    def midnight(day):
        return int(dt.datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp())


class MissingYear(Exception):
    pass


class Refused(Exception):
    pass


def day_of(second):
    return dt.datetime.fromtimestamp(second, CHINA).date()


def stretches(calendar, kind, start, pauses):
    """Stretches of seconds that count, from `start` on, in order."""
    day = day_of(start)
    while True:
        midnight = calendar.midnight(day)
        if kind == "wall":
            spans = [(midnight, midnight + DAY)]
        else:
            spans = [(midnight + a, midnight + b) for a, b in calendar.shifts] if calendar.works(day) else []
        for begin, end in spans:
            begin = max(begin, start)
            if begin >= end:
                continue
            # What a pause covers is cut out, piece by piece.
            pieces = [(begin, end)]
            for p, q in pauses:
                pieces = [piece for a, b in pieces for piece in ((a, min(b, p)), (max(a, q), b)) if piece[0] < piece[1]]
            yield from pieces
        day += dt.timedelta(days=1)


def one(calendar, limit, start, pauses):
    """When one limit ends."""
    if isinstance(limit, int):
        for begin, end in stretches(calendar, "wall", start, pauses):
            if limit <= end - begin:
                return begin + limit
            limit -= end - begin
    if limit == "NOW":
        return start
    if limit == "EOD":
        due = calendar.midnight(day_of(start)) + DAY - 1
        for p, q in pauses:
            if p <= due < q:
                due = calendar.midnight(day_of(q)) + DAY - 1
        return due
    if limit.endswith("WD"):
        left, day = int(limit[1:-2]), day_of(start)
        while left:
            day += dt.timedelta(days=1)
            last = calendar.midnight(day) + DAY - 1
            if calendar.works(day) and not any(p <= last < q for p, q in pauses):
                left -= 1
        return calendar.midnight(day) + DAY - 1
    if limit.endswith("WH"):
        kind, left = "office", int(limit[2:-2]) * 3600
    else:
        kind, left = "wall", int(limit[2:-1]) * 3600
    for begin, end in stretches(calendar, kind, start, pauses):
        if left <= end - begin:
            return begin + left
        left -= end - begin


def shortest(limit, start):
    """No limit ends before this, whatever the calendar."""
    if limit in ("NOW", "EOD"):
        return start
    if limit.endswith("WD"):
        return start + int(limit[1:-2]) * DAY - 1
    return start + int(limit[2:].rstrip("WH")) * 3600


class Clock:
    def __init__(self, calendar, limit, start, above=None, before=None):
        self.calendar, self.limit, self.start, self.above = calendar, limit, start, above
        self.extensions, self.pauses, self.since, self.asked, self.breached = [], [], None, None, False
        self.went_on = None
        # Of a feedback that was sent back: when the first began, and what all before this stood still and were granted.
        self.first = before and before.first_begun
        self.old_pauses = before.old_pauses + before.pauses if before else []
        self.old_extensions = before.old_extensions + before.extensions if before else []
        self.move()

    @property
    def first_begun(self):
        return self.start if self.first is None else self.first

    def runs_out(self, limit, start, pauses, extensions):
        moment = one(self.calendar, limit, start, pauses)
        for more in extensions:
            moment = one(self.calendar, more, moment, [(p, q) for p, q in pauses if p >= moment])
        return moment

    def move(self):
        """Whether all the time that was given is there."""
        if self.breached:
            return True
        moment = self.runs_out(
            self.limit, self.first_begun, self.old_pauses + self.pauses, self.old_extensions + self.extensions)
        bound = self.bound()
        self.due = moment if bound is None else min(moment, bound)
        if self.first is not None:
            bare = one(self.calendar, self.limit, self.start, []) - self.start
            anew = self.runs_out(max(-(-bare // 4), 1800), self.start, self.pauses, self.extensions)
            self.due, moment = max(self.due, anew), max(moment, anew)
        return self.due == moment

    def bound(self):
        """The latest that the work above leaves, if it leaves less than there is."""
        if not self.above or self.above.since is not None or self.above.due <= self.start:
            return None
        return self.above.due if self.went_on is None else max(self.above.due, self.went_on)

    def look(self, now):
        """Time has passed until now."""
        if self.limit != "NOW" and (now if self.since is None else self.since) > self.due:
            self.breached = True

    def end(self, in_time, out_of_time):
        return f"{out_of_time}:{self.due}:{self.due}" if self.breached else f"{in_time}:{self.due}:-"


class Case:
    """What is done to one clock, and what it comes to."""

    def __init__(self, calendar, kind, versions, start):
        self.calendar, self.kind, self.versions, self.start = calendar, kind, versions, start
        # Of each version the rule for all and the one for the matter m, each with what it counts from and its limits.
        self.rules = versions[0]
        self.level = self.clock = self.above = self.matter = self.ended = None
        self.assigned = self.received = None
        self.is_done = False

    def take(self, act, value, is_above, now):
        """The answer to one step."""
        for clock in (self.above, self.clock):
            if clock:
                clock.look(now)
        if act == "end":
            return "none" if not self.clock else "overdue" if self.clock.breached else "running"
        try:
            ended = getattr(self, act)(value, self.above if is_above else self.clock, now)
        except Refused:
            return "no"
        for clock in (self.above, self.clock):
            if clock:
                clock.move()
        text = str(self.clock.due) if self.clock else "-"
        if self.above:
            text += f"^{self.above.due}"
        return ",".join([text, *([ended] if ended else [])])

    def register(self, value, clock, now):
        limits = self.rules[0][1]
        if None in limits:
            return
        known, unknown = [], []
        for limit in limits:
            try:
                known.append((one(self.calendar, limit, self.start, []), limit))
            except MissingYear as error:
                unknown.append((shortest(limit, self.start), error))
        for earliest, error in unknown:
            if not known or earliest < min(known)[0]:
                raise error
        self.clock = Clock(self.calendar, min(known)[1], self.start)

    def assign(self, value, clock, now):
        self.level, self.assigned = value, now
        self.begin("assigned", now)

    def receive(self, value, clock, now):
        self.received = now
        if not self.clock:
            self.begin("received", now)

    def forward(self, value, clock, now):
        self.above, self.clock, self.assigned, self.received = clock, None, now, None
        self.begin("assigned", now)

    def begin(self, event, now):
        """Just now that came from which a rule may count."""
        if self.limit and self.rule[0] == event:
            self.clock = Clock(self.calendar, self.limit, now, above=self.above)

    @property
    def rule(self):
        """What times the work now."""
        place = ord(self.level) - ord("a")
        for rule in (self.rules[1] if self.matter == "m" else None, self.rules[0]):
            if rule and rule[1][place]:
                return rule[0], rule[1][place]
        return None, None

    @property
    def limit(self):
        return self.rule[1]

    def grade(self, value, clock, now):
        if value != self.level:
            self.level = value
            return self.turn(now)

    def change(self, value, clock, now):
        # Of a case that nobody has graded yet nothing is known.
        if self.level and value != self.matter:
            self.matter = value
            return self.turn(now)

    def replan(self, value, clock, now):
        self.rules = self.versions[1]
        return self.turn(now)

    def turn(self, now):
        """Another level, matter or version."""
        event, limit = self.rule
        for running in (self.above, self.clock):
            if running and limit and not running.breached:
                running.limit = limit
        if self.clock and not limit:
            return self.take_away().end("void", "breached_open")
        if self.clock or self.is_done or not limit:
            return None
        begun = {"occurred": self.start, "assigned": self.assigned, "received": self.received}[event]
        if begun is not None:
            self.clock = Clock(self.calendar, limit, now if self.kind == "interim" else begun, above=self.above)
        return None

    def take_away(self):
        clock, self.clock = self.clock, None
        return clock

    def pause(self, value, clock, now):
        if clock:
            if clock.since is not None or clock.limit == "NOW" or clock.breached:
                raise Refused
            clock.since = now

    def resume(self, value, clock, now):
        if clock:
            if clock.since is None:
                raise Refused
            if clock.since < now:
                clock.pauses.append((clock.since, now))
            clock.since, clock.went_on = None, now

    def ask(self, value, clock, now):
        if clock:
            if self.kind == "report" or clock.limit == "NOW" or clock.asked or clock.breached:
                raise Refused
            clock.asked = value

    def grant(self, value, clock, now):
        if clock:
            if not clock.asked or clock.limit == "NOW" or clock.breached:
                raise Refused
            before = clock.due
            clock.extensions.append(clock.asked)
            if not clock.move():
                clock.extensions.pop()
                clock.due = before
                raise Refused
            clock.asked = None

    def refuse(self, value, clock, now):
        if clock:
            if not clock.asked:
                raise Refused
            clock.asked = None

    def stop(self, value, clock, now):
        self.is_done = True
        if not self.clock:
            return None
        self.ended = self.take_away()
        if self.ended.since is not None and self.ended.since < now:
            self.ended.pauses.append((self.ended.since, now))
        return self.ended.end("met", "late")

    def send_back(self, value, clock, now):
        self.is_done = False
        if self.limit:
            before = None if self.kind == "interim" else self.ended
            self.clock = Clock(self.calendar, self.limit, now, above=self.above, before=before)

    def void(self, value, clock, now):
        self.is_done = True
        return self.take_away().end("void", "breached_open") if self.clock else None


ADJUSTMENTS = ("pause", "resume", "ask", "grant", "refuse")


class Played:
    """A random question, and the model's answer."""

    def __init__(self, rng, calendar, first, last):
        # Now and then so late that the calendar ends before the clock.
        self.rng, self.now = rng, last - rng.randrange(20 * DAY) if rng.random() < 0.02 else rng.randrange(first, last)
        self.kind = rng.choice(["feedback"] * 5 + ["below"] * 2 + ["interim", "report"])
        self.levels = "abc"[: rng.randint(1, 3)]
        # Mostly one version, and nothing for a matter.
        self.versions = [self.some_rules() for _ in range(rng.choice([1, 1, 2]))]
        self.case = Case(calendar, self.kind, self.versions, self.now)
        self.lag = rng.choice([0, 1, 60, 3600, 10 * DAY])
        self.start = self.now
        self.steps, self.answer, self.acts = [], [], collections.Counter()
        self.play()

    def some_rules(self):
        rng = self.rng
        others = [self.some_rule()] if self.kind != "report" and rng.random() < 0.4 else [None]
        return [self.some_rule(), *others]

    def some_rule(self):
        rng = self.rng
        limits = [self.some_limit() for _ in self.levels]
        if self.kind in ("interim", "report") and len(limits) > 1 and rng.random() < 0.5:
            limits[rng.randrange(len(limits))] = None
        event = "occurred" if self.kind == "report" else rng.choice(["assigned", "assigned", "received"])
        return event, limits

    def some_limit(self):
        rng = self.rng
        # What is due at once does not come again and again.
        if self.kind != "interim" and rng.random() < 0.05:
            return "NOW"
        return rng.choice(["PT%dH" % rng.randint(1, 72), "P%dWD" % rng.choice([1, 2, 3, 5, 7, 15, 45]),
                           "P%dWD" % rng.choice([1, 2, 3]), "PT%dWH" % rng.randint(1, 40), "EOD"])

    def play(self):
        rng = self.rng
        if self.kind == "report":
            self.now += rng.choice([0, rng.randint(0, 3600), rng.randint(0, 2 * DAY)])
            self.take("register")
        else:
            self.take("assign", rng.choice(self.levels))
        forward = rng.randint(0, 2) if self.kind == "below" else None
        for number in range(rng.randint(2 if forward else 0, 12)):
            if self.is_over or self.case.is_done and rng.random() < 0.3:
                break
            # Mostly signed for at once.
            if self.waits and (number == forward or rng.random() < 0.6):
                self.now = self.now + rng.choice([0, 0, rng.randint(1, 7200)])
                self.take("receive")
                if self.is_over:
                    break
            self.now = self.some_moment()
            if number == forward:
                self.take("forward")
                continue
            act = self.some_act(may_stop=forward is None or number > forward)
            value = {"grade": self.levels, "change": "mn",
                     "ask": ["PT%dH" % rng.randint(1, 48), "P%dWD" % rng.randint(1, 5),
                             "PT%dWH" % rng.randint(1, 16)]}.get(act)
            is_above = bool(self.case.above) and act in ADJUSTMENTS and rng.random() < 0.4
            self.take(act, rng.choice(value) if value else "", is_above)
        if not self.is_over:
            if not self.case.is_done:
                self.now = self.some_moment()
                act = rng.choice(["stop", "stop", "void", None])
                if act == "stop" and self.waits:
                    self.take("receive")
                if act and not self.is_over and not (self.kind == "below" and not self.case.above):
                    self.take(act)
            if not self.is_over:
                self.take("end")

    @property
    def waits(self):
        """Assigned, and not signed for."""
        return self.kind != "report" and self.case.received is None

    def some_act(self, may_stop):
        """Mostly what may come next, sometimes what must be refused."""
        clock, rng = self.case.clock, self.rng
        turns = ["grade"] * 4 + ["change"] * 2
        if len(self.versions) > 1 and self.case.rules is self.versions[0] and self.case.level:
            turns += ["replan"] * 2
        if self.case.is_done:
            return rng.choice(turns + ["send_back"] * 8 if self.kind != "report" else turns)
        acts = turns + [*ADJUSTMENTS]
        if may_stop and self.kind != "report" and not self.waits:
            acts += ["stop"] * 2
        if clock:
            acts += ["resume"] * 5 if clock.since is not None else ["pause"] * 3
            acts += ["grant"] * 5 + ["refuse"] if clock.asked else ["ask"] * 3
        return rng.choice(acts)

    def some_moment(self):
        """Any, and those at which something turns."""
        rng, now = self.rng, self.now
        moments = [now, now + rng.randint(1, 3600), now + rng.randint(1, 2 * DAY)]
        for clock in (self.case.clock, self.case.above):
            if clock and clock.due >= now:
                # Mostly early in what is left, so that there is time for more.
                moments += [rng.randint(now, now + (clock.due - now) // part) for part in (1, 2, 4, 4, 8, 8)]
                moments += [rng.choice([clock.due, clock.due + 1, clock.due + rng.randint(2, 2 * DAY)])]
        return rng.choice(moments)

    def take(self, act, value="", is_above=False):
        self.steps.append(f"{'^' if is_above else ''}{act}{'=' if value else ''}{value}@{self.now}")
        try:
            answer = self.case.take(act, value, is_above, self.now)
            self.acts["refused" if answer == "no" else act] += 1
        except MissingYear as error:
            answer = f"missing {error.args[0]}"
            self.acts["missing"] += 1
        self.answer.append(answer)
        for outcome in ("met", "late", "void", "breached_open"):
            self.acts[outcome] += f",{outcome}:" in answer
        self.acts["overdue"] += answer == "overdue"

    @property
    def is_over(self):
        return self.answer[-1].startswith("missing")

    @property
    def question(self):
        def words(rules):
            return "/".join(f"{rule[0]}:{','.join(limit or '-' for limit in rule[1])}" for rule in rules if rule)

        successor = words(self.versions[1]) if len(self.versions) > 1 else "-"
        return f"{self.kind};{words(self.versions[0])};{successor};{self.start};{self.lag};{' '.join(self.steps)}"


def ask(arguments, lines):
    done = subprocess.run(
        [arguments.probe, arguments.calendar, arguments.hours], input="\n".join(lines) + "\n", capture_output=True,
        text=True, check=True)
    return done.stdout.split("\n")[:-1]


def compare(lines, answers, expected):
    """How many differ; the first few are shown."""
    differing = [each for each in zip(lines, answers, expected, strict=True) if each[1] != each[2]]
    for line, answer, model in differing[:5]:
        print(f"differs: {line}\n  product {answer}\n  model   {model}")
    return len(differing)


def random_clocks(arguments, calendar):
    rng = random.Random(arguments.seed)
    first = calendar.midnight(dt.date(min(calendar.years), 1, 1))
    last = calendar.midnight(dt.date(max(calendar.years), 12, 31))
    played = [Played(rng, calendar, first, last) for _ in range(arguments.count)]
    lines = [each.question for each in played]
    differing = compare(lines, ask(arguments, lines), [" ".join(each.answer) for each in played])
    acts = sum((each.acts for each in played), collections.Counter())
    told = ", ".join(f"{acts[word]} {word}" for word in (
        "grade", "change", "replan", "receive", "send_back", "pause", "resume", "ask", "grant", "refuse", "refused", "met",
        "late", "void", "breached_open", "overdue", "missing"))
    print(f"random clocks: {len(played)} ({told}), {differing} differ")
    return differing


def working_days(arguments, calendar):
    import chinese_calendar

    day, end, questions, expected = dt.date(2020, 1, 1), dt.date(2026, 12, 31), [], []
    days = []
    while day <= end:
        days.append(day)
        day += dt.timedelta(days=1)
    working = [day for day in days if chinese_calendar.is_workday(day)]
    for day in days:
        after = bisect.bisect_right(working, day)
        for count in [1, 2, 3, 5, 7, 15, 45]:
            if after + count > len(working):
                continue
            noon = calendar.midnight(day) + 43_200
            questions.append(f"feedback;assigned:P{count}WD;-;{noon};0;assign=a@{noon}")
            expected.append(str(calendar.midnight(working[after + count - 1]) + DAY - 1))
    differing = compare(questions, ask(arguments, questions), expected)
    print(f"chinesecalendar: {len(questions)} deadlines of 2020-2026, {differing} differ")
    return differing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--probe", required=True)
    parser.add_argument("--calendar", required=True)
    parser.add_argument("--hours", default="09:00-12:00,14:00-18:00")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-chinesecalendar", action="store_true", help="only what the standard library can do")
    arguments = parser.parse_args()
    calendar = Calendar(arguments.calendar, arguments.hours)
    differing = random_clocks(arguments, calendar)
    if not arguments.without_chinesecalendar:
        differing += working_days(arguments, calendar)
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
