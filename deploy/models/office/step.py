"""Somebody does something to something."""

from .rights import Refused


class Step:
    """A verb, who says it, what it is about (a thing of a case, by kind and number), and what is said with it."""

    def __init__(self, persona, verb, case, kind="case", number=0, words=None):
        self.persona, self.verb, self.case, self.kind, self.number = persona, verb, case, kind, number
        self.words = words or {}
        self.made = []

    def __repr__(self):
        words = " ".join(f"{name}={value}" for name, value in self.words.items())
        return f"{self.persona} {self.verb} {self.thing.ref or self.kind} {words}".rstrip()

    @property
    def thing(self):
        return self.case.things(self.kind)[self.number]

    def on(self, case):
        """The same step on another copy of its case."""
        return Step(self.persona, self.verb, case, self.kind, self.number, self.words)

    def check(self):
        """What is said badly is refused before anything is looked at."""
        if self.verb == "visit" and self.words["reached"] != ("satisfaction" in self.words):
            raise Refused("field.satisfaction")
        if self.verb == "refer" and self.words["kind"] == "outside" and "to" not in self.words:
            raise Refused("field.to")
