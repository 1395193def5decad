"""Databases full of cases, as templates, and the server on them."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from cluster import SOURCE, Server, ready_line, say

BENCH = pathlib.Path(__file__).resolve().parent
BIHUAN = SOURCE / ".build/release/bihuan"


class Size:
    """How many cases, and the country they fall in. City 1 has 30 % of them and as many units as any."""

    def __init__(self, cases, cities, districts, stations):
        self.cases, self.cities, self.districts, self.stations = cases, cities, districts, stations
        self.name = f"bench_{cases}"

    @property
    def units(self):
        """Units of city 1 by tier, all with enough to do for a whole page."""
        districts = [1000 + d for d in range(1, self.districts + 1)]
        stations = [1000 + self.districts + k for k in range(1, self.districts * self.stations + 1)]
        return {"city": [1000], "district": districts, "station": stations}

    def open_cases(self):
        """Numbers of open cases of city 1."""
        first = int(0.8 * self.cases) + 1
        return [n for n in range(first, self.cases + 1) if n % 10 < 3]


SIZES = {
    10_000: Size(10_000, 4, 2, 2),
    100_000: Size(100_000, 34, 5, 5),
    1_000_000: Size(1_000_000, 333, 10, 10),
}


def token(unit):
    return f"bhs_bench_{unit:08d}"


class World:
    def __init__(self, cluster):
        self.cluster = cluster

    def environment(self, database, **settings):
        values = {
            "BIHUAN_DATABASE_URL": self.cluster.conninfo(database),
            "BIHUAN_DATA_DIR": str(self.cluster.work / "data"),
            "BIHUAN_HTTP_PORT": "0",
            "BIHUAN_LINE_PORT": "0",
            "BIHUAN_LINE_SOCKET": str(self.cluster.work / f"{database}.sock"),
            "BIHUAN_SWEEP_INTERVAL_SECONDS": "3600",
        }
        values.update({"BIHUAN_" + name.upper(): str(value) for name, value in settings.items()})
        return values

    def bihuan(self, database, *arguments, feed=None):
        done = subprocess.run(
            [BIHUAN, *arguments], env={"PATH": "/usr/bin:/bin", **self.environment(database)},
            capture_output=True, text=True, input=feed, check=False, cwd=self.cluster.work,
        )
        if done.returncode != 0:
            raise SystemExit(f"bihuan {' '.join(map(str, arguments))}：{done.stderr.strip()}")
        return done.stdout

    def serve(self, database, **settings):
        server = Server(
            [BIHUAN, "serve"], self.cluster.work / f"{database}.log", self.environment(database, **settings), ready_line
        )
        server.address = server.line.split("http=")[1].split()[0]
        return server

    def empty(self, database):
        """The schema and city 1, without units."""
        self.cluster.drop(database)
        self.cluster.psql("postgres", f'create database "{database}"')
        self.cluster.psql(database, file=SOURCE / "sql/roles.sql")
        self.bihuan(database, "migrate")
        self.bihuan(database, "city", "add", "big", "--name", "大市", "--ref-prefix", "BIG", "--accept-suggestions")

    def fill(self, size):
        """Makes the template of a size and checks a city of it against the rules from scratch."""
        say(f"生成 {size.cases:,} 案…")
        self.empty(size.name)
        self.generate(size.name, size, 1, size.cases, pool=0)
        self.cluster.psql(size.name, "vacuum (analyze, freeze)")
        self.check(size.name, [2, size.cities] if size.cases > 200_000 else range(1, size.cities + 1))
        self.cluster.psql(size.name, "checkpoint")

    def generate(self, database, size, first, last, pool):
        self.cluster.psql(
            database, file=BENCH / "generate.sql", first=first, last=last, pool=pool, cities=size.cities,
            districts=size.districts, stations=size.stations,
        )

    def check(self, database, cities):
        """What the generator wrote in place of the triggers must be what the rules say."""
        for city in cities:
            drift = self.cluster.psql(database, f"select bihuan.find_drift({city})")
            if drift:
                raise SystemExit(f"生成的数据与规则不符：{database} 第 {city} 市 {drift}")
            broken = self.cluster.psql(
                database,
                f"select count(*) from (select * from bihuan.cases where city_id = {city} order by case_id desc "
                f"limit 500) c where bihuan.verify_chain(c.city_id, c.case_id) is not null",
            )
            if broken != "0":
                raise SystemExit(f"生成的留痕链不通：{database} 第 {city} 市")
