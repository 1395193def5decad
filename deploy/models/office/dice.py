"""What happens next: mostly what may come next by whoever may do it, sometimes anything by anybody."""

from .case import LEVELS
from .rights import RIGHTS, offered
from .step import Step
from .tree import Change

# What ends things, or stands beside the work, comes more rarely, or nothing would ever grow.
WEIGHTS = {
    "grade": 0.3, "assign": 2, "conclude": 0.3, "dismiss": 0.03, "reopen": 0.5, "refer": 0.06, "visit": 0.3,
    "attach_lead": 0.05, "detach_lead": 0.05, "merge": 0.04, "unmerge": 1, "recuse": 0.04, "lift_recusal": 0.2,
    "restrict": 0.04, "urge": 0.05,
    "receive": 4, "return": 0.3, "recall": 0.1, "forward": 2, "feed_back": 4, "accept": 4, "supervise": 0.4,
    "dispute": 0.4, "comment": 0.4, "add_task": 0.4, "arbitrate": 2, "withdraw": 0.4, "waive_referral": 0.5,
    "finish_task": 3, "drop_task": 0.5, "end_guidance": 0.3,
}
VERDICTS = ["substantiated", "unsubstantiated"]
# About which kinds of thing a step is, in parts of the whole.
KINDS = {"case": 4, "hop": 10, "order": 2, "dispute": 1.5, "referral": 0.5, "task": 1.5}


