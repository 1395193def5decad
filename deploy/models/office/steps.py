"""What comes of a step.

Loop: the same unit is not given the same work twice; a final feedback waits for all that was passed on, for the tasks
of the assignment, and as a lead's for its assists. A case is accepted once no lead of the owner is open and one was
accepted since it was last opened; it goes back to graded when none was. It is concluded and dismissed with no work
open, and has an outcome then: what was found by whoever was accepted, if they agree, or what is said. What was found
is said of nothing but what was accepted found; of several that disagree, that it is so in part.

Several units: leads and assists go to units directly below, guides and those informed to any below; a unit has one
part at a time. The assist's feedback goes to the lead, if there is exactly one, and a lead's to the guide that stands
longest, where the plan has it so for the matter; else to the giver. A receipt ends what only informs. Guides end when
the last lead is accepted, those that whoever accepts it sees, and everybody with the case. What a unit that leaves
had to review goes back to the giver, when its part is ended as well. A task is for the own unit, or one below that has
an open part in the case; it goes back to the own unit when that one has no part any more. Tasks end with the
assignment.

Disputes: the same work of the same role is returned twice, and no more before a dispute over it is decided or the
case is opened again. A dispute lapses when the unit passes the work on, feeds back, or loses it. It is decided for a
unit directly below the giver, which is bound to the work it has or gets, or for the giver itself; unless for the unit
that raised it, that one's part counts as returned.

Orders: the same order is not issued twice. Raised, it becomes a serious one of the tier above to the issuer, about
the issuer's own part if it has one. It lapses with the assignment.

Merging: into an open case of the same owner that is sealed alike, while no order, dispute or referral is open. It
freezes, its leads go along, and the other takes the graver level. The un-merge brings back the state and the leads that
came along and were not moved since; what was merged last is undone first. A case keeps one lead at least, and so does
each that was merged into it.

Sealing: neither the owner nor those above are recused. A recusal ends whatever the unit and those below have and have
given, as if recalled; what they would review goes to the giver. Work is sent to nobody who is recused or whose unit
has no post that is cleared. Nobody restricts a case beyond the own clearance, nor beyond that of a unit that has to do
with it. What was merged into a case is sealed with it, and is opened before it; what a unit recused meanwhile had to do
there ends with the un-merge.
"""

import copy

from .case import LEVELS, Dispute, Hop, Order, Referral, Task
from .rights import Refused, require


class World:
    """All cases of all cities, first to last, and the leads in none."""

    def __init__(self, cases=(), loose=()):
        self.cases, self.loose = list(cases), list(loose)
        self._by_ref = {case.ref: case for case in self.cases}

    def add(self, case):
        self.cases.append(case)
        self._by_ref[case.ref] = case

    def find(self, ref):
        """The case of this ref; None: there is none."""
        return self._by_ref.get(ref)

    def branch(self, cases):
        """A world that may go another way: some cases are copies, with all that is merged with them."""
        whole = list(cases)
        for case in whole:
            whole += [each for each in [*case.merged, case.into] if each and each not in whole]
        twins = dict(zip([case.ref for case in whole], copy.deepcopy(whole)))
        return World([twins.get(case.ref, case) for case in self.cases], self.loose)

    def adopt(self, branch):
        """Goes the way that a branch went."""
        self.cases[:], self.loose[:], self._by_ref = branch.cases, branch.loose, branch._by_ref

    def take(self, step):
        """The answer to one step: None, or why it is refused. What it made, or told of, stands in `step.made` then."""
        step.made = []
        try:
            step.check()
            thing = step.thing
            case, persona = thing.case, step.persona
            if not thing.is_seen_by(persona):
                raise Refused("not_found")
            if case.is_frozen:
                _require_thawed(step.verb, case)
            require(step.verb, thing, persona, step.words)
            case.moment += 1
            step.made = [each for each in DEEDS[thing.kind][step.verb](self, step, thing) or () if each]
            return None
        except Refused as refusal:
            return refusal.args[0]


