"""An independent model of who sees what and who may do what, compared with the product through both doors.

Three cities, an officer for every role of every unit, two servers on one database. Step by step somebody does something
to something: mostly what may come next, sometimes what must be refused, and sometimes two at once on both servers. The
model and the product must agree on every answer, and on what is seen afterwards. Its rules, none taken from the product:

1. A case is seen by its owner, by whoever gives, gets or reviews a standing assignment of it, and by all units above
   them. What was returned or recalled stands no more, and is still seen by whoever gave it. Nothing of another city is
   seen, and what is not seen looks as if it were not there.
2. An assignment is seen by whoever gives, gets or reviews it while it stands, and by all above them; an order and a
   feedback with its assignment.
3. A step needs the role, then the unit, then the state; the first that is missing is told.
4. The owner grades, assigns to units directly below, concludes, dismisses, reopens; a unit that was assigned signs,
   returns, passes on to units directly below, feeds back; whoever reviews accepts or sends back; whoever gave it recalls
   before it was signed; whoever stands at or above who gave it urges and supervises, while the work is not with the
   reviewer.
5. The same unit is not given the same work twice; the same order is not issued twice.
6. A final feedback waits for all that was passed on. A case is accepted once no assignment of the owner is open and one
   was accepted since it was last opened; it goes back to graded when none was.
7. The same work is returned twice, and no more before the case is opened again. A case that is concluded has an outcome:
   what was found by whoever was accepted, or what is said.
8. An order is answered by its unit and lifted, upheld or raised by its issuer; raised, it becomes the order of the tier
   above to the issuer. It lapses with its assignment. A case with open work is neither concluded nor dismissed.

Two at once must come to what one after the other may come to, in either order. Ends with status 1 at the first
difference, with the seed and the step that made it.
"""

import argparse
import collections
import copy
import http.client
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from cluster import SOURCE, Cluster, Server, ready_line, say

PLAN = """\
plan: model
name: 试验预案
source: { issuer: 试验市局 }
schemes:
  case:
    name: 等级
    levels:
      - { key: general, name: 一般, colour: blue }
      - { key: major, name: 重大, colour: orange }
clocks:
""" + "".join(
    f"  {name}: {{ name: {label}, starts_on: {start}, stops_on: {stop}, limit: P5WD }}\n"
    for name, label, start, stop in [
        ("grading", "定级", "registered", "grade"), ("dispatch", "转办", "graded", "assign"),
        ("receipt", "签收", "assigned", "receive"), ("feedback", "反馈", "assigned", "feed_back"),
        ("review", "核验", "fed_back", "review"), ("reply", "督办回复", "ordered", "reply"),
        ("judgement", "督办审定", "replied", "judge"), ("conclusion", "办结", "accepted", "conclude"),
    ]
)
PASSWORD = "Model-only-password-1"
CITIES = ["jia", "yi", "bing"]
# Posts of a unit, by its tier.
ROLES = {
    "city": ["dispatcher", "leader", "reviewer", "duty", "operator"],
    "department": ["dispatcher", "handler"],
    "district": ["dispatcher", "handler", "reviewer", "leader"],
    "station": ["dispatcher", "handler", "duty"],
}


# ---- The model


class Unit:
    def __init__(self, label, tier, parent):
        self.label, self.tier, self.parent = label, tier, parent

    @property
    def upwards(self):
        """Itself and all above it."""
        return [self] + (self.parent.upwards if self.parent else [])

    def is_over(self, other):
        return self in other.upwards

    def __deepcopy__(self, memo):
        return self


class Persona:
    def __init__(self, city, login, unit, role):
        self.city, self.login, self.unit, self.role = city, login, unit, role
        self.token = None

    def __repr__(self):
        return f"{self.login}@{self.city.code}"

    def __deepcopy__(self, memo):
        return self


class City:
    def __init__(self, code):
        self.code = code
        self.root = Unit(code, "city", None)
        districts = [Unit(f"district-{n}", "district", self.root) for n in (1, 2)]
        self.units = [self.root, Unit("food", "department", self.root), *districts]
        self.units += [Unit(f"{d.label}-{n}", "station", d) for d in districts for n in (1, 2)]
        self.personas = [
            Persona(self, f"{role}.{unit.label}", unit, role) for unit in self.units for role in ROLES[unit.tier]
        ]

    def __deepcopy__(self, memo):
        return self


class Refused(Exception):
    """Why: one of not_found, role, unit, state.<state>, open_work, nobody_above, field.<name>."""


