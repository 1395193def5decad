"""The play: step by step somebody does something, and the product must answer and show what the model does."""

import collections
import concurrent.futures
import random
import sys

from cluster import wait_until

from . import ladder, looks
from .case import Case, Hop, Lead
from .dice import Dice
from .doors import PATHS, JSONDoor, LineDoor
from .reforms import Reforms
from .rights import offered
from .steps import World

# Steps from one working day, and from one reform of a city, to the next.
BETWEEN_DAYS = 1000
BETWEEN_REFORMS = 300


class Play:
    """All cities, two servers with two doors each, and a world in which the model keeps what happened."""

    def __init__(self, seed, cities, cluster, servers):
        self.rng = random.Random(seed)
        self.cities, self.cluster = cities, cluster
        self.world = World()
        self.dice = Dice(self.rng, self.world, cities)
        self.reforms = Reforms(self)
        self.json = [JSONDoor(server.address) for server in servers]
        self.line = [LineDoor(server.socket) for server in servers]
        self.counts = collections.Counter()
        self.step, self.days = 0, 0
        # Of two at once, one speaks from here.
        self.other_hand = concurrent.futures.ThreadPoolExecutor(1)

    @property
    def personas(self):
        return [persona for city in self.cities for persona in city.personas]

    def log_in(self):
        for persona in self.personas:
            self.json[0].log_in(persona)

    def run(self, steps):
        for self.step in range(1, steps + 1):
            self._next()
            if self.step % 10_000 == 0:
                print(f"{self.step:,} steps, {len(self.world.cases):,} cases", file=sys.stderr, flush=True)
        for persona in self.rng.sample(self.personas, min(12, len(self.personas))):
            self.look_at_list(persona, whole=True)
        for city in self.cities:
            self.require_no_drift(city)

    def _next(self):
        if self.step % BETWEEN_DAYS == 0:
            self.pass_time()
        if self.step % BETWEEN_REFORMS == 0:
            self.reforms.one()
        dice = self.rng.random()
        if not self.world.cases or dice < 0.04:
            return self.register()
        if dice < 0.045:
            return self.take_in()
        case = self.dice.case()
        if dice < 0.1:
            return self.two(case)
        self.one(case)
        dice = self.rng.random()
        if dice < 0.15:
            self.look(case, everybody=dice < 0.003)
        elif dice < 0.18:
            self.look_on_line(case)
        elif dice < 0.24:
            self.look_at_part(case)
        elif dice < 0.25:
            self.look_at_list(self.rng.choice(self.personas))
        elif dice < 0.26:
            self.look_at_lists(self.rng.choice(self.personas))
        return None

    # What is done

    def register(self):
        city = self.rng.choice(self.cities)
        persona = self._somebody_of_the_bureau(city)
        may = persona.role in ("dispatcher", "duty")
        expected = None if may and persona.unit is city.root else "unit" if may else "role"
        told, body = self._register(persona)
        self.agree(f"{persona} register", expected, told)
        if told is None:
            case = Case(city)
            case.ref, case.id = body["ref"], body["id"]
            self._learn_lead(case, city.root)
            self.world.add(case)
        self.counts["register" if told is None else "refused"] += 1

    def _somebody_of_the_bureau(self, city):
        """Mostly; those below have nothing to register."""
        crowd = [each for each in city.personas if each.unit is city.root] if self.rng.random() < 0.9 else city.personas
        return self.rng.choice(crowd)

    def _register(self, persona):
        text = f"案 {self.step}"
        door = self.rng.choice(self.json)
        return door.judge(*door.ask(persona, "POST", "/cases", self._intake(text)))

    @staticmethod
    def _intake(text):
        return {"title": text, "content": text, "channel": "hotline", "source": "model"}

    def _learn_lead(self, case, unit):
        lead = Lead(case.city, unit)
        lead.case, lead.id = case, self._watch(case, f"/cases/{case.ref}/leads")["items"][0]["id"]
        case.leads.append(lead)

    def _watch(self, case, path):
        """What the bureau's leader sees at a path."""
        return self.json[0].look(case.city.watcher, path)

    def take_in(self):
        """A lead in no case. Everybody may take one in but those who look after the server."""
        persona = self.rng.choice(self.personas)
        door = self.rng.choice(self.json)
        told, body = door.judge(*door.ask(persona, "POST", "/leads", self._intake(f"线索 {self.step}")))
        self.agree(f"{persona} takes in a lead", "role" if persona.role == "operator" else None, told)
        if told is None:
            lead = Lead(persona.city, persona.unit)
            lead.id = body["id"]
            self.world.loose.append(lead)
        self.counts["take in" if told is None else "refused"] += 1

    def one(self, case):
        step = self.dice.step(case)
        if self._is_about_no_feedback(step) and not step.persona.is_alone:
            # JSON has no name for it, and the line asks for no post.
            return
        text = repr(step)
        told, answer = self.perform(step, self.rng.randrange(len(self.json)))
        feedbacks = step.thing.feedbacks if step.kind == "hop" else 0
        expected = self.world.take(step)
        if told == "feedback.none" and expected not in (None, "not_found") and not feedbacks:
            # There is nothing yet that the line could name.
            told = expected
        case.log.append(f"  {self.step}: {text} {told or 'done'}")
        self.agree(text, expected, told, case)
        self.counts[step.verb if expected is None else "refused"] += 1
        if expected is None:
            self.settle(step, answer)

    def perform(self, step, server):
        # Whoever has a line open uses it more: a log-in takes long.
        share = 0.5 if step.persona in self.line[server].sessions else 0.01
        by_line = step.persona.is_alone and self.rng.random() < share
        if not by_line or step.kind == "task" or step.persona.city is not step.case.city:
            self._identify(step)
        by_line = by_line or self._is_about_no_feedback(step)
        self.counts["by line" if by_line else "by JSON"] += 1
        return (self.line if by_line else self.json)[server].take(step)

    @staticmethod
    def _is_about_no_feedback(step):
        """Whether a feedback is reviewed that is not there: the line alone can say that."""
        return step.verb in ("accept", "send_back") and not step.thing.feedbacks

    def _identify(self, step):
        """Learns the id of what a step is about, where it cannot be called by its ref."""
        thing = step.thing
        if step.verb in ("accept", "send_back") and thing.feedback is None and thing.feedbacks:
            thing.feedback = self._watch(thing.case, f"/assignments/{thing.ref}/feedback")["items"][-1]["id"]
        if thing.id is None and thing.kind == "task":
            items = self._watch(thing.case, f"/assignments/{thing.hop.ref}/tasks")["items"]
            thing.id = items[thing.number - 1]["id"]
        elif thing.id is None and step.persona.city is not step.case.city:
            thing.id = self._watch(thing.case, f"/{PATHS[thing.kind]}/{thing.ref}")["id"]

    def settle(self, step, answer):
        """Writes down what the product called what a step made."""
        for made in step.made:
            if step.verb == "arbitrate":
                # The answer tells of the dispute, and somebody else may have assigned at the same time.
                told = self._watch(made.case, f"/cases/{made.case.ref}")["assignments"]
                made.ref = next(
                    each["ref"] for each in reversed(told)
                    if (each["unit"]["label"], each["role"]) == (str(made.unit), made.role))
            elif step.verb == "feed_back":
                made.feedback = answer.get("id")
            else:
                made.ref, made.id = answer["ref"], answer.get("id")

    # Time

    def pass_time(self):
        """A day later whatever ran is late, and the servers have pressed all of it."""
        self.days += 1
        for city in self.cities:
            city.day = self.days
        self.cluster.psql("model", f"select bihuan.set_time_offset(interval '{self.days} days')")
        due = "select count(*) from bihuan.clocks where stopped_at is null and next_at <= bihuan.now()"
        wait_until(lambda: self.cluster.psql("model", due) == "0", 300, "仍有到期的时限没有办")
        for case in self.world.cases:
            if not case.is_frozen and (ladder.late_hops(case) or ladder.late_orders(case)):
                self._press(case)
        self.counts["days"] += 1

    def _press(self, case):
        told = self._watch(case, f"/cases/{case.ref}")["supervisions"]
        try:
            ladder.press(case, told)
        except ladder.Fault as fault:
            self.differ(f"day {self.days} of {case.ref}", fault, [each["ref"] for each in told], case)
        case.log.append(f"  {self.step}: day {self.days}")

    # Two at once

    def two(self, case):
        """Two at once, one on each server; what comes of it is what comes of one after the other."""
        steps = [self.dice.step(case), self.dice.step(case)]
        if any(step.verb in ("attach_lead", "detach_lead") for step in steps):
            return
        for step in steps:
            self._identify(step)
            if self._is_about_no_feedback(step):
                return
        text = " | ".join(repr(step) for step in steps)
        second = self.other_hand.submit(self.json[1].take, steps[1])
        answers = [self.json[0].take(steps[0]), second.result()]
        told = [answer[0] for answer in answers]
        fits = [world for order in ((0, 1), (1, 0)) if (world := self._after(steps, order, answers))]
        # Where both orders fit the answers, the product says which one it was.
        fits = [world for world in fits if self._stands_as(world.find(case.ref))] or fits[:1]
        if not fits:
            self.differ(f"at once: {text}", "an order of the two", told, case)
        fits[0].find(case.ref).log.append(f"  {self.step}: at once: {text}: {told}")
        self.world.adopt(fits[0])
        self.counts["at once"] += 1
        self.look(self.world.find(case.ref), everybody=False)

    def _after(self, steps, order, answers):
        """The world after both in an order; None: they would have been answered otherwise."""
        case = steps[0].case
        others = [self.world.find(step.words["into"]) for step in steps if step.verb == "merge"]
        branch = self.world.branch([case, *(each for each in others if each)])
        for n in order:
            step = steps[n].on(branch.find(case.ref))
            if branch.take(step) != answers[n][0]:
                return None
            if answers[n][0] is None:
                self.settle(step, answers[n][1])
        return branch

    def _stands_as(self, case):
        body = self._watch(case, f"/cases/{case.ref}")
        return looks.shown(body) == looks.expected(case, case.city.watcher)

    # What is seen

    def look(self, case, everybody):
        crowd = case.city.personas if everybody else self.rng.sample(case.city.personas, 2)
        for persona in [*crowd, self.rng.choice(self.personas)]:
            body = self.rng.choice(self.json).look(persona, f"/cases/{case.ref}")
            self.counts["looks"] += 1
            what = f"{persona} looks at {case.ref}"
            self.agree(what, case.is_seen_by(persona), body is not None, case)
            if body:
                self.agree(what, looks.expected(case, persona), looks.shown(body), case)

    def look_on_line(self, case):
        """Somebody whose line is open; a log-in takes long."""
        line = self.rng.choice(self.line)
        crowd = list(line.sessions)
        if not crowd:
            return
        persona = self.rng.choice([each for each in crowd if each.city is case.city] or crowd)
        body = line.look(persona, case.ref)
        what = f"{persona} looks at {case.ref} on the line"
        self.agree(what, case.is_seen_by(persona), body is not None, case)
        if body:
            self.agree(what, looks.expected_on_line(case, persona), looks.shown_on_line(body), case)
        self.counts["looks on the line"] += 1

    def look_at_part(self, case):
        """Something of a case by its own address, as somebody who may not know of it."""
        persona = self.rng.choice(case.city.personas)
        things = [thing for kind in PATHS if kind not in ("case", "feedback") for thing in case.things(kind)]
        things += case.leads
        if not things:
            return
        thing = self.rng.choice(things)
        if isinstance(thing, Lead):
            path = f"/leads/{thing.id}"
        else:
            path = f"/{PATHS[thing.kind]}/{thing.id if thing.kind == 'task' else thing.ref}"
        if path.endswith("/None"):
            return
        body = self.rng.choice(self.json).look(persona, path)
        what = f"{persona} looks at {path}"
        self.agree(what, thing.is_seen_by(persona), body is not None, case)
        if body and not isinstance(thing, Lead):
            self.agree(what, (thing.state, sorted(offered(thing, persona))), (body["state"], looks.known(body)), case)
        if body and isinstance(thing, Hop):
            self.look_at_comments(thing, persona)
        self.counts["looks at parts"] += 1

    def look_at_comments(self, hop, persona):
        """What was said of an assignment, and the tasks of it, by somebody who sees it."""
        door = self.rng.choice(self.json)
        comments = door.look(persona, f"/assignments/{hop.ref}/comments")["items"]
        self.agree(f"{persona} looks at comments on {hop.ref}", hop.comments, len(comments), hop.case)
        tasks = door.look(persona, f"/assignments/{hop.ref}/tasks")["items"]
        told = [(task["number"], task["state"], looks.known(task)) for task in tasks]
        expected = [(task.number, task.state, sorted(offered(task, persona))) for task in hop.tasks]
        self.agree(f"{persona} looks at tasks of {hop.ref}", expected, told, hop.case)

    def look_at_list(self, persona, whole=False):
        """The cases somebody sees, newest first: the first page, or the whole list."""
        expected = [case.ref for case in reversed(self.world.cases) if case.is_seen_by(persona)]
        seen, path, limit = [], "/cases?limit=50", None if whole else 50
        while path:
            body = self.rng.choice(self.json).look(persona, path)
            seen += [each["ref"] for each in body["items"]]
            path = body["next"] and whole and f"/cases?limit=50&after={body['next']}"
        self.agree(f"{persona} lists cases", expected[:limit], seen)
        self.counts["lists"] += 1

    def look_at_lists(self, persona):
        """What somebody's unit has to do or to settle: its open tasks, the disputes it sees, the leads in no case."""
        cases = [case for case in self.world.cases if case.city is persona.city]
        tasks = [
            task for case in cases for task in case.tasks
            if task.is_open and persona.unit in (task.hop.unit, task.owner) and task.is_seen_by(persona)
        ]
        door = self.rng.choice(self.json)
        told = door.look(persona, "/tasks")["items"]
        self.agree(
            f"{persona} lists tasks", sorted((each.case.ref, each.number) for each in tasks)[:500],
            sorted((each["case"], each["number"]) for each in told))
        disputes = [each for case in cases for each in case.disputes if each.is_open and each.is_seen_by(persona)]
        told = door.look(persona, "/disputes?state=open&limit=200")
        if told["next"] is None:
            self.agree(
                f"{persona} lists disputes", sorted(each.ref for each in disputes),
                sorted(each["ref"] for each in told["items"]))
        leads = [lead for lead in self.world.loose if lead.is_seen_by(persona)]
        told = door.look(persona, "/leads?limit=200")
        if told["next"] is None:
            told = sorted(each["id"] for each in told["items"])
            self.agree(f"{persona} lists leads", sorted(each.id for each in leads), told)
        self.counts["lists"] += 1

    # What differs

    def require_no_drift(self, city):
        """What the database keeps ready of a city is what follows from its facts."""
        number = self.cities.index(city) + 1
        self.agree(f"drift of {city.code}", "", self.cluster.psql("model", f"select bihuan.find_drift({number})"))

    def agree(self, what, expected, told, case=None):
        if expected != told:
            self.differ(what, expected, told, case)

    def differ(self, what, expected, told, case=None):
        if isinstance(expected, dict) and isinstance(told, dict):
            names = [name for name in expected if expected[name] != told.get(name)]
            expected, told = {name: expected[name] for name in names}, {name: told.get(name) for name in names}
        story = case.story if case else ""
        raise SystemExit(f"step {self.step}: {what}\n  model   {expected}\n  product {told}\n{story}")