def _require_thawed(verb, case):
    if verb in ("merge", "unmerge", "lift_recusal") or verb == "restrict" and case.secrecy:
        return
    # It is sealed further through the case that goes on.
    raise Refused({"recuse": "field.unit", "restrict": "field.secrecy"}.get(verb, "state.merged"))


# ---- The case


def _grade(world, step, case):
    if step.words["level"] not in LEVELS:
        raise Refused("field.level")
    case.level = step.words["level"]
    case.matter = step.words.get("matter", case.matter)
    if case.state == "registered":
        case.state = "graded"


def _assign(world, step, case):
    role = step.words["role"]
    unit = _receiver(case, step.words["unit"], case.owner, is_direct=role in ("lead", "assist"))
    standing = next((hop for hop in case.hops if hop.is_open and hop.unit is unit and hop.giver is case.owner), None)
    if standing and standing.role != role:
        raise Refused("field.unit")
    if standing:
        return []
    if role == "lead":
        case.state = "assigned"
    return [_open(Hop(case, None, case.owner, unit, role))]


def _receiver(case, label, giver, is_direct=True):
    """The unit that work, or word of it, is sent to."""
    unit = case.city.open_unit(label)
    if unit is None or unit is giver or not giver.is_over(unit) or is_direct and unit.parent is not giver:
        raise Refused("field.unit")
    _admit(case, unit)
    return unit


def _admit(case, unit):
    if case.is_recused(unit) or case.city.clearance(unit) < case.secrecy:
        raise Refused("field.unit")


def _open(hop):
    hop.case.hops.append(hop)
    return hop


def _conclude(world, step, case):
    case.outcome = _said(case, step.words.get("outcome")) or _found(case)
    _close(case)
    case.state, case.ended_on = "concluded", case.city.day


def _said(case, outcome):
    """What is said that the case came to, if nothing that was found speaks against it."""
    possible = _verdicts(case) or {"unverifiable"}
    if len(possible) > 1 and possible & {"substantiated", "partly_substantiated"}:
        possible.add("partly_substantiated")
    if outcome not in {None, "explained_not_met", "adopted", *possible}:
        raise Refused("field.outcome")
    return outcome


def _verdicts(case):
    return {hop.verdict for hop in case.first if hop.accepted_in == case.round}


def _found(case):
    """What those came to who were accepted since the case was last opened."""
    verdicts = _verdicts(case)
    if len(verdicts) != 1:
        raise Refused("field.outcome")
    return verdicts.pop()


def _dismiss(world, step, case):
    if case.open_work:
        raise Refused("open_work")
    _close(case)
    case.state, case.ended_on = "dismissed", case.city.day


def _close(case):
    """With the case everything ends that only went along with it."""
    for hop in case.hops:
        if hop.is_open and not hop.answers:
            hop.state = "closed"
            _lapse_orders(hop)


def _reopen(world, step, case):
    case.state = "graded" if case.state == "concluded" else "registered"
    case.outcome, case.proposes = None, None
    case.round += 1
    case.reopened_at = case.moment


def _visit(world, step, case):
    case.visits += 1
    if step.words["reached"]:
        case.proposes = "reopen" if step.words["satisfaction"] == "dissatisfied" else None


def _urge(world, step, thing):
    thing.urges += 1


def _refer(world, step, case):
    referral = Referral(case, step.words["kind"])
    case.referrals.append(referral)
    return [referral]


def _answer(world, step, referral):
    if referral.sort == "lead_department" and not step.words.get("lead"):
        raise Refused("field.lead")
    referral.state = "answered"


def _waive(world, step, referral):
    referral.state = "waived"


# ---- The assignment


def _receive(world, step, hop):
    hop.state = "received"
    if hop.role == "inform":
        hop.state = "closed"
        _lapse_orders(hop)