OPEN_HOP = {"assigned", "received", "forwarded", "fed_back"}
OPEN_CASE = {"registered", "graded", "assigned", "accepted"}
MAY = {
    "grade": {"dispatcher", "leader"}, "assign": {"dispatcher"}, "conclude": {"dispatcher", "leader"},
    "dismiss": {"dispatcher", "leader"}, "reopen": {"dispatcher", "leader"}, "file": {"dispatcher", "duty", "leader"},
    "observe": {"dispatcher", "duty", "handler"}, "receive": {"dispatcher", "handler", "duty"},
    "return": {"dispatcher", "handler"}, "recall": {"dispatcher"}, "forward": {"dispatcher"},
    "feed_back": {"dispatcher", "handler"}, "accept": {"reviewer", "dispatcher"},
    "send_back": {"reviewer", "dispatcher"}, "urge": {"dispatcher", "duty", "reviewer", "leader"},
    "supervise": {"dispatcher", "leader"}, "reply": {"dispatcher", "handler", "leader"},
    "lift": {"dispatcher", "leader"}, "uphold": {"dispatcher", "leader"}, "raise": {"dispatcher", "leader"},
}
CASE_VERBS = ["grade", "assign", "conclude", "dismiss", "reopen", "file", "observe"]
HOP_VERBS = ["receive", "return", "recall", "forward", "feed_back", "accept", "send_back", "urge", "supervise"]
ORDER_VERBS = ["reply", "lift", "uphold", "raise"]


def known(body, verbs):
    """What is offered of the steps that the model has rules for."""
    return sorted(verb for verb in body["allowed_actions"] if verb in verbs)


class Hop:
    def __init__(self, case, parent, giver, unit):
        self.case, self.parent, self.giver, self.unit, self.reviewer = case, parent, giver, unit, giver
        self.state, self.accepted_in, self.returned_in, self.ref, self.id = "assigned", None, None, None, None
        # Of the feedback that waits for a review: its id, once the product has told it.
        self.feedback, self.feedbacks = None, 0

    @property
    def is_open(self):
        return self.state in OPEN_HOP

    @property
    def stands(self):
        return self.state not in ("returned", "recalled")

    @property
    def children(self):
        return [hop for hop in self.case.hops if hop.parent is self]

    @property
    def parties(self):
        return [self.giver, self.unit, self.reviewer] if self.stands else [self.giver]

    def is_seen_by(self, unit):
        return any(unit.is_over(party) for party in self.parties)


class Order:
    def __init__(self, hop, issuer, unit):
        self.hop, self.issuer, self.unit, self.state, self.ref, self.id = hop, issuer, unit, "issued", None, None

    @property
    def is_open(self):
        return self.state in ("issued", "replied")


