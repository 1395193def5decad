"""What becomes of units and posts.

1. An operator administers the own unit and all below. What lies outside looks as if it were not there; the own unit
   is moved and closed from above.
2. A unit that moves takes along what it has. Who stands above it now sees that, and who stood above it no more. What it
   was kept out of with a unit above it, it is kept out of by itself from then on.
3. Work that is handed over stands with the taker: cases, open assignments that the unit has, gave or reviews, open
   orders, disputes and tasks. Where the taker would then review its own work, answer its own order or decide its own
   dispute, the owner of the case does. What is closed stays as it was. The bureau hands nothing over.
4. A unit that is closed hands everything over first; the units below it come under the taker, and so does the closed
   unit itself, so that what it did is seen from there. Its posts end, or go on at the taker's as they were; an
   operator's ends in any case. A session ends with its post. What kept it out keeps the taker out from then on, who
   must not own such a case nor work on it, itself or anybody below.
5. No work comes to a unit that is kept out of it, or below one; nor, while the case is restricted, where nobody is
   cleared for it, posts that go on there counted.
6. An officer may hold several posts, and stand in for somebody between dates; sessions are of one post. A deputy
   may know what the post stood in for may.
"""

from .city import Persona, Unit
from .rights import Refused


class Change:
    """A verb, the operator or whoever else tries it, the unit or officer it is about, and what is said with it."""

    def __init__(self, persona, verb, about, words):
        self.persona, self.verb, self.about, self.words = persona, verb, about, words

    def __repr__(self):
        words = " ".join(f"{name}={value}" for name, value in self.words.items())
        return f"{self.persona} {self.verb} {self.about} {words}".rstrip()


def take(world, change):
    """The answer to a change: None, or why it is refused."""
    try:
        if change.persona.role != "operator":
            raise Refused("unit")
        CHANGES[change.verb](world, change)
        return None
    except Refused as refusal:
        return refusal.args[0]


def _administered(change, label):
    unit = change.persona.city.unit(label)
    if unit is None or not change.persona.unit.is_over(unit):
        raise Refused("not_found" if label == change.about else "unit.unknown")
    if unit.is_closed:
        raise Refused("unit.closed")
    return unit


def _move(world, change):
    unit, parent = _administered(change, change.about), _administered(change, change.words["parent"])
    if unit is change.persona.unit:
        raise Refused("unit.own")
    if unit.parent is parent:
        raise Refused("unit.same_parent")
    if unit.is_over(parent):
        raise Refused("unit.below_itself")
    cases = _cases(world, change)
    _require_admitted(cases, _below(change, unit), parent, is_closing=True)
    kept_out = [case for case in cases if case.is_recused(unit)]
    unit.parent = parent
    for case in kept_out:
        if not case.is_recused(unit):
            case.recused.append(unit)


def _hand_over(world, change):
    unit = _administered(change, change.about)
    if unit.parent is None:
        raise Refused("unit.top")
    taker = _administered(change, change.words["to"])
    if unit is taker:
        raise Refused("unit.itself")
    _require_admitted(_cases(world, change), [unit], taker, is_closing=False)
    _require_cleared(_cases(world, change), unit, taker, [], is_closing=False)
    _give_all(world, unit, taker)


def _close(world, change):
    unit = _administered(change, change.about)
    if unit is change.persona.unit:
        raise Refused("unit.own")
    taker = _administered(change, change.words["to"])
    if unit is taker:
        raise Refused("unit.itself")
    if unit.is_over(taker):
        raise Refused("unit.below_itself")
    city, cases = change.persona.city, _cases(world, change)
    comers = [each for each in city.personas if each.unit is unit and _goes_on(each, taker, change)]
    _require_admitted(cases, _below(change, unit), taker, is_closing=True)
    followed = [case for case in cases if case.is_recused(unit) and not case.is_recused(taker)]
    if any(_has_to_do(case, each) for case in followed for each in _below(change, taker)):
        raise Refused("unit.recusal_follows")
    _require_cleared(cases, unit, taker, comers, is_closing=True)
    _give_all(world, unit, taker)
    for case in followed:
        case.recused.append(taker)
    for persona in [each for each in city.personas if each.unit is unit]:
        _leave(persona, taker if persona in comers else None)
    for below in city.units:
        if below.parent is unit and not below.is_closed:
            below.parent = taker
    unit.parent, unit.is_closed = taker, True


