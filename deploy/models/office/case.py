"""A case with all that belongs to it, and who sees what of it.

A case is seen by its owner, by whoever gives, gets or reviews a standing assignment of it, and by all above them.
What was returned or recalled stands no more, and is still seen by whoever gave it.

Of a case that is seen, an assignment is seen by whoever gives, gets or reviews it while it stands, and by all above
them; besides, an assist by the leads and guides, and a lead by the guides, of the same giver. Orders, disputes,
comments and tasks are seen with their assignment, and a task by the unit that is to do it, once it has a part in the
case; referrals, leads and return visits with the case.

Nothing of a case is seen by an officer who holds any post in a unit that is recused from it, or below one, nor by a
post that is not cleared for it. A lead in no case is seen by the unit that took it in, and by those above.
"""

import collections

OPEN_CASE = {"registered", "graded", "assigned", "accepted"}
OPEN_HOP = {"assigned", "received", "forwarded", "fed_back"}
LEVELS = ["general", "major"]


class Thing:
    """Something with a name of its own: how the product calls it is learnt when it is made."""

    kind = None

    def __init__(self, case):
        self.case, self.ref, self.id = case, None, None


class Hop(Thing):
    """An assignment: a unit has a part in the case, as lead, assist, guide, or to be informed."""

    kind = "hop"

    def __init__(self, case, parent, giver, unit, role, reviewer=None):
        super().__init__(case)
        self.parent, self.giver, self.unit, self.role, self.reviewer = parent, giver, unit, role, reviewer or giver
        self.state, self.is_bound, self.verdict = "assigned", False, None
        self.feedbacks, self.feedback, self.comments, self.urges = 0, None, 0, 0
        # In which round of the case it was accepted, and at which moments it was given and returned.
        self.accepted_in, self.given_at, self.returned_at = None, case.moment, None
        # Whether its time ran out already.
        self.is_late = False

    @property
    def is_open(self):
        return self.state in OPEN_HOP

    @property
    def stands(self):
        """Whether it still is a part in the case, done or not."""
        return self.state not in ("returned", "recalled")

    @property
    def answers(self):
        """Whether something is asked of the unit: of whoever guides or is informed, only the receipt."""
        return self.role in ("lead", "assist")

    @property
    def is_demanded(self):
        """Whether something is asked of the unit itself now."""
        return self.is_pressed and self.state != "fed_back"

    @property
    def is_pressed(self):
        """Whether anybody may be pressed for it now."""
        return self.is_open and (self.answers or self.state == "assigned")

    @property
    def pressed(self):
        """Who has to go on: whoever reviews what was fed back, else the unit."""
        return self.reviewer if self.state == "fed_back" else self.unit

    @property
    def children(self):
        return [hop for hop in self.case.hops if hop.parent is self]

    @property
    def has_open_children(self):
        return any(child.is_open for child in self.children)

    @property
    def siblings(self):
        """All that its giver gave in the case, itself among them."""
        return [hop for hop in self.case.hops if hop.giver is self.giver]

    @property
    def returns(self):
        """How often this work was returned before, since the last decision on it, and since the case was last opened.

        Each return is carried on by the first that the giver gave in the same role after it, the oldest first. What a
        decision gave its unit carries on nothing, and what a decision took from one was not returned.
        """
        decided = [each.hop for each in self.case.disputes if each.state == "decided"]
        waiting = []
        for hop in self.siblings:
            if hop.parent is not self.parent or hop.role != self.role:
                continue
            before = min((each for each in waiting if each[0] < hop.given_at and not hop.is_bound), default=None)
            count = before[1] if before else 0
            if hop is self:
                return count
            waiting = [each for each in waiting if each is not before]
            if hop.returned_at is not None and hop not in decided and hop.returned_at > self.case.reopened_at:
                waiting.append((hop.returned_at, count + 1))
        return 0

    @property
    def dispute(self):
        """The open dispute over it; None: there is none."""
        return next((each for each in self.case.disputes if each.hop is self and each.is_open), None)

    @property
    def tasks(self):
        return [task for task in self.case.tasks if task.hop is self]

    @property
    def guides(self):
        """Units that guide this work and have signed for it."""
        if not self.answers:
            return []
        return [hop.unit for hop in self.siblings if hop.role == "guide" and hop.state == "received"]

    @property
    def parties(self):
        """Whose it is to see, apart from those above."""
        if not self.stands:
            return [self.giver]
        watching = {"lead": ["guide"], "assist": ["lead", "guide"]}.get(self.role, [])
        others = [hop.unit for hop in self.siblings if hop.stands and hop.role in watching]
        return [self.giver, self.unit, self.reviewer, *others]

    def duties(self, unit):
        """What a unit must do next about it."""
        if self.case.is_frozen:
            return []
        duties = []
        if unit is self.unit and self.state == "assigned":
            duties.append("receive")
        if unit is self.unit and self.answers and self.state in ("received", "forwarded"):
            duties += [] if self.has_open_children else ["feed_back"]
        if unit is self.reviewer and self.state == "fed_back":
            duties += ["accept", "send_back"]
        return duties

    def is_seen_by(self, persona):
        return self.case.is_seen_by(persona) and any(persona.unit.is_over(party) for party in self.parties)