class Case:
    def __init__(self, city):
        self.city, self.owner, self.state, self.level = city, city.root, "registered", None
        self.hops, self.orders, self.opened, self.ref, self.id, self.log = [], [], 1, None, None, []

    @property
    def story(self):
        """How the model has it, for whoever looks into a difference."""
        lines = [f"  {self.ref} {self.state} {self.level}"]
        for hop in self.hops:
            parent = f" below {hop.parent.ref}" if hop.parent else ""
            lines.append(f"    {hop.ref} {hop.giver.label} -> {hop.unit.label} {hop.state}{parent}")
        for order in self.orders:
            lines.append(f"    {order.ref} {order.issuer.label} -> {order.unit.label} {order.state} on {order.hop.ref}")
        return "\n".join(lines + self.log)

    def is_seen_by(self, persona):
        if persona.city is not self.city:
            return False
        parties = [self.owner] + [party for hop in self.hops if hop.stands for party in hop.parties]
        return any(persona.unit.is_over(party) for party in parties)

    @property
    def has_open_work(self):
        return any(each.is_open for each in self.hops + self.orders)

    # What stands in the way of a verb, in the order it is told.

    def require(self, persona, verb):
        if persona.role not in MAY[verb]:
            raise Refused("role")
        if persona.unit is not self.owner:
            raise Refused("unit")
        if not self.allows(verb):
            raise Refused(f"state.{self.state}")

    def allows(self, verb):
        return {
            "grade": self.state in OPEN_CASE,
            "assign": self.state in ("graded", "assigned", "accepted"),
            "dismiss": self.state in ("registered", "graded"),
            "conclude": self.state in ("graded", "accepted") and not self.has_open_work,
            "reopen": self.state in ("concluded", "dismissed"),
            "file": self.state in OPEN_CASE or self.state == "concluded",
            "observe": self.state in OPEN_CASE,
        }[verb]

    def require_hop(self, hop, persona, verb):
        if persona.role not in MAY[verb]:
            raise Refused("role")
        own = {
            "receive": [hop.unit], "return": [hop.unit], "forward": [hop.unit], "feed_back": [hop.unit],
            "recall": [hop.giver], "accept": [hop.reviewer], "send_back": [hop.reviewer],
            "urge": hop.giver.upwards, "supervise": hop.giver.upwards,
        }[verb]
        if persona.unit not in own:
            raise Refused("unit")
        if not self.hop_allows(hop, verb):
            raise Refused(f"state.{hop.state}")

    @staticmethod
    def hop_allows(hop, verb, is_interim=False):
        waits = not is_interim and any(child.is_open for child in hop.children)
        return {
            "receive": hop.state == "assigned",
            "return": hop.state in ("assigned", "received"),
            "recall": hop.state == "assigned",
            "forward": hop.state in ("received", "forwarded"),
            "feed_back": hop.state in ("received", "forwarded") and not waits,
            "accept": hop.state == "fed_back",
            "send_back": hop.state == "fed_back",
            "urge": hop.is_open and hop.state != "fed_back",
            "supervise": hop.is_open and hop.state != "fed_back",
        }[verb]

    def require_order(self, order, persona, verb):
        if persona.role not in MAY[verb]:
            raise Refused("role")
        if persona.unit is not (order.unit if verb == "reply" else order.issuer):
            raise Refused("unit")
        if not self.order_allows(order, verb):
            raise Refused(f"state.{order.state}")
        if verb == "raise" and order.issuer.parent is None:
            raise Refused("nobody_above")

    @staticmethod
    def order_allows(order, verb):
        return order.state in {"reply": ["issued"], "raise": ["issued", "replied"]}.get(verb, ["replied"])

    # What a persona is offered.

    def offered(self, persona):
        return self._offered(CASE_VERBS, lambda verb: self.require(persona, verb))

    def offered_on_hop(self, hop, persona):
        return self._offered(HOP_VERBS, lambda verb: self.require_hop(hop, persona, verb))

    def offered_on_order(self, order, persona):
        return self._offered(ORDER_VERBS, lambda verb: self.require_order(order, persona, verb))

    @staticmethod
    def _offered(verbs, require):
        offered = []
        for verb in verbs:
            try:
                require(verb)
                offered.append(verb)
            except Refused:
                pass
        return sorted(offered)

    # The steps. Each gives back what it made: ("case" | "hop" | "order" | "feedback" | None, object).

    def take(self, step):
        """The answer to one step: None, or why it is refused."""
        try:
            self.made = None
            persona = step.persona
            if not self.is_seen_by(persona):
                raise Refused("not_found")
            if step.hop is not None:
                hop = self.hops[step.hop]
                if not hop.is_seen_by(persona.unit):
                    raise Refused("not_found")
                getattr(self, "_" + step.verb)(step, hop)
            elif step.order is not None:
                order = self.orders[step.order]
                if not order.hop.is_seen_by(persona.unit):
                    raise Refused("not_found")
                self.require_order(order, persona, step.verb)
                getattr(self, "_" + step.verb)(step, order)
            else:
                getattr(self, "_" + step.verb)(step)
            return None
        except Refused as refusal:
            return refusal.args[0]

    def _grade(self, step):
        self.require(step.persona, "grade")
        if step.value not in ("general", "major"):
            raise Refused("field.level")
        self.level = step.value
        if self.state == "registered":
            self.state = "graded"

    def _below(self, label, giver):
        unit = next((each for each in self.city.units if each.label == label), None)
        if unit is None or unit.parent is not giver:
            raise Refused("field.unit")
        return unit

    def _assign(self, step):
        self.require(step.persona, "assign")
        unit = self._below(step.value, self.owner)
        if any(hop.is_open and hop.unit is unit and hop.giver is self.owner for hop in self.hops):
            return
        self.state = "assigned"
        self._open(Hop(self, None, self.owner, unit))

    def _open(self, hop):
        self.hops.append(hop)
        self.made = hop

    def _conclude(self, step):
        if self.state in ("graded", "accepted", "assigned") and self.has_open_work:
            if step.persona.role not in MAY["conclude"]:
                raise Refused("role")
            if step.persona.unit is not self.owner:
                raise Refused("unit")
            raise Refused("open_work")
        self.require(step.persona, "conclude")
        # What was found is the outcome; where nothing was, it must be named.
        if step.value is None and not any(hop.accepted_in == self.opened and hop.parent is None for hop in self.hops):
            raise Refused("field.outcome")
        self.state = "concluded"

    def _dismiss(self, step):
        self.require(step.persona, "dismiss")
        if self.has_open_work:
            raise Refused("open_work")
        self.state = "dismissed"

    def _reopen(self, step):
        self.require(step.persona, "reopen")
        self.state = "graded" if self.state == "concluded" else "registered"
        self.opened += 1

    def _receive(self, step, hop):
        self.require_hop(hop, step.persona, "receive")
        hop.state = "received"

    def _return(self, step, hop):
        self.require_hop(hop, step.persona, "return")
        same = [each for each in self.hops if each.parent is hop.parent and each.giver is hop.giver]
        if sum(each.returned_in == self.opened for each in same) >= 2:
            raise Refused("return_limit")
        hop.returned_in = self.opened
        self._end(hop, "returned")

    def _recall(self, step, hop):
        self.require_hop(hop, step.persona, "recall")
        self._end(hop, "recalled")

    def _end(self, hop, state):
        hop.state = state
        for order in self.orders:
            if order.hop is hop and order.is_open:
                order.state = "lifted"
        if hop.parent is None and self.state == "assigned":
            self._settle()

    def _settle(self):
        first = [hop for hop in self.hops if hop.parent is None]
        if not any(hop.is_open for hop in first):
            self.state = "accepted" if any(hop.accepted_in == self.opened for hop in first) else "graded"

    def _forward(self, step, hop):
        self.require_hop(hop, step.persona, "forward")
        unit = self._below(step.value, hop.unit)
        if any(child.is_open and child.unit is unit for child in hop.children):
            return
        hop.state = "forwarded"
        self._open(Hop(self, hop, hop.unit, unit))

    def _feed_back(self, step, hop):
        is_interim = step.value == "interim"
        if step.persona.role not in MAY["feed_back"]:
            raise Refused("role")
        if step.persona.unit is not hop.unit:
            raise Refused("unit")
        if not self.hop_allows(hop, "feed_back", is_interim):
            raise Refused(f"state.{hop.state}")
        hop.feedbacks += 1
        if not is_interim:
            hop.state = "fed_back"
            self.made = hop

    def _accept(self, step, hop):
        self.require_hop(hop, step.persona, "accept")
        hop.state, hop.accepted_in = "accepted", self.opened
        if hop.parent is None and self.state == "assigned":
            if not any(each.is_open and each.parent is None for each in self.hops):
                self.state = "accepted"

    def _send_back(self, step, hop):
        self.require_hop(hop, step.persona, "send_back")
        hop.state = "received"

    def _urge(self, step, hop):
        self.require_hop(hop, step.persona, "urge")

    def _supervise(self, step, hop):
        self.require_hop(hop, step.persona, "supervise")
        issuer = step.persona.unit
        if any(order.is_open and order.hop is hop and order.issuer is issuer for order in self.orders):
            return
        self._issue(Order(hop, issuer, hop.unit))

    def _issue(self, order):
        self.orders.append(order)
        self.made = order

    def _reply(self, step, order):
        order.state = "replied"

    def _lift(self, step, order):
        order.state = "lifted"

    def _uphold(self, step, order):
        order.state = "issued"

    def _raise(self, step, order):
        order.state = "raised"
        self._issue(Order(order.hop.parent or order.hop, order.issuer.parent, order.issuer))


