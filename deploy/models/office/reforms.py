"""The play of units and posts: somebody reforms a city, and all go on working in it."""

import datetime
import time

from . import tree
from .city import ROLES
from .doors import LINE_CHANGES
from .tree import Change

# So many units of a tier there shall be; what is closed is made up for.
WANTED = {"department": 2, "district": 2, "station": 4}
# How long deputies act, in seconds: longer than the play, or so that their end is waited for.
DAY = 86_400
BRIEF = 5


class Reforms:
    """Changes of units and posts in a play."""

    def __init__(self, play):
        self.play, self.rng, self.made = play, play.rng, 0

    def one(self):
        city = self.rng.choice(self.play.cities)
        dice = self.rng.random()
        if dice < 0.2:
            self._deputise(city)
        elif dice < 0.23:
            self._deputise_briefly(city)
        else:
            self._do(self.play.dice.change(city))
            for tier, wanted in WANTED.items():
                if sum(unit.tier == tier and not unit.is_closed for unit in city.units) < wanted:
                    self._found(city, tier)
        self._look(city)
        self.play.counts["reforms"] += 1

    def _do(self, change):
        city = change.persona.city
        before = list(city.personas)
        by_line = change.verb in LINE_CHANGES and self.rng.random() < 0.2 and change.persona.is_alone
        door = self.rng.choice(self.play.line if by_line else self.play.json)
        told = door.change(change)
        expected = tree.take(self.play.world, change)
        self.play.agree(repr(change), expected, told)
        for case in self.play.world.cases:
            if case.is_open and case.city is city:
                case.log.append(f"  {self.play.step}: {change} {told or 'done'}")
        for persona in before:
            if persona not in city.personas:
                self._require_ended(persona)
        for persona in city.personas:
            if persona.token is None:
                self._enter(persona)

    def _enter(self, persona):
        for line in self.play.line:
            line.forget(persona)
        self.play.json[0].log_in(persona)

    def _require_ended(self, persona):
        """A session ends with its post."""
        status, _ = self.rng.choice(self.play.json).ask(persona, "GET", "/me")
        self.play.agree(f"session of {persona} whose post ended", 401, status)
        for line in self.play.line:
            line.forget(persona)

    def _operator(self, city):
        return next(each for each in city.personas if each.unit is city.root and each.role == "operator")

    def _found(self, city, tier):
        """Opens a unit with its staff."""
        self.made += 1
        above = [city.root] if tier != "station" else [
            unit for unit in city.units if unit.tier == "district" and not unit.is_closed] or [city.root]
        label = f"{tier}-new-{self.made}"
        operator = self._operator(city)
        self._do(Change(operator, "open", label, {"parent": self.rng.choice(above).label, "tier": tier}))
        for role in ROLES[tier]:
            self._do(Change(operator, "employ", f"{role}.{label}", {"unit": label, "role": role}))

    # Deputies

    def _deputise(self, city):
        """Somebody stands in for somebody else, or does so no more."""
        deputies = [each for each in city.personas if not each.is_alone]
        if deputies and self.rng.random() < 0.5:
            persona = self.rng.choice(deputies)
            words = {"unit": persona.unit.label, "role": persona.role}
            self._do(Change(self._operator(city), "end_post", persona.login, words))
        else:
            self._appoint(city, DAY)

    def _deputise_briefly(self, city):
        """A deputy acts until the end that was set, and no longer."""
        deputy = self._appoint(city, BRIEF)
        if deputy:
            time.sleep(BRIEF)
            city.personas.remove(deputy)
            self._require_ended(deputy)

    def _appoint(self, city, seconds):
        """The new deputy; None: nobody was found."""
        absent, deputy = self.rng.sample([each for each in city.personas if each.role != "operator"], 2)
        posts = [(each.unit, each.role) for each in city.posts(deputy.login)]
        is_free = len(posts) == 1 and deputy is not city.watcher and (absent.unit, absent.role) not in posts
        if not is_free or not absent.is_alone:
            return None
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        words = {"unit": absent.unit.label, "role": absent.role, "until": until.isoformat(), "acting_for": absent.login}
        self._do(Change(self._operator(city), "post", deputy.login, words))
        return city.personas[-1]

    # What is seen afterwards

    def _look(self, city):
        cases = [case for case in self.play.world.cases if case.city is city][-30:]
        if cases:
            self.play.look(self.rng.choice(cases), everybody=True)
        if self.rng.random() < 0.1:
            self.play.require_no_drift(city)