def _cases(world, change):
    return [case for case in world.cases if case.city is change.persona.city]


def _below(change, unit):
    """The unit and all below it, closed ones among them."""
    return [each for each in change.persona.city.units if unit.is_over(each)]


def _has_to_do(case, unit, is_closing=True):
    """Whether anything of the case stands with a unit. What is over may be opened again by its owner."""
    parts = [part for hop in case.hops if hop.is_open for part in (hop.unit, hop.giver, hop.reviewer)]
    parts += [part for order in case.orders if order.is_open for part in (order.unit, order.issuer)]
    parts += [part for each in case.disputes if each.is_open for part in (each.unit, each.giver, each.arbiter)]
    parts += [part for task in case.tasks if task.is_open for part in (task.unit, task.owner)]
    return unit in parts or unit is case.owner and (is_closing or case.is_open)


def _require_admitted(cases, units, taker, is_closing):
    for case in cases:
        if case.is_recused(taker) and any(_has_to_do(case, unit, is_closing) for unit in units):
            raise Refused("unit.recused")


def _require_cleared(cases, unit, taker, comers, is_closing):
    if any(
            case.secrecy > max([case.city.clearance(taker), *[each.clearance for each in comers]])
            and _has_to_do(case, unit, is_closing) for case in cases):
        raise Refused("unit.uncleared")


def _goes_on(persona, taker, change):
    """Whether a post goes on at the taker's, unless the officer holds it there already."""
    holds = any(each.unit is taker and each.role == persona.role for each in persona.city.posts(persona.login))
    return change.words["posts"] == "move" and persona.role != "operator" and not holds


def _leave(persona, taker):
    """The post ends, or goes on at the taker's."""
    city = persona.city
    if taker:
        persona.unit, persona.token = taker, None
    else:
        city.personas.remove(persona)


def _open(world, change):
    parent = _administered(change, change.words["parent"])
    change.persona.city.units.append(Unit(change.about, change.words["tier"], parent))


def _employ(world, change):
    unit = _administered(change, change.words["unit"])
    city, role = change.persona.city, change.words["role"]
    absent = [each for each in city.posts(change.words.get("acting_for")) if each.unit is unit and each.role == role]
    city.personas.append(Persona(city, change.about, unit, role, absent[0].clearance if absent else 0))


def _end_post(world, change):
    unit = _administered(change, change.words["unit"])
    held = [each for each in change.persona.city.posts(change.about)
            if each.unit is unit and each.role == change.words["role"]]
    if not held:
        raise Refused("post.not_held")
    for persona in held:
        persona.city.personas.remove(persona)


CHANGES = {
    "move": _move, "hand_over": _hand_over, "close": _close, "open": _open, "employ": _employ, "post": _employ,
    "end_post": _end_post,
}


def _give_all(world, unit, taker):
    for case in world.cases:
        if case.city.unit(unit.label) is unit:
            _give(case, unit, taker)


def _give(case, unit, taker):
    """What stands with a unit in a case stands with the taker."""

    def now(each):
        return taker if each is unit else each

    def unless_own(above, below):
        """Whoever stands over the work; the owner, if the taker would stand over its own."""
        return case.owner if above is taker and below is taker else above

    for hop in case.hops:
        if hop.is_open and unit in (hop.unit, hop.giver, hop.reviewer):
            hop.unit, hop.giver, hop.reviewer = now(hop.unit), now(hop.giver), now(hop.reviewer)
            hop.reviewer = unless_own(hop.reviewer, hop.unit)
    for order in case.orders:
        is_due = order.is_open or order.state == "raised" and not order.is_answered
        if is_due and unit in (order.unit, order.issuer):
            order.unit, order.issuer = now(order.unit), now(order.issuer)
            order.issuer = unless_own(order.issuer, order.unit)
    for dispute in case.disputes:
        if dispute.is_open and unit in (dispute.unit, dispute.giver, dispute.arbiter):
            dispute.unit, dispute.giver, dispute.arbiter = now(dispute.unit), now(dispute.giver), now(dispute.arbiter)
            dispute.arbiter = unless_own(dispute.arbiter, dispute.unit)
    for task in case.tasks:
        if task.is_open:
            task.unit, task.owner = now(task.unit), now(task.owner)