def _return(world, step, hop):
    if "proposed" in step.words:
        _proposed(step, hop)
    _give_up(hop)


def _proposed(step, hop):
    unit = hop.case.city.open_unit(step.words["proposed"])
    if unit is None or unit is hop.unit:
        raise Refused("field.proposed")
    return unit


def _give_up(hop):
    hop.returned_at = hop.case.moment
    _end(hop, "returned")


def _recall(world, step, hop):
    _end(hop, "recalled")


def _end(hop, state):
    """The unit has no part any more; whoever gave it has the work again."""
    case = hop.case
    hop.state = state
    _lapse_dispute(hop)
    _lapse_orders(hop)
    for task in hop.tasks:
        task.state = "dropped" if task.is_open else task.state
    _give_back_tasks(case, hop.unit)
    _give_back_reviews(hop)
    if hop in case.first and case.state == "assigned" and not any(each.is_open for each in case.first):
        case.state = "accepted" if any(each.accepted_in == case.round for each in case.first) else "graded"


def _give_back_tasks(case, unit):
    if unit is case.owner or any(hop.stands and hop.unit is unit for hop in case.hops):
        return
    for task in case.tasks:
        if task.is_open and task.owner is unit:
            task.owner = task.unit


def _give_back_reviews(gone):
    for other in gone.siblings:
        if other is not gone and other.is_open and other.reviewer is gone.unit:
            other.reviewer = other.giver
            for order in other.case.orders:
                if order.hop is other and order.unit is gone.unit and order.is_open:
                    order.state = "lifted"


def _end_guidance(world, step, hop):
    hop.state = "closed"
    _lapse_orders(hop)
    _give_back_reviews(hop)


def _lapse_orders(hop):
    for order in hop.case.orders:
        if order.hop is hop and order.is_open:
            order.state = "lifted"


def _lapse_dispute(hop):
    if hop.dispute:
        hop.dispute.state = "withdrawn"


def _forward(world, step, hop):
    unit = _receiver(hop.case, step.words["unit"], hop.unit)
    if any(child.is_open and child.unit is unit for child in hop.children):
        return []
    hop.state = "forwarded"
    _lapse_dispute(hop)
    return [_open(Hop(hop.case, hop, hop.unit, unit, hop.role))]


def _feed_back(world, step, hop):
    if step.words["kind"] == "final":
        if any(task.is_open for task in hop.tasks) or _waits_for_assists(hop):
            raise Refused("open_work")
        hop.state, hop.reviewer, hop.verdict = "fed_back", _reviewer(hop), step.words["verdict"]
        _lapse_dispute(hop)
    hop.feedbacks += 1
    hop.feedback = None
    return [hop]


def _waits_for_assists(hop):
    if hop.parent is not None or hop.role != "lead":
        return False
    return any(each.is_open and each.role == "assist" and each.parent is None for each in hop.siblings)


def _reviewer(hop):
    """Who reviews a final feedback."""
    if hop.parent is not None:
        return hop.giver
    others = [each for each in hop.siblings if each.is_open and each.parent is None]
    leads = [each for each in others if each.role == "lead"]
    guides = [each for each in others if each.role == "guide"]
    if hop.role == "assist" and len(leads) == 1:
        return leads[0].unit
    if hop.role == "lead" and hop.case.matter == "law" and guides:
        return guides[0].unit
    return hop.giver


def _accept(world, step, hop):
    hop.state, hop.accepted_in = "accepted", hop.case.round
    case = hop.case
    if hop not in case.first or any(each.is_open for each in case.first):
        return
    for guide in hop.siblings:
        if guide.role == "guide" and guide.is_open and guide.is_seen_by(step.persona):
            guide.state = "closed"
            _lapse_orders(guide)
    if case.state == "assigned":
        case.state = "accepted"


def _send_back(world, step, hop):
    # There is time anew.
    hop.state, hop.is_late = "received", False


