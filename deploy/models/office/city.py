"""Cities: their units, who holds which post there, and what a post may know."""

# Posts of a unit, by its tier.
ROLES = {
    "city": ["dispatcher", "leader", "reviewer", "duty", "operator"],
    "department": ["dispatcher", "handler", "reviewer"],
    "district": ["dispatcher", "handler", "reviewer", "leader", "operator"],
    "station": ["dispatcher", "handler", "duty"],
}
# What a post may know: 1 restricted cases too, 2 confidential ones too. The others know ordinary cases alone.
CLEARANCES = {
    "dispatcher.bureau": 2, "leader.bureau": 2, "operator.bureau": 2, "reviewer.bureau": 1,
    "dispatcher.food": 2, "dispatcher.district-1": 2, "leader.district-1": 1, "handler.district-1": 1,
    "dispatcher.district-2": 1, "dispatcher.district-1-1": 2, "handler.district-1-1": 1, "handler.district-2-2": 1,
}


class Unit:
    """A place in the tree of a city's units."""

    def __init__(self, label, tier, parent):
        self.label, self.tier, self.parent, self.is_closed = label, tier, parent, False

    def __repr__(self):
        return self.label

    def __deepcopy__(self, memo):
        return self

    @property
    def upwards(self):
        """Itself and all above it."""
        return [self] + (self.parent.upwards if self.parent else [])

    def is_over(self, other):
        """Whether the other is this unit, or stands below it."""
        return self in other.upwards


class Persona:
    """An officer in a post; of one who holds several, in the one that was chosen at the log-in."""

    def __init__(self, city, login, unit, role, clearance=0):
        self.city, self.login, self.unit, self.role, self.clearance = city, login, unit, role, clearance
        self.token = None

    def __repr__(self):
        return f"{self.login}@{self.city.code}" + ("" if self.is_alone else f"({self.role}.{self.unit})")

    def __deepcopy__(self, memo):
        return self

    @property
    def is_alone(self):
        """Whether the officer holds no other post. Whoever does is asked for one at the log-in, but not on the line."""
        return len(self.city.posts(self.login)) < 2


class City:
    """A bureau with two departments and two districts of two stations each, to begin with."""

    def __init__(self, code):
        # How many days have passed.
        self.code, self.day = code, 0
        self.root = Unit(code, "city", None)
        districts = [Unit(f"district-{n}", "district", self.root) for n in (1, 2)]
        departments = [Unit(label, "department", self.root) for label in ("food", "law")]
        self.units = [self.root, *departments, *districts]
        self.units += [Unit(f"{d.label}-{n}", "station", d) for d in districts for n in (1, 2)]
        self.personas = [persona for unit in self.units for persona in self.staff(unit)]

    def staff(self, unit):
        """Whoever is to hold the posts of a unit."""
        logins = [f"{role}.{'bureau' if unit is self.root else unit.label}" for role in ROLES[unit.tier]]
        return [Persona(self, each, unit, each.split(".")[0], CLEARANCES.get(each, 0)) for each in logins]

    def __deepcopy__(self, memo):
        return self

    @property
    def watcher(self):
        """The bureau's leader, from whom nothing of the city is hidden."""
        return next(each for each in self.personas if each.unit is self.root and each.role == "leader")

    def unit(self, label):
        """The unit of this label; None: there is none."""
        return next((each for each in self.units if each.label == label), None)

    def open_unit(self, label):
        """The unit of this label that is not closed; None: there is none."""
        unit = self.unit(label)
        return None if unit is None or unit.is_closed else unit

    def clearance(self, unit):
        """The most that any post of a unit may know."""
        return max((each.clearance for each in self.personas if each.unit is unit), default=0)

    def posts(self, login):
        """All posts that an officer holds."""
        return [each for each in self.personas if each.login == login]