class Order(Thing):
    """A supervision order about an assignment."""

    kind = "order"

    def __init__(self, hop, issuer, unit, grade):
        super().__init__(hop.case)
        self.hop, self.issuer, self.unit, self.grade, self.state = hop, issuer, unit, grade, "issued"
        self.is_late, self.is_answered = False, False

    @property
    def is_open(self):
        return self.state in ("issued", "replied")

    def is_seen_by(self, persona):
        return self.hop.is_seen_by(persona)


class Dispute(Thing):
    """A unit says that work is another's; the tier above the assigner decides, the assigner itself where none is."""

    kind = "dispute"

    def __init__(self, hop, proposed):
        super().__init__(hop.case)
        self.hop, self.unit, self.giver, self.proposed = hop, hop.unit, hop.giver, proposed
        self.arbiter = hop.giver.parent or hop.giver
        self.state, self.decided, self.decided_at = "open", None, None

    @property
    def is_open(self):
        return self.state == "open"

    def is_seen_by(self, persona):
        return self.hop.is_seen_by(persona)


class Referral(Thing):
    """Something was asked of a body outside; or the government, to name the department that leads."""

    kind = "referral"

    def __init__(self, case, sort):
        super().__init__(case)
        self.sort, self.state = sort, "open"

    @property
    def is_open(self):
        return self.state == "open"

    def is_seen_by(self, persona):
        return self.case.is_seen_by(persona)


class Task(Thing):
    """A piece of an assignment's work, done by its unit or one below."""

    kind = "task"

    def __init__(self, hop, number, owner):
        super().__init__(hop.case)
        # The unit that answers for it: the assigned one, for good once it is done.
        self.hop, self.number, self.unit, self.owner, self.state = hop, number, hop.unit, owner, "open"

    @property
    def is_open(self):
        return self.state == "open"

    def is_seen_by(self, persona):
        return self.hop.is_seen_by(persona) or persona.unit is self.owner and self.case.is_seen_by(persona)


class Lead:
    """What came in, in a case or in none."""

    def __init__(self, city, unit):
        self.city, self.unit, self.case, self.id = city, unit, None, None
        # The cases it came along from when they were merged, the last one last.
        self.trail = []

    def is_seen_by(self, persona):
        if persona.city is not self.city:
            return False
        if self.case is None:
            return persona.unit.is_over(self.unit)
        return self.case.is_seen_by(persona) or self.case.admits(persona) and persona.unit.is_over(self.unit)


