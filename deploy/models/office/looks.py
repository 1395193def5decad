"""What a persona sees: as the model has it, and as the product shows it."""

from .doors import VERBS_BY_COMMAND
from .rights import RIGHTS, offered

ALL_VERBS = {verb for verbs in RIGHTS.values() for verb in verbs}


def expected(case, persona):
    """A case as the model shows it."""

    def parts(things, *more):
        return sorted(
            (each.ref, each.state, *(str(of(each)) for of in more), sorted(offered(each, persona)))
            for each in things if each.is_seen_by(persona)
        )

    seen = [hop for hop in case.hops if hop.is_seen_by(persona)]
    return {
        "state": case.state, "level": case.level, "secrecy": case.secrecy, "outcome": case.outcome,
        "allowed": sorted(offered(case, persona)), "awaits_lead": case.awaits_lead,
        "into": case.into.ref if case.into and case.into.is_seen_by(persona) else None,
        "merged": sorted(each.ref for each in case.merged if each.is_seen_by(persona)),
        "leads": sorted(lead.id for lead in case.leads),
        "visits": case.visits, "proposes": case.proposes if case.state == "concluded" else None,
        "urges": case.urges + sum(hop.urges for hop in seen),
        "hops": parts(
            seen, lambda hop: hop.role, lambda hop: hop.unit, lambda hop: hop.reviewer,
            lambda hop: hop.dispute and hop.dispute.ref, lambda hop: hop.duties(persona.unit)),
        "orders": parts(case.orders, lambda order: order.grade),
        "disputes": parts(case.disputes, lambda dispute: dispute.decided),
        "referrals": parts(case.referrals),
    }


def shown(body):
    """A case as the JSON door shows it."""

    def parts(things, *more):
        return sorted((each["ref"], each["state"], *(str(of(each)) for of in more), known(each)) for each in things)

    return {
        "state": body["state"], "level": body["level"], "secrecy": body["secrecy"], "outcome": body["outcome"],
        "allowed": known(body), "awaits_lead": body["awaiting_lead"], "into": body["merged_into"],
        "merged": sorted(body["merged"]),
        "leads": sorted(lead["id"] for lead in body["leads"]),
        "visits": len(body["return_visits"]), "proposes": body["proposes"], "urges": body["urges"],
        "hops": parts(
            body["assignments"], lambda hop: hop["role"], lambda hop: hop["unit"]["label"],
            lambda hop: hop["reviewer"]["label"], lambda hop: hop["dispute"], lambda hop: hop["action_required"] or []),
        "orders": parts(body["supervisions"], lambda order: order["grade"]),
        "disputes": parts(body["disputes"], lambda dispute: (dispute["decided"] or {}).get("label")),
        "referrals": parts(body["referrals"]),
    }


def known(body):
    """What is offered of the steps that the model has rules for."""
    return sorted(verb for verb in body["allowed_actions"] if verb in ALL_VERBS)


def expected_on_line(case, persona):
    """What the line shows of a case, as the model has it."""

    def parts(things):
        seen = [each for each in things if each.is_seen_by(persona)]
        return sorted((each.ref, each.state, sorted(offered(each, persona))) for each in seen)

    return {
        "state": case.state, "allowed": sorted(offered(case, persona)), "hops": parts(case.hops),
        "orders": parts(case.orders), "disputes": parts(case.disputes), "referrals": parts(case.referrals),
    }


def shown_on_line(body):
    """The same, as the line shows it."""

    def parts(things):
        return sorted((each["ref"], each["state"], known_commands(each)) for each in things)

    return {
        "state": body["state"], "allowed": known_commands(body), "hops": parts(body["assignments"]),
        "orders": parts(body["orders"]), "disputes": parts(body["disputes"]), "referrals": parts(body["referrals"]),
    }


def known_commands(body):
    return sorted(VERBS_BY_COMMAND[command] for command in body["next"] if command in VERBS_BY_COMMAND)