class Step:
    """Somebody does something: a verb, what it is about (a case, and by number one of its hops or orders), its value."""

    def __init__(self, persona, verb, case, hop=None, order=None, value=None):
        self.persona, self.verb, self.case, self.hop, self.order, self.value = persona, verb, case, hop, order, value

    def __repr__(self):
        return f"{self.persona} {self.verb} {self.about.ref} {self.value or ''}".rstrip()

    @property
    def about(self):
        if self.order is not None:
            return self.case.orders[self.order]
        return self.case if self.hop is None else self.case.hops[self.hop]

    @property
    def name(self):
        """By ref; but what another city calls so is something else."""
        return self.about.ref if self.persona.city is self.case.city else self.about.id or self.about.ref


# ---- The product


class JSONDoor:
    def __init__(self, url):
        self.address = url.removeprefix("http://")
        self.local = threading.local()

    def ask(self, persona, method, path, body=None):
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = self.local.connection = http.client.HTTPConnection(self.address, timeout=60)
        headers = {"Content-Type": "application/json"}
        if persona.token:
            headers["Authorization"] = f"Bearer {persona.token}"
        connection.request(method, "/api/v1" + path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None

    def log_in(self, persona):
        status, body = self.ask(persona, "POST", "/sessions", {
            "name": f"{persona.login}@{persona.city.code}", "password": PASSWORD,
        })
        if status != 201:
            raise SystemExit(f"{persona} cannot log in: {status} {body}")
        persona.token = body["token"]

    def register(self, persona, title):
        return self.ask(persona, "POST", "/cases", {
            "title": title, "content": title, "channel": "hotline", "source": "model",
        })

    def take(self, step):
        case, verb, reason = step.case, step.verb, {"reason": "试验"}
        if step.order is not None:
            path = f"/supervisions/{step.name}/actions/{verb}"
            body = {"reply": "已整改", **reason} if verb == "reply" else reason
        elif step.hop is None:
            path = f"/cases/{case.ref}/" + ("assignments" if verb == "assign" else f"actions/{verb}")
            body = {**reason, **({"grade": {"level": step.value}, "assign": {"unit": step.value}}.get(verb, {}))}
            if verb == "conclude" and step.value:
                body["outcome"] = step.value
        else:
            hop = case.hops[step.hop]
            path, body = f"/assignments/{step.name}/actions/{verb}", reason
            if verb == "forward":
                body = {"unit": step.value, **reason}
            elif verb == "feed_back":
                path, body = f"/assignments/{step.name}/feedback", {"kind": step.value, "findings": "查实", **reason}
                if step.value == "final":
                    body.update(verdict="substantiated", measures="下架", result="已办")
            elif verb == "supervise":
                path = f"/assignments/{step.name}/supervisions"
                body = {"cause": "overdue", "requirement": "速办", **reason}
            elif verb in ("accept", "send_back"):
                path = f"/feedback/{hop.feedback}/actions/{verb}"
        status, answer = self.ask(step.persona, "POST", path, body)
        if status in (200, 201):
            return None, answer
        code = answer["code"]
        fields = {fault["pointer"].split("/")[1] for fault in answer.get("errors", [])}
        known = {
            "post.not_permitted": "role", "unit.not_permitted": "unit", "state.open_work": "open_work",
            "supervision.nobody_above": "nobody_above",
        }
        if status == 404:
            return "not_found", None
        if status == 400 and fields:
            return "field." + "+".join(sorted(fields)), None
        return known.get(code, code), None


class LineDoor:
    WORDS = {
        "grade": "CASE GRADE", "assign": "CASE ASSIGN", "conclude": "CASE CONCLUDE", "dismiss": "CASE DISMISS",
        "reopen": "CASE REOPEN", "receive": "CASE RECEIVE", "return": "CASE RETURN", "recall": "CASE RECALL",
        "forward": "CASE FORWARD", "feed_back": "CASE FEEDBACK", "accept": "CASE ACCEPT",
        "send_back": "CASE SENDBACK", "urge": "CASE URGE", "supervise": "CASE SUPERVISE", "reply": "CASE REPLY",
        "lift": "CASE LIFT", "uphold": "CASE UPHOLD", "raise": "CASE RAISE",
    }

    # The door has room for 32.
    MOST = 28

    def __init__(self, path):
        self.path = str(path)
        # Whoever spoke last stands last.
        self.sessions = collections.OrderedDict()

    def session(self, persona):
        if persona in self.sessions:
            self.sessions.move_to_end(persona)
        else:
            if len(self.sessions) >= self.MOST:
                self.hang_up(self.sessions.popitem(last=False)[1])
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(60)
            line.connect(self.path)
            session = self.sessions[persona] = (line, line.makefile("r", encoding="utf-8", newline="\r\n"))
            session[1].readline()
            # A mapped account of this machine may be logged in already; none is here.
            self.say(session, f"AUTHINFO USER {persona.login}@{persona.city.code}")
            reply = self.say(session, f"AUTHINFO PASS {PASSWORD}")
            if not reply.startswith("281"):
                raise SystemExit(f"{persona} cannot log in on the line: {reply}")
        return self.sessions[persona]

    def hang_up(self, session):
        self.say(session, "QUIT")
        # Its place is free once the server has let go.
        session[1].read()
        session[0].close()

    @staticmethod
    def say(session, text):
        session[0].sendall(text.encode() + b"\r\n")
        return session[1].readline().rstrip("\r\n")

    def take(self, step):
        words = [self.WORDS[step.verb], step.name]
        if step.verb == "feed_back":
            words += [f"kind={step.value}", "findings=查实"]
            if step.value == "final":
                words += ["verdict=substantiated", "measures=下架", "result=已办"]
        elif step.verb == "conclude":
            words += [f"outcome={step.value}"] if step.value else []
        elif step.value:
            words.append(step.value)
        if step.verb == "supervise":
            words += ["cause=overdue", "requirement=速办"]
        if step.verb == "reply":
            words.append("text=已整改")
        reply = self.say(self.session(step.persona), " ".join(words + ["reason=试验"]))
        code, arguments = reply[:3], reply[4:].split()
        if code in ("291", "292"):
            return None, {"ref": arguments[0]}
        first = arguments[0] if arguments else ""
        if code == "490":
            return "not_found", None
        if code == "493":
            return "role" if first.startswith("role.") else "unit", None
        if code == "501":
            return "field." + first.split(".")[0], None
        return {"work.open": "open_work", "unit.top": "nobody_above"}.get(first, first or reply), None


# ---- The play


class Play:
    def __init__(self, seed, cluster, servers):
        self.rng = random.Random(seed)
        self.cities = [City(code) for code in CITIES]
        self.personas = [persona for city in self.cities for persona in city.personas]
        self.cases = []
        self.cluster = cluster
        self.json = [JSONDoor(server.address) for server in servers]
        self.line = [LineDoor(server.socket) for server in servers]
        self.counts = collections.Counter()

    def log_in(self):
        for persona in self.personas:
            self.json[0].log_in(persona)

    # What happens next

    def some_case(self):
        if not self.cases or self.rng.random() < 0.03:
            return None
        # Mostly what was opened lately; what is old is still asked for.
        return self.cases[-1 - int(self.rng.expovariate(0.15)) % len(self.cases)]

    # What ends things comes more rarely, or nothing would ever grow.
    WEIGHTS = {"dismiss": 0.1, "recall": 0.2, "return": 0.3, "reopen": 0.4, "grade": 0.3, "urge": 0.3, "supervise": 0.4,
               "feed_back": 3, "accept": 3, "receive": 3, "conclude": 2, "forward": 2}

    def some_step(self, case):
        """What may come next and who may do it, or anything by anybody."""
        abouts = [(None, None)]
        abouts += [(self.some_of(case.hops), None) for _ in range(2 * bool(case.hops))]
        abouts += [(None, self.some_of(case.orders))] * bool(case.orders)
        hop, order = self.rng.choice(abouts)
        if hop is not None:
            verbs, offered = HOP_VERBS, lambda persona: case.offered_on_hop(case.hops[hop], persona)
        elif order is not None:
            verbs, offered = ORDER_VERBS, lambda persona: case.offered_on_order(case.orders[order], persona)
        else:
            verbs, offered = CASE_VERBS[:5], case.offered
        may = [(persona, verb) for persona in case.city.personas for verb in offered(persona) if verb in verbs]
        if may and self.rng.random() < 0.65:
            weights = [self.WEIGHTS.get(verb, 1) / sum(verb == each for _, each in may) for _, verb in may]
            persona, verb = self.rng.choices(may, weights)[0]
        else:
            verb = self.rng.choice(verbs)
            persona = self.rng.choice(case.city.personas if self.rng.random() < 0.93 else self.personas)
        return Step(persona, verb, case, hop, order, self.some_value(verb, case, hop))

    def some_value(self, verb, case, hop):
        if verb == "grade":
            return self.rng.choice(["general", "major", "major", "general", "nonsense"])
        if verb == "feed_back":
            return self.rng.choice(["interim", "final", "final"])
        if verb == "conclude":
            return self.rng.choice([None, "substantiated", "adopted"])
        if verb in ("assign", "forward"):
            giver = case.owner if verb == "assign" else case.hops[hop].unit
            below = [unit.label for unit in case.city.units if unit.parent is giver]
            everywhere = [unit.label for unit in case.city.units] + ["nowhere"]
            return self.rng.choice(below if below and self.rng.random() < 0.85 else everywhere)
        return None

    def some_of(self, things):
        return len(things) - 1 - min(int(self.rng.expovariate(0.5)), len(things) - 1)

    # Doing it

    def perform(self, step, server):
        hop = None if step.hop is None else step.case.hops[step.hop]
        needs_feedback = step.verb in ("accept", "send_back") and hop is not None
        # Whoever does not know of a feedback cannot name it over JSON.
        # A log-in takes long; whoever has a line open uses it more.
        share = 0.6 if step.persona in self.line[server].sessions else 0.1
        by_line = self.rng.random() < share or needs_feedback and hop.feedback is None
        door = (self.line if by_line else self.json)[server]
        self.counts["line" if by_line else "json"] += 1
        return door.take(step)

    def settle(self, case, step, answer):
        """Writes down what the product called what was made."""
        made = case.made
        if made is None or answer is None:
            return
        if isinstance(made, Hop) and step.verb == "feed_back":
            # The line names a feedback by assignment and number.
            made.feedback = answer.get("id")
        else:
            made.ref, made.id = answer["ref"], answer.get("id")
            if made.id is None:
                # The line tells the ref alone.
                kind = "assignments" if isinstance(made, Hop) else "supervisions"
                watcher = next(each for each in case.city.personas if each.unit is case.owner)
                made.id = self.json[0].ask(watcher, "GET", f"/{kind}/{made.ref}")[1]["id"]

    def register(self):
        city = self.rng.choice(self.cities)
        crowd = [each for each in city.personas if each.unit is city.root] if self.rng.random() < 0.9 else city.personas
        persona = self.rng.choice(crowd)
        may = persona.role in ("dispatcher", "duty") and persona.unit is city.root
        expected = None if may else "role" if persona.role not in ("dispatcher", "duty") else "unit"
        status, body = self.rng.choice(self.json).register(persona, f"案 {len(self.cases)}")
        known = {"post.not_permitted": "role", "unit.not_permitted": "unit"}
        told = None if status == 201 else known.get(body["code"], body["code"])
        self.agree(f"{persona} register", expected, told)
        if told is None:
            case = Case(city)
            case.ref = body["ref"]
            self.cases.append(case)

    def one(self, case):
        step = self.some_step(case)
        text = repr(step)
        expected = case.take(step)
        told, answer = self.perform(step, self.rng.randrange(len(self.json)))
        if told == "feedback.none" and expected not in (None, "not_found") and not case.hops[step.hop].feedbacks:
            # There is nothing yet that the line could name.
            told = expected
        case.log.append(f"  {self.step}: {text} {told or 'done'}")
        self.agree(text, expected, told, case)
        self.counts[step.verb if expected is None else "refused"] += 1
        if expected is None:
            self.settle(case, step, answer)
        return step

    def two(self, case):
        """Two at once, one on each server; what comes of it is what comes of one after the other."""
        steps = [self.some_step(case), self.some_step(case)]
        texts = [repr(step) for step in steps]
        told = [None, None]
        doors = [self.json[0], self.json[1]]
        for step in steps:
            if step.verb in ("accept", "send_back") and case.hops[step.hop].feedback is None:
                return
        threads = [
            threading.Thread(target=lambda n=n: told.__setitem__(n, doors[n].take(steps[n]))) for n in (0, 1)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        fits = []
        for order in ((0, 1), (1, 0)):
            world = copy.deepcopy(case)
            expected = [None, None]
            for n in order:
                step = copy.copy(steps[n])
                step.case = world
                expected[n] = world.take(step)
                if expected[n] is None and told[n][0] is None:
                    self.settle(world, step, told[n][1])
            if expected == [each[0] for each in told]:
                fits.append(world)
        # Where both orders fit the answers, the product says which one it was.
        fits = [world for world in fits if self.stands_as(world)] or fits[:1]
        if not fits:
            self.differ(f"at once: {texts[0]} | {texts[1]}", "an order of the two", [each[0] for each in told], case)
        fits[0].log.append(f"  {self.step}: at once: {texts[0]} {told[0][0] or 'done'} | {texts[1]} {told[1][0] or 'done'}")
        self.cases[self.cases.index(case)] = fits[0]
        self.counts["at once"] += 1
        self.look(fits[0], everybody=False)

    def stands_as(self, case):
        watcher = next(each for each in case.city.personas if each.unit is case.owner)
        status, body = self.json[0].ask(watcher, "GET", f"/cases/{case.ref}")
        return status == 200 and self.picture(body) == self.model_picture(case, watcher)

    # Looking at what came of it

    @staticmethod
    def picture(body):
        return {
            "state": body["state"], "level": body["level"], "allowed": known(body, CASE_VERBS),
            "hops": sorted((each["ref"], each["state"], tuple(known(each, HOP_VERBS))) for each in body["assignments"]),
            "orders": sorted((each["ref"], each["state"], tuple(known(each, ORDER_VERBS)))
                             for each in body["supervisions"]),
        }

    @staticmethod
    def model_picture(case, persona):
        return {
            "state": case.state, "level": case.level, "allowed": case.offered(persona),
            "hops": sorted((hop.ref, hop.state, tuple(case.offered_on_hop(hop, persona)))
                           for hop in case.hops if hop.is_seen_by(persona.unit)),
            "orders": sorted((order.ref, order.state, tuple(case.offered_on_order(order, persona)))
                             for order in case.orders if order.hop.is_seen_by(persona.unit)),
        }

    def look(self, case, everybody):
        crowd = case.city.personas if everybody else self.rng.sample(case.city.personas, 2)
        stranger = self.rng.choice(self.personas)
        for persona in [*crowd, stranger]:
            status, body = self.rng.choice(self.json).ask(persona, "GET", f"/cases/{case.ref}")
            self.counts["looks"] += 1
            is_seen = case.is_seen_by(persona)
            self.agree(f"{persona} looks at {case.ref}", 200 if is_seen else 404, status, case)
            if not is_seen:
                continue
            self.agree(f"{persona} looks at {case.ref}", self.model_picture(case, persona), self.picture(body), case)

    def look_at_list(self):
        persona = self.rng.choice(self.personas)
        seen, path = [], "/cases?limit=200"
        while path:
            status, body = self.rng.choice(self.json).ask(persona, "GET", path)
            self.agree(f"{persona} lists", 200, status)
            seen += [each["ref"] for each in body["items"]]
            path = body["next"] and f"/cases?limit=200&after={body['next']}"
        self.agree(f"{persona} lists", sorted(case.ref for case in self.cases if case.is_seen_by(persona)), sorted(seen))
        self.counts["lists"] += 1

    def look_at_part(self, case):
        """A hop or an order by its own address, as somebody who may not know of it."""
        persona = self.rng.choice(case.city.personas)
        things = [(f"/assignments/{hop.ref}", hop, hop.state, case.offered_on_hop(hop, persona)) for hop in case.hops]
        things += [
            (f"/supervisions/{order.ref}", order.hop, order.state, case.offered_on_order(order, persona))
            for order in case.orders
        ]
        if not things:
            return
        path, hop, state, offered = self.rng.choice(things)
        status, body = self.rng.choice(self.json).ask(persona, "GET", path)
        is_seen = hop.is_seen_by(persona.unit)
        self.agree(f"{persona} looks at {path}", 200 if is_seen else 404, status, case)
        if is_seen:
            told = (body["state"], known(body, HOP_VERBS + ORDER_VERBS))
            self.agree(f"{persona} looks at {path}", (state, offered), told, case)

    def agree(self, what, expected, told, case=None):
        if expected != told:
            self.differ(what, expected, told, case)

    def differ(self, what, expected, told, case=None):
        story = case.story if case else ""
        raise SystemExit(f"step {self.step}: {what}\n  model   {expected}\n  product {told}\n{story}")

    def run(self, steps):
        for self.step in range(1, steps + 1):
            case = self.some_case()
            if case is None:
                self.register()
                continue
            if self.rng.random() < 0.05:
                self.two(case)
                continue
            self.one(case)
            dice = self.rng.random()
            if dice < 0.25:
                self.look(case, everybody=dice < 0.01)
            elif dice < 0.35:
                self.look_at_part(case)
            elif dice < 0.36:
                self.look_at_list()
            if self.step % 10_000 == 0:
                say(f"{self.step:,} steps, {len(self.cases):,} cases")
        for city in range(1, len(self.cities) + 1):
            self.agree(f"drift of city {city}", "", self.cluster.psql("model", f"select bihuan.find_drift({city})"))


# ---- The rig


class Rig:
    SETTINGS = {"fsync": "off", "shared_buffers": "128MB", "max_connections": "60", "shared_preload_libraries": ""}

    def __init__(self, work, bihuan):
        self.work, self.bihuan = pathlib.Path(work), bihuan
        self.cluster = Cluster(self.work, **self.SETTINGS)

    def environment(self, name):
        return {
            "BIHUAN_DATABASE_URL": self.cluster.conninfo("model"), "BIHUAN_DATA_DIR": str(self.work / name),
            "BIHUAN_HTTP_PORT": "0", "BIHUAN_LINE_PORT": "0", "BIHUAN_LINE_SOCKET": str(self.work / f"{name}.sock"),
        }

    def command(self, *arguments, feed=None):
        done = subprocess.run(
            [self.bihuan, *arguments], env={"PATH": "/usr/bin:/bin", **self.environment("one")}, capture_output=True,
            text=True, input=feed, check=False, cwd=self.work,
        )
        if done.returncode != 0:
            raise SystemExit(f"bihuan {' '.join(map(str, arguments))}: {done.stderr.strip()}")

    def fill(self, cities):
        self.cluster.psql("postgres", "create database model")
        self.cluster.psql("model", file=SOURCE / "sql/roles.sql")
        self.command("migrate")
        plan = self.work / "plan.yaml"
        plan.write_text(PLAN, encoding="utf-8")
        for city in cities:
            self.command("city", "add", city.code, "--name", city.code, "--ref-prefix", city.code.upper(), "--plan", plan)
            units = self.work / f"{city.code}.csv"
            rows = [f"{u.label},{u.parent.label if u.parent else ''},{u.tier},{u.label}," for u in city.units]
            units.write_text("label,parent,tier,name,line\n" + "\n".join(rows) + "\n", encoding="utf-8")
            self.command("units", "import", "--city", city.code, units)
            for persona in city.personas:
                self.command(
                    "officer", "add", f"{persona.login}@{city.code}", "--name", persona.login, "--unit",
                    persona.unit.label, "--role", persona.role, feed=PASSWORD + "\n",
                )

    def serve(self, name):
        server = Server([self.bihuan, "serve"], self.work / f"{name}.log", self.environment(name), ready_line)
        server.address = server.line.split("http=")[1].split()[0]
        server.socket = self.work / f"{name}.sock"
        return server


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bihuan", required=True)
    parser.add_argument("--work", help="where the database lies meanwhile; what is there is deleted first")
    parser.add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    # PostgreSQL runs under an account of its own, which need not see into the source.
    work = arguments.work or tempfile.mkdtemp(prefix="bihuan-model-")
    os.makedirs(work, exist_ok=True)
    os.chmod(work, 0o755)
    rig = Rig(work, pathlib.Path(arguments.bihuan).resolve())
    rig.cluster.start()
    servers = []
    try:
        cities = [City(code) for code in CITIES]
        rig.fill(cities)
        servers = [rig.serve(name) for name in ("one", "two")]
        play = Play(arguments.seed, rig.cluster, servers)
        play.log_in()
        started = time.monotonic()
        play.run(arguments.steps)
        counts = ", ".join(f"{count} {what}" for what, count in sorted(play.counts.items()))
        print(
            f"seed {arguments.seed}: {arguments.steps} steps, {len(play.cases)} cases ({counts}), 0 differ, "
            f"{time.monotonic() - started:.0f} s"
        )
    finally:
        for server in servers:
            server.stop()
        rig.cluster.stop()
        if not arguments.work:
            shutil.rmtree(work)


if __name__ == "__main__":
    main()