class Dice:
    """Draws steps, from a generator of its own."""

    def __init__(self, rng, world, cities):
        self.rng, self.world, self.cities = rng, world, cities

    def case(self):
        """Mostly one that was opened lately; now and then what is old is asked for."""
        cases = self.world.cases
        if self.rng.random() < 0.02:
            return self.rng.choice(cases)
        return cases[-1 - min(int(self.rng.expovariate(0.15)), len(cases) - 1)]

    def step(self, case):
        kinds = {kind: weight for kind, weight in KINDS.items() if case.things(kind)}
        kind = self.rng.choices(list(kinds), kinds.values())[0]
        number = self._lately(len(case.things(kind)))
        thing = case.things(kind)[number]
        may = [(persona, verb) for persona in case.city.personas for verb in offered(thing, persona)]
        if may and self.rng.random() < 0.8:
            said_by = {}
            for _, verb in may:
                said_by[verb] = said_by.get(verb, 0) + 1
            persona, verb = self.rng.choices(may, [WEIGHTS.get(verb, 1) / said_by[verb] for _, verb in may])[0]
        else:
            verb = self.rng.choice(list(RIGHTS[kind]))
            persona = self._anybody(thing)
        return Step(persona, verb, case, kind, number, self._words(verb, thing))

    def _anybody(self, thing):
        """Mostly somebody who sees it, or somebody of the city; now and then a stranger."""
        dice = self.rng.random()
        if dice < 0.07:
            return self.rng.choice(self.rng.choice(self.cities).personas)
        personas = thing.case.city.personas
        return self.rng.choice([each for each in personas if dice < 0.3 or thing.is_seen_by(each)])

    def _lately(self, count):
        return count - 1 - min(int(self.rng.expovariate(0.5)), count - 1)

    def change(self, city):
        """Something is done to the city's units, or tried."""
        crowd = [each for each in city.personas if each.role == "operator"]
        persona = self.rng.choice(crowd if self.rng.random() < 0.85 else city.personas)
        verb = self.rng.choice(["move", "move", "hand_over", "hand_over", "close"])
        below = [unit for unit in city.units if unit.tier == "station" and not unit.is_closed]
        label = self._unit_of(city, below)
        likely = [unit for unit in city.units if unit.tier == "district"] if verb == "move" else below
        other = self._unit_of(city, likely)
        words = {"move": {"parent": other}, "hand_over": {"to": other}}.get(verb)
        return Change(persona, verb, label, words or {"to": other, "posts": self.rng.choice(["end", "move"])})

    # What is said with a verb

    def _words(self, verb, thing):
        say = getattr(self, "_say_" + verb, None)
        return {name: value for name, value in (say(thing) if say else {}).items() if value is not None}

    def _unit_of(self, city, likely):
        """Mostly one of the likely ones, or any, or none."""
        everywhere = [unit.label for unit in city.units] + ["nowhere"]
        return self.rng.choice([unit.label for unit in likely] if likely and self.rng.random() < 0.85 else everywhere)

    def _below(self, unit, city):
        return [each for each in city.units if each.parent is unit]

    def _say_grade(self, case):
        level = self.rng.choice([*LEVELS, *LEVELS, "nonsense"])
        return {"level": level, "matter": self.rng.choice([None, None, None, "law", "goods"])}

    def _say_assign(self, case):
        role = self.rng.choice(["lead", "lead", "lead", "assist", "assist", "guide", "inform"])
        return {"unit": self._unit_of(case.city, self._below(case.owner, case.city)), "role": role}

    def _say_conclude(self, case):
        outcomes = ["substantiated", "unverifiable", "partly_substantiated", "adopted"]
        return {"outcome": self.rng.choice([None, None, None, *outcomes])}

    def _say_return(self, hop):
        return {"proposed": self.rng.choice([None, None, self._unit_of(hop.case.city, hop.case.city.units)])}

    def _say_forward(self, hop):
        return {"unit": self._unit_of(hop.case.city, self._below(hop.unit, hop.case.city))}

    def _say_feed_back(self, hop):
        if self.rng.random() < 0.3:
            return {"kind": "interim"}
        return {"kind": "final", "verdict": self.rng.choice([VERDICTS[0], *VERDICTS])}

    def _say_supervise(self, hop):
        grade = self.rng.choice([None, "general", "serious"])
        return {"cause": self.rng.choice(["overdue", "inadequate"]), "grade": grade}

    def _say_dispute(self, hop):
        return {"proposed": self._unit_of(hop.case.city, self._below(hop.giver, hop.case.city))}

    def _say_arbitrate(self, dispute):
        likely = [dispute.unit, dispute.giver, *self._below(dispute.giver, dispute.case.city)]
        return {"unit": self._unit_of(dispute.case.city, likely)}

    def _say_refer(self, case):
        kind = self.rng.choice(["outside", "lead_department"])
        return {"kind": kind, "to": self.rng.choice([None, "公安局", "公安局", "公安局"])}

    def _say_answer_referral(self, referral):
        return {"lead": self.rng.choice([None, "住建局", "住建局"])}

    def _say_visit(self, case):
        reached = self.rng.random() < 0.7
        satisfaction = self.rng.choice(["satisfied", "neutral", "dissatisfied"])
        return {"reached": reached, "satisfaction": satisfaction if reached != (self.rng.random() < 0.1) else None}

    def _say_add_task(self, hop):
        below = [unit for unit in hop.case.city.units if hop.unit.is_over(unit)]
        return {"unit": self.rng.choice([None, self._unit_of(hop.case.city, below)])}

    def _say_attach_lead(self, case):
        return {"lead": self._lead(self.world.loose if self.rng.random() < 0.8 else self.case().leads, case)}

    def _say_detach_lead(self, case):
        return {"lead": self._lead(case.leads if self.rng.random() < 0.8 else self.world.loose, case)}

    def _lead(self, likely, case):
        leads = likely or case.leads
        return self.rng.choice(leads[-20:]).id if leads else "00000000-0000-7000-8000-000000000000"

    def _say_merge(self, case):
        cases = [each for each in self.world.cases[-60:] if each.city is case.city]
        likely = [each for each in cases if each.is_open and each is not case]
        return {"into": self.rng.choice(likely if likely and self.rng.random() < 0.8 else self.world.cases[-60:]).ref}

    def _say_recuse(self, case):
        at_work = [hop.unit for hop in case.hops if hop.is_open]
        return {"unit": self._unit_of(case.city, at_work if self.rng.random() < 0.7 else case.city.units)}

    def _say_lift_recusal(self, case):
        return {"unit": self._unit_of(case.city, case.recused)}

    def _say_restrict(self, case):
        return {"secrecy": self.rng.choice([0, 0, 1, 1, 2])}
