"""An independent model of clocks, compared with the product on random ones; and the product's working days compared with
PyPI chinesecalendar, day by day.

A clock is played from its start to its end: levels change, it stands still and runs on, more time is asked for and
granted, its work is done or goes away, at any moment and at the very second it is due. The model and the product must
agree on each step: whether it is taken, when the clock is due after it, and how it ended. Its rules, none taken from the
product:

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
   once it was given.

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
    def __init__(self, calendar, limit, start, above=None):
        self.calendar, self.limit, self.start, self.above = calendar, limit, start, above
        self.extensions, self.pauses, self.since, self.asked, self.breached = [], [], None, None, False
        self.went_on = None
        self.move()

    def move(self):
        """Whether all the time that was given is there."""
        if self.breached:
            return True
        moment = one(self.calendar, self.limit, self.start, self.pauses)
        for more in self.extensions:
            moment = one(self.calendar, more, moment, [(p, q) for p, q in self.pauses if p >= moment])
        bound = self.bound()
        self.due = moment if bound is None else min(moment, bound)
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

    def __init__(self, calendar, kind, limits, start):
        self.calendar, self.kind, self.limits, self.start = calendar, kind, limits, start
        self.level = self.clock = self.above = None
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
        if None in self.limits:
            return
        known, unknown = [], []
        for limit in self.limits:
            try:
                known.append((one(self.calendar, limit, self.start, []), limit))
            except MissingYear as error:
                unknown.append((shortest(limit, self.start), error))
        for earliest, error in unknown:
            if not known or earliest < min(known)[0]:
                raise error
        self.clock = Clock(self.calendar, min(known)[1], self.start)

    def assign(self, value, clock, now):
        self.level = value
        if self.limit:
            self.clock = Clock(self.calendar, self.limit, now)

    def forward(self, value, clock, now):
        self.above = clock
        self.clock = Clock(self.calendar, self.limit, now, above=clock)

    @property
    def limit(self):
        return self.limits[ord(self.level) - ord("a")]

    def grade(self, value, clock, now):
        if value == self.level:
            return
        self.level = value
        for running in (self.above, self.clock):
            if running and self.limit and not running.breached:
                running.limit = self.limit
        if self.clock and not self.limit:
            return self.take_away().end("void", "breached_open")
        if not self.clock and not self.is_done and self.limit:
            self.clock = Clock(self.calendar, self.limit, self.start if self.kind == "report" else now)

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
        return self.take_away().end("met", "late") if self.clock else None

    def void(self, value, clock, now):
        self.is_done = True
        return self.take_away().end("void", "breached_open") if self.clock else None


class Played:
    """A random question, and the model's answer."""

    def __init__(self, rng, calendar, first, last):
        # Now and then so late that the calendar ends before the clock.
        self.rng, self.now = rng, last - rng.randrange(20 * DAY) if rng.random() < 0.02 else rng.randrange(first, last)
        self.kind = rng.choice(["feedback"] * 5 + ["below"] * 2 + ["interim", "report"])
        limits = [self.some_limit() for _ in range(rng.randint(1, 3))]
        if self.kind in ("interim", "report") and len(limits) > 1 and rng.random() < 0.5:
            limits[rng.randrange(len(limits))] = None
        self.levels = "abc"[: len(limits)]
        self.case = Case(calendar, self.kind, limits, self.now)
        self.lag = rng.choice([0, 1, 60, 3600, 10 * DAY])
        self.limits, self.start = limits, self.now
        self.steps, self.answer, self.acts = [], [], collections.Counter()
        self.play()

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
        for number in range(rng.randint(2 if forward else 0, 9)):
            if self.is_over or self.case.is_done and rng.random() < 0.6:
                break
            self.now = self.some_moment()
            if number == forward:
                self.take("forward")
                continue
            act = self.some_act()
            value = {"grade": self.levels, "ask": ["PT%dH" % rng.randint(1, 48), "P%dWD" % rng.randint(1, 5),
                                                     "PT%dWH" % rng.randint(1, 16)]}.get(act)
            is_above = bool(self.case.above) and act not in ("grade", "stop", "void") and rng.random() < 0.4
            self.take(act, rng.choice(value) if value else "", is_above)
        if not self.is_over:
            if not self.case.is_done:
                self.now = self.some_moment()
                act = rng.choice(["stop", "stop", "void", None])
                if act and not (self.kind == "below" and not self.case.above):
                    self.take(act)
            if not self.is_over:
                self.take("end")

    def some_act(self):
        """Mostly what may come next, sometimes what must be refused."""
        if self.case.is_done:
            return "grade"
        clock, rng = self.case.clock, self.rng
        acts = ["grade"] * 4 + ["pause", "resume", "ask", "grant", "refuse"]
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
        limits = ",".join(limit or "-" for limit in self.limits)
        return f"{self.kind};{limits};{self.start};{self.lag};{' '.join(self.steps)}"


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
        "grade", "pause", "resume", "ask", "grant", "refuse", "refused", "met", "late", "void", "breached_open", "overdue",
        "missing"))
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
            questions.append(f"feedback;P{count}WD;{noon};0;assign=a@{noon}")
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
