"""Time passes, and what is late is pressed.

Whoever has not signed or not answered in time gets an order of the giver, once for each time it was set, unless an
order about the work stands. An order that is not answered in time goes to the tier above its issuer, as a serious one
to the issuer about the issuer's own part; unless nobody stands there, or an order from there stands. Of several that
are late together any may come first; so what the product made of them is judged, not foretold. Nothing of a merged
case is late.
"""

from .case import Order


class Fault(Exception):
    """What the product did that it should not, or did not that it should."""


def late_hops(case):
    """Assignments whose time runs out now."""
    return [hop for hop in case.hops if hop.is_demanded and not hop.is_late]


def late_orders(case):
    """Orders that wait for a reply whose time runs out now."""
    return [order for order in case.orders if order.state == "issued" and not order.is_late]


def press(case, told):
    """Takes over what the product made of a case when its time ran out.

    told: the orders of the case as the product shows them, first to last.
    """
    hops, orders = late_hops(case), late_orders(case)
    known = {order.ref for order in case.orders}
    for each in told:
        if each["ref"] not in known:
            case.orders.append(_issued(case, each, hops, orders))
    for hop in hops:
        _require_order(hop)
        hop.is_late = True
    for order in orders:
        _require_above(order)
        order.is_late = True


def _issued(case, told, hops, orders):
    """A new order, if there is a cause for it."""
    hop = next(each for each in case.hops if each.ref == told["assignment"])
    issuer, unit = case.city.unit(told["from"]["label"]), case.city.unit(told["unit"]["label"])
    source = next((each for each in orders if each.ref == told["raised_from"]), None)
    if source:
        is_due = issuer is source.issuer.parent and unit is source.issuer and hop is (source.hop.parent or source.hop)
        source.state = "raised"
    else:
        is_due = hop in hops and issuer is hop.giver and unit is hop.unit and told["raised_from"] is None
    if not is_due or told["grade"] != ("serious" if source else "general") or told["state"] != "issued":
        raise Fault(f"{told['ref']} without a cause")
    order = Order(hop, issuer, unit, told["grade"])
    order.ref, order.id = told["ref"], told["id"]
    return order


def _require_order(hop):
    if not any(each.hop is hop and each.unit is hop.unit and each.state in ("issued", "replied", "raised")
               for each in hop.case.orders):
        raise Fault(f"{hop.ref} is late, and no order came")


def _require_above(order):
    above, about = order.issuer.parent, order.hop.parent or order.hop
    stands = any(each.is_open and each.hop is about and each.issuer is above and each.unit is order.issuer
                 for each in order.case.orders)
    if order.state == "issued" and above and not stands:
        raise Fault(f"{order.ref} is late, and did not go up")
