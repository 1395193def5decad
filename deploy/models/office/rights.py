"""Who may take which step: by the role of the post, then by its unit, then by where things stand.

The first of these that is missing is told. What is offered is what would not be refused, as far as that can be told
before something is said: of a final feedback the open tasks and assists are not looked at.

1. The owner's dispatchers and leaders grade, conclude, dismiss, reopen, refer, recuse, restrict; its dispatchers
   assign, merge and un-merge; its dispatchers and duty officers attach and detach leads, and visit. The owner is
   urged by its leaders and duty officers, there being nobody above it.
2. The assigned unit signs, returns, disputes, passes on, feeds back, has tasks done; whoever reviews accepts or sends
   back; whoever gave the work recalls it before it was signed, and ends the part of a guide that has signed. Whoever
   guides comments. Whoever stands at or above the giver urges and supervises the unit while it has something to do, and
   whoever has its feedback to review; nobody their own unit, but that its leaders and duty officers urge it.
3. The same work is returned twice and no more, until a decision on it or the next opening of the case; but whoever
   guides or is informed returns it as often as it comes. Work that a decision bound to its unit, and work in dispute,
   is neither returned nor recalled nor disputed.
4. A dispute is decided by the arbiter's leader; by the bureau's dispatcher too, where the bureau did not give the
   work itself. Whoever raised it withdraws it.
5. An order is answered by its unit, once it was raised as well if it was not before, and lifted, upheld or raised by
   its issuer, if anybody stands above that.
6. A referral is answered by the owner's dispatchers and leaders, and waived by its leaders alone. A task is done by
   the unit that is to do it or the one that set it, and dropped by the latter.
7. What ended is opened again until the plan's window is over, here on the day after next.
8. Nothing in a merged case moves, and whoever tries is told so before all else; the un-merge is offered, and what
   opens it again: the lifting of a recusal, and the restriction of a case that is restricted.
"""

from typing import Callable, NamedTuple

BINDING = ("return", "recall", "dispute")


class Refused(Exception):
    """Why: not_found, role, unit, state.<state>, field.<name>, or the rule that stands against it."""


class Right(NamedTuple):
    """Who may take a step, and what stands in its way.

    - roles: the posts that may, or a function of what it is about
    - holds: whether it is the persona's unit's to take
    - bar: why it cannot be taken now; None: it can
    """

    roles: object
    holds: Callable
    bar: Callable


def _is_owner(case, persona):
    return persona.unit is case.owner


def _in(*states):
    """Possible in these states alone."""
    return lambda thing, words: None if thing.state in states else f"state.{thing.state}"


def _while_open(case, words):
    return None if case.is_open else f"state.{case.state}"


def _unless_archived(case, words):
    return None


def _restrict(case, words):
    return f"state.{case.state}" if case.is_frozen and not case.secrecy else None


def _conclude(case, words):
    if case.state in ("graded", "assigned", "accepted") and case.open_work:
        return "open_work"
    return _in("graded", "accepted")(case, words)


def _reopen(case, words):
    if case.state not in ("concluded", "dismissed"):
        return f"state.{case.state}"
    return "window.over" if case.city.day - case.ended_on > 1 else None


def _lift_recusal(case, words):
    return None if case.recused else f"state.{case.state}"


def _looks_on(case, persona):
    """Stands above the owner, or in it without handling the case."""
    return persona.unit.is_over(case.owner) and (persona.unit is not case.owner or persona.role in ("leader", "duty"))


def _is_assigned(hop, persona):
    return persona.unit is hop.unit


def _is_giver(hop, persona):
    return persona.unit is hop.giver


def _is_reviewer(hop, persona):
    return persona.unit is hop.reviewer


def _guides(hop, persona):
    return persona.unit in hop.guides


def _supervises(hop, persona):
    return persona.unit.is_over(hop.giver) and persona.unit is not hop.pressed


def _urges(hop, persona):
    return persona.unit.is_over(hop.giver) and (
        persona.unit is not hop.pressed or persona.role in ("leader", "duty"))


def _if(possible):
    """Possible as the function of the thing says; else its state stands against it."""
    return lambda thing, words: None if possible(thing) else f"state.{thing.state}"


def _binding(verb, possible):
    """A step that would take the work away: past a decision or a dispute, while the work is open."""

    def bar(hop, words):
        if hop.is_open and hop.is_bound:
            return "dispute.bound"
        if hop.is_open and hop.dispute:
            return "dispute.open"
        return None if possible(hop) else f"state.{hop.state}"

    return bar


def _return(hop, words):
    bar = _binding("return", lambda hop: hop.state in ("assigned", "received"))(hop, words)
    return bar or ("return_limit" if hop.answers and hop.returns >= MOST_RETURNS else None)


def _feed_back(hop, words):
    is_interim = words is not None and words["kind"] == "interim"
    waits = hop.has_open_children and not is_interim
    return _if(lambda hop: hop.answers and hop.state in ("received", "forwarded") and not waits)(hop, words)


def _arbiters(dispute):
    is_above = dispute.arbiter.parent is None and dispute.arbiter is not dispute.giver
    return {"leader", "dispatcher"} if is_above else {"leader"}