def _comment(world, step, hop):
    hop.comments += 1


def _add_task(world, step, hop):
    label = step.words.get("unit")
    owner = hop.case.city.open_unit(label) if label else hop.unit
    if owner is None or not hop.unit.is_over(owner):
        raise Refused("field.unit")
    _admit(hop.case, owner)
    has_part = owner is hop.case.owner or any(each.is_open and each.unit is owner for each in hop.case.hops)
    if owner is not hop.unit and not has_part:
        raise Refused("field.unit")
    task = Task(hop, len(hop.tasks) + 1, owner)
    hop.case.tasks.append(task)
    return [task]


def _finish_task(world, step, task):
    task.state = "done"


def _drop_task(world, step, task):
    task.state = "dropped"


# ---- Disputes


def _dispute(world, step, hop):
    dispute = Dispute(hop, _proposed(step, hop))
    hop.case.disputes.append(dispute)
    return [dispute]


def _arbitrate(world, step, dispute):
    hop, case = dispute.hop, dispute.case
    unit = case.city.open_unit(step.words["unit"])
    if unit is None or unit is not hop.giver and unit.parent is not hop.giver:
        raise Refused("field.unit")
    if unit is not hop.giver:
        _admit(case, unit)
    standing = next(
        (each for each in hop.siblings if each.parent is hop.parent and each.unit is unit and each.is_open), None)
    if standing and standing.role != hop.role:
        raise Refused("field.unit")
    dispute.state, dispute.decided, dispute.decided_at = "decided", unit, case.moment
    if unit is hop.giver:
        _give_up(hop)
        return []
    # What the unit has already counts as the work.
    holding = standing or _open(Hop(case, hop.parent, hop.giver, unit, hop.role, hop.reviewer))
    holding.is_bound = True
    if holding is not hop:
        _give_up(hop)
    return [] if standing else [holding]


def _withdraw(world, step, dispute):
    dispute.state = "withdrawn"


# ---- Orders


def _supervise(world, step, hop):
    issuer, unit = step.persona.unit, hop.pressed
    if any(each.is_open and each.hop is hop and (each.issuer, each.unit) == (issuer, unit) for each in hop.case.orders):
        return []
    return [_issue(Order(hop, issuer, unit, step.words.get("grade", "general")))]


def _issue(order):
    order.case.orders.append(order)
    return order


def _reply(world, step, order):
    order.is_answered = True
    if order.state == "issued":
        order.state = "replied"


def _lift(world, step, order):
    order.state = "lifted"


def _uphold(world, step, order):
    order.state, order.is_late, order.is_answered = "issued", False, False


def _raise(world, step, order):
    order.state = "raised"
    return [_issue(Order(order.hop.parent or order.hop, order.issuer.parent, order.issuer, "serious"))]


# ---- Leads and cases of one matter


def _attach(world, step, case):
    lead = _lead(world, step)
    if lead is None or not lead.is_seen_by(step.persona) or lead.case not in (None, case):
        raise Refused("field.lead")
    if lead.case is None:
        world.loose.remove(lead)
        _move(lead, case)
        lead.trail = []


def _lead(world, step):
    everywhere = [*world.loose, *(lead for case in world.cases for lead in case.leads)]
    return next((lead for lead in everywhere if lead.id == step.words["lead"]), None)


def _move(lead, case):
    if lead.case:
        lead.case.leads.remove(lead)
    lead.case = case
    if case:
        case.leads.append(lead)


def _detach(world, step, case):
    lead = _lead(world, step)
    if lead is None or lead.case is not case or sum(each.trail == lead.trail for each in case.leads) < 2:
        raise Refused("field.lead")
    _move(lead, None)
    lead.trail = []
    world.loose.append(lead)