class Case(Thing):
    """A matter that the bureau follows from its registration to its end."""

    kind = "case"

    def __init__(self, city):
        super().__init__(self)
        self.city, self.owner, self.state, self.level, self.matter = city, city.root, "registered", None, None
        self.hops, self.orders, self.disputes, self.referrals, self.tasks = [], [], [], [], []
        self.leads = []
        self.secrecy, self.recused, self.outcome = 0, [], None
        # Where it was merged and how it stood before, and what was merged into it.
        self.into, self.before, self.merged = None, None, []
        self.urges, self.visits, self.proposes = 0, 0, None
        # How often it was opened; steps taken so far; the step at which it was reopened last, the day on which it ended.
        self.round, self.moment, self.reopened_at, self.ended_on = 1, 0, 0, None
        self.log = collections.deque(maxlen=40)

    @property
    def is_open(self):
        return self.state in OPEN_CASE

    @property
    def is_frozen(self):
        """Merged into another, it stands still until that is undone."""
        return self.state == "merged"

    @property
    def absorbed(self):
        """What was merged into it, and into that."""
        return [each for direct in self.merged for each in (direct, *direct.absorbed)]

    @property
    def formal_work(self):
        """What has a number and waits for an answer, besides assignments."""
        orders = [order for order in self.orders if order.hop.answers]
        return [each for each in orders + self.disputes + self.referrals if each.is_open]

    @property
    def involved(self):
        """Units that have something to do in it, or wait for it."""
        units = [unit for hop in self.hops if hop.is_open for unit in (hop.unit, hop.giver, hop.reviewer)]
        units += [unit for order in self.orders if order.is_open for unit in (order.unit, order.issuer)]
        units += [unit for each in self.disputes if each.is_open for unit in (each.unit, each.giver, each.arbiter)]
        return units + [unit for task in self.tasks if task.is_open for unit in (task.unit, task.owner)]

    @property
    def first(self):
        """The leads that the owner chose."""
        return [hop for hop in self.hops if hop.parent is None and hop.role == "lead"]

    @property
    def open_work(self):
        """What stands in the way of the end. Whoever guides or is informed holds nothing up."""
        work = [hop for hop in self.hops if hop.answers] + [order for order in self.orders if order.hop.answers]
        return [each for each in work + self.disputes + self.referrals if each.is_open]

    @property
    def awaits_lead(self):
        return any(each.is_open and each.sort == "lead_department" for each in self.referrals)

    def things(self, kind):
        return {
            "case": [self], "hop": self.hops, "order": self.orders, "dispute": self.disputes,
            "referral": self.referrals, "task": self.tasks,
        }[kind]

    def is_recused(self, unit):
        """Whether a unit is kept out: it, or one above it, is recused."""
        return any(each.is_over(unit) for each in self.recused)

    def covers(self, other):
        """Whether everybody is kept out who is kept out of the other."""
        return all(self.is_recused(unit) for unit in other.recused)

    def admits(self, persona):
        """Whether nothing forbids a post to know of the case, if it has to do with it."""
        if persona.city is not self.city or persona.clearance < self.secrecy:
            return False
        return not self.recused or not any(self.is_recused(post.unit) for post in self.city.posts(persona.login))

    def is_seen_by(self, persona):
        if not self.admits(persona):
            return False
        standing = [hop for hop in self.hops if hop.stands]
        parties = [self.owner] + [party for hop in standing for party in (hop.giver, hop.unit, hop.reviewer)]
        return any(persona.unit.is_over(party) for party in parties)

    @property
    def story(self):
        """How the model has it, for whoever looks into a difference."""
        lines = [f"  {self.ref} {self.state} {self.level} secrecy {self.secrecy} recused {self.recused}"]
        for hop in self.hops:
            parent = f" below {hop.parent.ref}" if hop.parent else ""
            lines.append(f"    {hop.ref} {hop.role} {hop.giver} -> {hop.unit} ({hop.reviewer}) {hop.state}{parent}")
        lines += [f"    {each.ref} {each.issuer} -> {each.unit} {each.state} on {each.hop.ref}" for each in self.orders]
        lines += [f"    {each.ref} {each.arbiter} {each.state} on {each.hop.ref}" for each in self.disputes]
        lines += [f"    {each.ref} {each.sort} {each.state}" for each in self.referrals]
        lines += [f"    {each.hop.ref}-T{each.number} {each.owner} {each.state}" for each in self.tasks]
        return "\n".join(lines + list(self.log))