def _reply(order, words):
    waits = order.state == "issued" or order.state == "raised" and not order.is_answered
    return None if waits else f"state.{order.state}"


def _raise(order, words):
    if order.state not in ("issued", "replied"):
        return f"state.{order.state}"
    return "nobody_above" if order.issuer.parent is None else None


def _issued(order, persona):
    return persona.unit is order.issuer


def _may_have_done(task, persona):
    return persona.unit in (task.unit, task.owner)


def _asked(referral, persona):
    return persona.unit is referral.case.owner


MOST_RETURNS = 2

# What can be done with a merged case.
THAWED = ("unmerge", "lift_recusal", "restrict")

OFFICE = {"dispatcher", "leader"}
DESK = {"dispatcher", "duty"}
WORK = {"dispatcher", "handler"}
REVIEW = {"dispatcher", "reviewer"}
PRESSING = {"dispatcher", "duty", "reviewer", "leader"}

RIGHTS = {
    "case": {
        "grade": Right(OFFICE, _is_owner, _while_open),
        "assign": Right({"dispatcher"}, _is_owner, _in("graded", "assigned", "accepted")),
        "conclude": Right(OFFICE, _is_owner, _conclude),
        "dismiss": Right(OFFICE, _is_owner, _in("registered", "graded")),
        "reopen": Right(OFFICE, _is_owner, _reopen),
        "refer": Right(OFFICE, _is_owner, _while_open),
        "visit": Right(DESK, _is_owner, _in("concluded")),
        "attach_lead": Right(DESK, _is_owner, _while_open),
        "detach_lead": Right(DESK, _is_owner, _while_open),
        "merge": Right({"dispatcher"}, _is_owner, _while_open),
        "unmerge": Right({"dispatcher"}, _is_owner, _in("merged")),
        "recuse": Right(OFFICE, _is_owner, _unless_archived),
        "lift_recusal": Right(OFFICE, _is_owner, _lift_recusal),
        "restrict": Right(OFFICE, _is_owner, _restrict),
        "urge": Right(PRESSING, _looks_on, _while_open),
    },
    "hop": {
        "receive": Right(WORK | {"duty"}, _is_assigned, _in("assigned")),
        "return": Right(WORK, _is_assigned, _return),
        "recall": Right({"dispatcher"}, _is_giver, _binding("recall", lambda hop: hop.state == "assigned")),
        "forward": Right({"dispatcher"}, _is_assigned,
                         _if(lambda hop: hop.answers and hop.state in ("received", "forwarded"))),
        "feed_back": Right(WORK, _is_assigned, _feed_back),
        "accept": Right(REVIEW, _is_reviewer, _in("fed_back")),
        "send_back": Right(REVIEW, _is_reviewer, _in("fed_back")),
        "urge": Right(PRESSING, _urges, _if(lambda hop: hop.is_pressed)),
        "supervise": Right(OFFICE, _supervises, _if(lambda hop: hop.is_pressed)),
        "end_guidance": Right(OFFICE, _is_giver, _if(lambda hop: hop.role == "guide" and hop.state == "received")),
        "dispute": Right(WORK, _is_assigned,
                         _binding("dispute", lambda hop: hop.answers and hop.state in ("assigned", "received"))),
        "comment": Right(WORK | {"reviewer", "leader"}, _guides, _if(lambda hop: hop.answers and hop.is_open)),
        "add_task": Right(WORK | {"leader"}, _is_assigned,
                          _if(lambda hop: hop.answers and hop.state in ("received", "forwarded"))),
    },
    "order": {
        "reply": Right(WORK | {"leader"}, _is_assigned, _reply),
        "lift": Right(OFFICE, _issued, _in("replied")),
        "uphold": Right(OFFICE, _issued, _in("replied")),
        "raise": Right(OFFICE, _issued, _raise),
    },
    "dispute": {
        "arbitrate": Right(_arbiters, lambda dispute, persona: persona.unit is dispute.arbiter, _in("open")),
        "withdraw": Right(WORK, _is_assigned, _in("open")),
    },
    "referral": {
        "answer_referral": Right(OFFICE, _asked, _in("open")),
        "waive_referral": Right({"leader"}, _asked, _in("open")),
    },
    "task": {
        "finish_task": Right(WORK | {"duty"}, _may_have_done, _in("open")),
        "drop_task": Right(WORK | {"leader"}, _is_assigned, _in("open")),
    },
}


def require(verb, thing, persona, words):
    """Refuses a step that is not this persona's to take now."""
    reason = _reason(verb, thing, persona, words)
    if reason:
        raise Refused(reason)


def offered(thing, persona):
    """What a persona may do with something it sees."""
    if thing.case.is_frozen and thing.kind != "case":
        return []
    if thing.case.is_frozen:
        return [verb for verb in THAWED if _reason(verb, thing, persona, None) is None]
    return [verb for verb in RIGHTS[thing.kind] if _reason(verb, thing, persona, None) is None]


def _reason(verb, thing, persona, words):
    right = RIGHTS[thing.kind][verb]
    roles = right.roles(thing) if callable(right.roles) else right.roles
    if persona.role not in roles:
        return "role"
    if not right.holds(thing, persona):
        return "unit"
    return right.bar(thing, words)
