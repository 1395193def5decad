"""What the play runs against: a PostgreSQL of its own, the cities' officers, two servers."""

import concurrent.futures
import os
import pathlib
import secrets
import subprocess

from cluster import SOURCE, Cluster, Server, ready_line

from .doors import PASSWORD

# All of it is over within a day.
PRESSED = ", ladder: { notice: 0.8, supervision: { after: 0.25, at_least: PT30M, copy_to: [city] }, circular: PT8H }"
PLAN = """\
plan: model
name: 试验预案
source: { issuer: 试验市局 }
schemes:
  case:
    name: 等级
    levels:
      - { key: general, name: 一般, colour: blue }
      - { key: major, name: 重大, colour: orange }
matters:
  - { key: law, name: 法规, reviewer: guide }
  - { key: goods, name: 产品 }
reopen: { window: PT36H }
clocks:
""" + "".join(
    f"  {name}: {{ name: {label}, starts_on: {start}, stops_on: {stop}, limit: PT4H{ladder} }}\n"
    for name, label, start, stop, ladder in [
        ("grading", "定级", "registered", "grade", ""), ("dispatch", "转办", "graded", "assign", ""),
        ("receipt", "签收", "assigned", "receive", PRESSED), ("feedback", "反馈", "assigned", "feed_back", PRESSED),
        ("review", "核验", "fed_back", "review", ""), ("reply", "督办回复", "ordered", "reply", PRESSED),
        ("judgement", "督办审定", "replied", "judge", ""), ("conclusion", "办结", "accepted", "conclude", ""),
    ]
)


class Rig:
    """The database and what is in it before the play begins."""

    # What is analysed is planned anew, and planning is what most of the time would go to.
    SETTINGS = {
        "fsync": "off", "shared_buffers": "128MB", "max_connections": "60", "shared_preload_libraries": "",
        "autovacuum_naptime": "60s",
    }

    def __init__(self, work, bihuan):
        self.work, self.bihuan = pathlib.Path(work), bihuan
        self.cluster = Cluster(self.work, **self.SETTINGS)

    def environment(self, name):
        return {
            "BIHUAN_DATABASE_URL": self.cluster.conninfo("model"), "BIHUAN_DATA_DIR": str(self.work / name),
            "BIHUAN_HTTP_PORT": "0", "BIHUAN_LINE_PORT": "0", "BIHUAN_LINE_SOCKET": str(self.work / f"{name}.sock"),
            # Few speak at once; every connection plans each statement anew.
            "BIHUAN_DATABASE_SERVER_CONNECTIONS": "2", "BIHUAN_DATABASE_WORKER_CONNECTIONS": "1",
            "BIHUAN_COURIER_INTERVAL_SECONDS": "60", "BIHUAN_SWEEP_INTERVAL_SECONDS": "1",
            "BIHUAN_LOG_LEVEL": "warning",
            # What one server seals the other must open.
            "BIHUAN_CONTACTS_KEYS": str(self.work / "keys"),
        }

    def command(self, *arguments, feed=None):
        done = subprocess.run(
            [self.bihuan, *arguments], env={"PATH": "/usr/bin:/bin", **self.environment("one")}, capture_output=True,
            text=True, input=feed, check=False, cwd=self.work,
        )
        if done.returncode != 0:
            raise SystemExit(f"bihuan {' '.join(map(str, arguments))}: {done.stderr.strip()}")

    def fill(self, cities):
        self.cluster.psql("postgres", "create database model")
        self.cluster.psql("model", file=SOURCE / "sql/roles.sql")
        keys = self.work / "keys"
        keys.mkdir(mode=0o700)
        with open(os.open(keys / "1.key", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        self.command("migrate")
        plan = self.work / "plan.yaml"
        plan.write_text(PLAN, encoding="utf-8")
        for city in cities:
            names = ["--name", city.code, "--ref-prefix", city.code.upper()]
            self.command("city", "add", city.code, *names, "--plan", plan)
            self._fill(city)

    def _fill(self, city):
        units = self.work / f"{city.code}.csv"
        rows = [f"{u.label},{u.parent.label if u.parent else ''},{u.tier},{u.label}," for u in city.units]
        units.write_text("label,parent,tier,name,line\n" + "\n".join(rows) + "\n", encoding="utf-8")
        self.command("units", "import", "--city", city.code, units)
        with concurrent.futures.ThreadPoolExecutor(4) as hands:
            list(hands.map(self._employ, city.personas))

    def _employ(self, persona):
        name = f"{persona.login}@{persona.city.code}"
        post = ["--unit", persona.unit.label, "--role", persona.role]
        self.command("officer", "add", name, "--name", persona.login, *post, feed=PASSWORD + "\n")
        if persona.clearance:
            self.command("officer", "post", name, *post, "--clearance", str(persona.clearance))

    def serve(self, name):
        server = Server([self.bihuan, "serve"], self.work / f"{name}.log", self.environment(name), ready_line)
        server.address = server.line.split("http=")[1].split()[0]
        server.socket = self.work / f"{name}.sock"
        return server