def _merge(world, step, case):
    other = world.find(step.words["into"])
    if other is None or other is case or not other.is_seen_by(step.persona) or not other.is_open:
        raise Refused("field.into")
    if other.secrecy != case.secrecy or not other.covers(case) or not case.covers(other):
        raise Refused("field.into")
    if case.formal_work:
        raise Refused("open_work")
    case.before, case.state, case.into = case.state, "merged", other
    other.merged.append(case)
    for lead in list(case.leads):
        _move(lead, other)
        lead.trail.append(case.ref)
    if case.level and (other.level is None or LEVELS.index(case.level) > LEVELS.index(other.level)):
        other.level = case.level
        other.state = "graded" if other.state == "registered" else other.state


def _unmerge(world, step, case):
    other = case.into
    if other.is_frozen:
        raise Refused("field.case")
    case.state, case.before, case.into = case.before, None, None
    other.merged.remove(case)
    for lead in list(other.leads):
        if lead.trail and lead.trail[-1] == case.ref:
            lead.trail.pop()
            _move(lead, case)
    for unit in case.recused:
        _take_back(case, unit)


# ---- Who is kept out


def _recuse(world, step, case):
    unit = case.city.unit(step.words["unit"])
    if unit is None or unit.is_over(case.owner):
        raise Refused("field.unit")
    for each in [case, *case.absorbed]:
        if not each.is_recused(unit):
            each.recused.append(unit)
    if not case.is_frozen:
        _take_back(case, unit)


def _take_back(case, unit):
    """Whatever a unit that is recused, and those below it, have and have given ends."""
    for hop in case.hops:
        if hop.is_open and (unit.is_over(hop.unit) or unit.is_over(hop.giver)):
            _end(hop, "recalled")
    for hop in case.hops:
        if hop.is_open and unit.is_over(hop.reviewer):
            hop.reviewer = hop.giver
    for order in case.orders:
        if order.is_open and unit.is_over(order.unit):
            order.state = "lifted"


def _lift_recusal(world, step, case):
    unit = case.city.unit(step.words["unit"])
    if unit not in case.recused:
        raise Refused("field.unit")
    left = [each for each in case.recused if each is not unit]
    for each in case.absorbed:
        if not all(any(upper.is_over(lower) for upper in left) for lower in each.recused):
            raise Refused("field.unit")
    case.recused = left


def _restrict(world, step, case):
    secrecy = step.words["secrecy"]
    if secrecy > step.persona.clearance or any(each.secrecy > secrecy for each in case.absorbed):
        raise Refused("field.secrecy")
    if secrecy > case.secrecy and (
        case.is_frozen or any(case.city.clearance(unit) < secrecy for unit in case.involved)
    ):
        raise Refused("field.secrecy")
    if secrecy >= case.secrecy:
        for each in case.absorbed:
            each.secrecy = max(secrecy, each.secrecy)
    case.secrecy = secrecy


DEEDS = {
    "case": {
        "grade": _grade, "assign": _assign, "conclude": _conclude, "dismiss": _dismiss, "reopen": _reopen,
        "refer": _refer, "visit": _visit, "attach_lead": _attach, "detach_lead": _detach, "merge": _merge,
        "unmerge": _unmerge, "recuse": _recuse, "lift_recusal": _lift_recusal, "restrict": _restrict, "urge": _urge,
    },
    "hop": {
        "receive": _receive, "return": _return, "recall": _recall, "forward": _forward, "feed_back": _feed_back,
        "accept": _accept, "send_back": _send_back, "urge": _urge, "supervise": _supervise, "dispute": _dispute,
        "comment": _comment, "add_task": _add_task, "end_guidance": _end_guidance,
    },
    "order": {"reply": _reply, "lift": _lift, "uphold": _uphold, "raise": _raise},
    "dispute": {"arbitrate": _arbitrate, "withdraw": _withdraw},
    "referral": {"answer_referral": _answer, "waive_referral": _waive},
    "task": {"finish_task": _finish_task, "drop_task": _drop_task},
}
