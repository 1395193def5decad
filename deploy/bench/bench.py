"""What the server costs, beside what PostgreSQL itself can do and beside another team's way. See deploy/bench/run."""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import signal
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import capture
import ceiling
import pingpong
import reform
from cluster import SOURCE, Cluster, Server, cpu_seconds, resident_megabytes, say, wait_until
from world import BENCH, SIZES, World, token

PARTS = ["contest", "rls", "growth", "ready", "import", "pingpong", "reform"]
CONNECTIONS = 32
DATABASE_CONNECTIONS = 8
TWIN_PORT = 18099


class Bench:
    def __init__(self, options):
        self.options = options
        self.work = pathlib.Path(options.work)
        self.cluster = Cluster(self.work)
        self.world = World(self.cluster)
        self.small, self.middle = SIZES[10_000], SIZES[100_000]
        self.large = self.middle if options.quick else SIZES[1_000_000]
        self.results = {"machine": self.machine(), "quick": options.quick}
        self.next_case = 0

    @staticmethod
    def machine():
        model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
        return {
            "cpu": model[1] if model else platform.processor(), "cores": os.cpu_count(),
            "kernel": platform.release(), "at": datetime.datetime.now().isoformat(timespec="seconds"),
            "load": os.getloadavg()[0],
        }

    # MARK: Contestants

    def load(self, address, pid, kind, first=0, last=0, size=None, seconds=None):
        """wrk against a server: rate, latencies, CPU of server and PostgreSQL a request."""
        size = size or self.small
        seconds = seconds or self.options.seconds
        before = cpu_seconds(pid), cpu_seconds(self.cluster.pid)
        done = subprocess.run(
            ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s", "--timeout", "10s",
             "--script", BENCH / "requests.lua", address, "--", kind, str(size.districts), str(size.stations), str(first),
             str(last), f"wrk-{time.time_ns()}-"],
            capture_output=True, text=True, check=True,
        )
        after = cpu_seconds(pid), cpu_seconds(self.cluster.pid)
        line = next(line for line in done.stdout.splitlines() if line.startswith("bench ")).split()
        requests, microseconds, errors = int(line[1]), int(line[2]), int(line[3])
        if errors:
            raise SystemExit(f"{kind}：{errors} 个请求没有成功")
        return {
            "rate": requests / microseconds * 1e6, "requests": requests, "p50": float(line[4]), "p99": float(line[5]),
            "server_us": (after[0] - before[0]) / requests * 1e6, "postgres_us": (after[1] - before[1]) / requests * 1e6,
        }

    def pgbench(self, database, kind, choice, **how):
        text, variables = ceiling.script(self.flights[kind], choice, as_owner=how.pop("as_owner", False))
        before = cpu_seconds(self.cluster.pid)
        result = ceiling.run(self.cluster, database, text, variables, how.pop("seconds", self.options.seconds), **how)
        # A backend's time is the postmaster's once it has gone.
        time.sleep(0.2)
        result["postgres_us"] = (cpu_seconds(self.cluster.pid) - before) / result["requests"] * 1e6
        return result

    def twin(self, database):
        def ready(server):
            def answers():
                try:
                    capture.request(f"http://127.0.0.1:{TWIN_PORT}", "GET", "/api/v1/worklist", token(1000))
                    return True
                except OSError:
                    return False
            wait_until(answers, 30, "FastAPI 没有起来，见 twin.log")
            return ""
        server = Server(
            [self.options.python, "-m", "uvicorn", "twin:app", "--app-dir", BENCH, "--port", TWIN_PORT, "--workers", "2",
             "--no-access-log", "--log-level", "warning"],
            self.work / "twin.log",
            {"BENCH_STATEMENTS": str(self.work / "statements.json"),
             "BENCH_DATABASE": f"postgresql://bihuan_server@/{database}?host={self.cluster.socket}"},
            ready,
        )
        server.address = f"http://127.0.0.1:{TWIN_PORT}"
        return server

    def take_cases(self, count):
        """Cases of city 1 that nobody has assigned yet; makes more when the pool is empty."""
        if self.next_case + count > self.pool_end:
            first = self.pool_end + 1
            self.pool_end += max(60_000, count)
            self.world.generate("bench", self.middle, first, self.pool_end, pool=1)
            self.cluster.psql("bench", "vacuum (analyze) bihuan.cases, bihuan.clocks")
            self.cluster.psql("bench", "checkpoint")
            self.next_case = first
        first = self.next_case
        self.next_case += count
        return first

    def same_answers(self, address, twin_address):
        """The twin must tell the same work list, or it is no twin."""
        for unit in (self.middle.units[tier][0] for tier in ("city", "district", "station")):
            ours = capture.request(address, "GET", "/api/v1/worklist", token(unit))["items"]
            theirs = capture.request(twin_address, "GET", "/api/v1/worklist", token(unit))["items"]
            if len(ours) != 50:
                raise SystemExit(f"单位 {unit} 的待办只有 {len(ours)} 条，量不出一页")
            for one, other in zip(ours, theirs, strict=True):
                for name, value in one.items():
                    twin_value = other[name]
                    if name.endswith("_at") and value:
                        value, twin_value = map(datetime.datetime.fromisoformat, (value, twin_value))
                    if value != twin_value:
                        raise SystemExit(f"两家的答案不同：{unit} {name} {value} {twin_value}")

    # MARK: Measurements

    def contest(self):
        """Worklist and assign by all, the order rotated in every repeat; get by the server and its ceiling."""
        say("待办、转办、查看：pgbench、Bihuan、FastAPI 轮流…")
        size = self.middle
        self.cluster.clone(size.name, "bench")
        self.pool_end = self.next_case = 2_000_000
        self.take_cases(0)
        self.flights = capture.capture(self.cluster, self.world, "bench", size)
        (self.work / "statements.json").write_text(json.dumps(self.flights, ensure_ascii=False), encoding="utf-8")
        cases = size.open_cases()
        server = self.world.serve("bench", database_server_connections=DATABASE_CONNECTIONS)
        twin = self.twin("bench")
        rounds = {"worklist": [], "assign": [], "get": []}
        try:
            self.same_answers(server.address, twin.address)
            for name, address, pid in (("b", server.address, server.pid), ("t", twin.address, twin.pid)):
                self.load(address, pid, "worklist", size=size, seconds=2)
                self.load(address, pid, "assign", self.take_cases(20_000), size=size, seconds=2)
            contestants = ["pgbench", "bihuan", "fastapi"]
            for turn in range(self.options.repeats):
                order = contestants[turn % 3 :] + contestants[: turn % 3]
                for kind in rounds:
                    round_ = {}
                    for name in order:
                        if name == "pgbench":
                            choice = {
                                "worklist": lambda: ceiling.any_unit(size), "get": lambda: ceiling.any_case(cases),
                                "assign": lambda: ceiling.own_cases(self.take_cases(20_000), DATABASE_CONNECTIONS),
                            }[kind]()
                            round_[name] = self.pgbench("bench", kind, choice)
                        elif kind != "get" or name == "bihuan":
                            one = server if name == "bihuan" else twin
                            first, last = 0, 0
                            if kind == "assign":
                                first = self.take_cases(20_000)
                            if kind == "get":
                                first, last = cases[0], cases[-1]
                            round_[name] = self.load(one.address, one.pid, kind, first, last, size)
                    rounds[kind].append(round_)
                say(f"  第 {turn + 1}/{self.options.repeats} 轮")
            self.results["memory_mb"] = resident_megabytes(server.pid)
        finally:
            server.stop()
            twin.stop()
        for kind, taken in rounds.items():
            self.results[kind] = {
                name: {what: statistics.median(round_[name][what] for round_ in taken) for what in taken[0][name]}
                for name in taken[0]
            }
            # Of the ratios of neighbours in time, so that a machine that drifts does not decide.
            for name in ("pgbench", "fastapi"):
                if name in taken[0]:
                    self.results[kind][f"of_{name}"] = statistics.median(
                        round_["bihuan"]["rate"] / round_[name]["rate"] for round_ in taken)

    def row_security(self):
        """CPU of PostgreSQL for the same statements, as the server's role and as the owner, who is under no policy."""
        say("行级安全的代价…")
        # Nothing else of PostgreSQL's should be busy meanwhile: its time counts too.
        self.cluster.psql("bench", "vacuum (analyze)")
        self.cluster.psql("bench", "checkpoint")
        choices = {"worklist": ceiling.any_unit(self.middle), "get": ceiling.any_case(self.middle.open_cases())}
        self.results["row_security"] = {}
        for kind, choice in choices.items():
            ratios = []
            for turn in range(self.options.repeats):
                cost = {}
                for who in (["server", "owner"], ["owner", "server"])[turn % 2]:
                    how = {"as_owner": True, "user": "bihuan_migrate"} if who == "owner" else {}
                    cost[who] = self.pgbench("bench", kind, choice, clients=2, seconds=3, **how)["postgres_us"]
                ratios.append(cost["server"] / cost["owner"])
            self.results["row_security"][kind] = statistics.median(ratios)

    def growth(self):
        """Median latency of the work list, by one client over HTTP, at each size; and of a claim of 100 due clocks.

        Both sizes are asked by turns, so that a machine that drifts does not decide.
        """
        say("规模：待办与时限认领…")
        sizes = (self.small, self.large)
        latencies = {size: {tier: [] for tier in size.units} for size in sizes}
        servers = {}
        try:
            for size in sizes:
                self.cluster.clone(size.name, f"growth_{size.cases}")
                servers[size] = self.world.serve(f"growth_{size.cases}")
            for tier in self.small.units:
                for number in range(self.options.samples + 50):
                    for size in sizes[:: 1 if number % 2 else -1]:
                        units = size.units[tier]
                        began = time.perf_counter()
                        capture.request(servers[size].address, "GET", "/api/v1/worklist", token(units[number % len(units)]))
                        if number >= 50:
                            latencies[size][tier].append((time.perf_counter() - began) * 1000)
        finally:
            for server in servers.values():
                server.stop()
        growth = {
            size.cases: {
                "worklist_p50": {tier: statistics.median(taken) for tier, taken in latencies[size].items()},
                "claim_p50": self.claim(size.cases),
            }
            for size in sizes
        }
        for size in sizes:
            self.cluster.drop(f"growth_{size.cases}")
        small, large = growth[self.small.cases], growth[self.large.cases]
        self.results["growth"] = {
            "sizes": growth,
            "worklist": {tier: large["worklist_p50"][tier] / small["worklist_p50"][tier] for tier in small["worklist_p50"]},
            "claim": large["claim_p50"] / small["claim_p50"],
        }

    def claim(self, waiting):
        """Milliseconds of one claim of 100, so many clocks being due.

        Each is rolled back: a server fires what it claimed before it claims again, so claims do not pile up.
        """
        database = f"growth_{waiting}"
        self.cluster.psql(database, f"""
            set session_replication_role = replica;
            update bihuan.clocks set next_rung = null, next_at = null where next_at is not null;
            insert into bihuan.clocks (city_id, clock_id, case_id, unit_id, kind, "limit", start_event, started_at, due_at,
                                       next_rung, next_at)
            select c.city_id, gen_random_uuid(), c.case_id, c.owner_unit, 'grading', 'PT2H', 'registered', now(),
                   now() - interval '1 day' + n * interval '1 second' / 100, 'reminder',
                   now() - interval '1 day' + n * interval '1 second' / 100
              from generate_series(1, {waiting}) n
              join (select row_number() over () as number, city_id, case_id, owner_unit
                      from (select * from bihuan.cases limit 1000) few) c on c.number = n % 1000 + 1;
        """)
        self.cluster.psql(database, "vacuum (analyze) bihuan.clocks")
        text, variables = ceiling.script(self.flights["claim"], [], undo=True)
        return ceiling.run(self.cluster, database, text, variables, 0, clients=1, user="bihuan_worker",
                           transactions=200)["p50"]

    def ready(self):
        """Seconds from start to ready, PostgreSQL answering."""
        taken = []
        for _ in range(5):
            server = self.world.serve(self.large.name)
            taken.append(server.seconds_to_ready)
            server.stop()
        self.results["ready_seconds"] = statistics.median(taken)

    def imports(self):
        """Rows a second from a file of the message board's form into an empty city."""
        rows = 20_000 if self.options.quick else 100_000
        say(f"导入 {rows:,} 行…")
        path = self.work / "messages.csv"
        with open(path, "w", encoding="utf-8") as file:
            file.write("msg_id,topic,body,category_l1,city,area,submitted_at\n")
            for number in range(1, rows + 1):
                file.write(
                    f"M{number},小区门口早餐店油烟扰民第 {number} 次反映,早餐店每天凌晨四点开始营业，油烟直排楼道，投诉多次没有结果，"
                    f"编号 {number}，请有关部门尽快核查处理并答复。,食品安全,大市,幸福街道 {number % 300} 号,"
                    f"2026-{number % 9 + 1:02d}-{number % 28 + 1:02d} {number % 24:02d}:{number % 60:02d}:00\n")
        self.world.empty("imports")
        units = self.work / "units.csv"
        units.write_text("label,parent,tier,name,line,division_code\nroot,,city,大市市场监督管理局,,\n", encoding="utf-8")
        self.world.bihuan("imports", "units", "import", "--city", "big", units)
        began = time.monotonic()
        said = self.world.bihuan("imports", "cases", "import", "--city", "big", "--map", SOURCE / "deploy/maps/message-board.yaml",
                                 "--report", self.work / "import.csv", path)
        seconds = time.monotonic() - began
        imported = int(re.search(r"imported (\d+)", said)[1])
        if imported != rows:
            raise SystemExit(f"导入了 {imported} 行，应为 {rows} 行：{said}")
        self.results["import_rows_per_second"] = rows / seconds
        self.cluster.drop("imports")

    def ping_pong(self):
        requests = 100_000 if self.options.quick else 1_000_000
        requests = self.options.pingpong or requests
        say(f"两市交替 {requests:,} 个请求，一个数据库连接…")
        self.cluster.clone(self.small.name, "pingpong")
        server = self.world.serve("pingpong", database_server_connections=1, log_level="warning",
                                  database_wait_ms=30_000)
        try:
            port = int(server.address.rsplit(":", 1)[1])
            self.results["pingpong"] = pingpong.run(port, requests, self.small)
        finally:
            server.stop()
            self.cluster.drop("pingpong")

    def reform(self):
        say("合并两个区县局，一边有人在读、在写…")
        self.cluster.clone(self.large.name, "reform")
        server = self.world.serve("reform", database_server_connections=DATABASE_CONNECTIONS)
        try:
            self.results["reform"] = reform.run(self.cluster, self.world, "reform", server)
        finally:
            server.stop()
            self.cluster.drop("reform")

    # MARK: The run

    def run(self):
        parts = self.options.only or PARTS
        try:
            self.cluster.run() if self.options.keep and self.cluster.data.exists() else self.cluster.start()
            wanted = {self.small}
            wanted |= {self.middle} if {"contest", "rls"} & set(parts) else set()
            wanted |= {self.large} if {"growth", "ready", "reform"} & set(parts) else set()
            for size in sorted(wanted, key=lambda size: size.cases):
                if self.cluster.psql("postgres", f"select 1 from pg_database where datname = '{size.name}'"):
                    self.world.bihuan(size.name, "migrate")
                else:
                    self.world.fill(size)
            self.contest() if {"contest", "rls"} & set(parts) else self.only_capture()
            if "rls" in parts:
                self.row_security()
            self.cluster.drop("bench")
            for name, part in (("growth", self.growth), ("ready", self.ready), ("import", self.imports),
                               ("pingpong", self.ping_pong), ("reform", self.reform)):
                if name in parts:
                    part()
        finally:
            self.cluster.stop()
        self.results["load_after"] = os.getloadavg()[0]
        name = f"bench-{datetime.datetime.now():%Y%m%d-%H%M%S}.json"
        (self.work / name).write_text(json.dumps(self.results, ensure_ascii=False, indent=1), encoding="utf-8")
        self.report()
        print(f"全部数字：{self.work / name}")

    def only_capture(self):
        self.cluster.clone(self.small.name, "bench")
        self.flights = capture.capture(self.cluster, self.world, "bench", self.small)

    def report(self):
        """The table for people, each goal beside what was measured."""
        results = self.results
        print(f"\n机器：{results['machine']['cpu']}，{results['machine']['cores']} 核，负载 {results['machine']['load']:.1f}"
              f" → {results['load_after']:.1f}")
        for kind, title in (("worklist", "待办（一页 50 条）"), ("assign", "转办（落盘）"), ("get", "查看一案")):
            if kind not in results:
                continue
            print(f"\n{title}\n{'':10}{'请求/秒':>9}{'p50 ms':>9}{'p99 ms':>9}{'服务 µs':>10}{'PostgreSQL µs':>15}")
            for name in ("pgbench", "bihuan", "fastapi"):
                row = results[kind].get(name)
                if row:
                    print(f"{name:10}{row['rate']:>12,.0f}{row['p50']:>9.2f}{row.get('p99', float('nan')):>9.2f}"
                          f"{row.get('server_us', float('nan')):>12.0f}{row['postgres_us']:>15.0f}")
        goals = []

        def goal(name, value, limit, at_least, unit=""):
            met = value >= limit if at_least else value <= limit
            goals.append(f"{'达到' if met else '未达'}  {name}：{value:.2f}{unit}（目标 {'≥' if at_least else '≤'} {limit}{unit}）")

        if "worklist" in results:
            goal("待办 / pgbench 流水线", results["worklist"]["of_pgbench"], 0.70, True)
            goal("转办 / pgbench 流水线", results["assign"]["of_pgbench"], 0.70, True)
            goal("待办 / FastAPI", results["worklist"]["of_fastapi"], 2.5, True)
            goal("转办 / FastAPI", results["assign"]["of_fastapi"], 2.0, True)
            goal("运行后内存", results["memory_mb"], 60, False, " MB")
        if "row_security" in results:
            goal("行级安全，待办", results["row_security"]["worklist"], 1.8, False, "×")
            goal("行级安全，查看", results["row_security"]["get"], 2.5, False, "×")
        if "growth" in results:
            first, last = results["growth"]["sizes"]
            for tier, ratio in results["growth"]["worklist"].items():
                goal(f"待办 p50，{first:,} → {last:,} 案，{tier}", ratio, 1.3, False, "×")
            goal(f"认领 100 个时限，{first:,} → {last:,} 个在等", results["growth"]["claim"], 1.5, False, "×")
        if "import_rows_per_second" in results:
            goal("导入", results["import_rows_per_second"], 5000, True, " 行/秒")
        if "ready_seconds" in results:
            goal("启动到就绪", results["ready_seconds"], 1.0, False, " 秒")
        if "pingpong" in results:
            goal(f"两市交替 {results['pingpong']['requests']:,} 个请求，外市的行", results["pingpong"]["foreign"], 0, False)
        if "reform" in results:
            reformed = results["reform"]
            where = f"{reformed['cases']:,} 案的市合并两个区县局（{reformed['seconds']:.0f} 秒）"
            goal(f"{where}，读的最久等", reformed["reader_ms"], 500, False, " ms")
            goal(f"{where}，写的最久等", reformed["writer_ms"], 2000, False, " ms")
        print("\n" + "\n".join(goals))


def main():
    parser = argparse.ArgumentParser(prog="deploy/bench/run", description="量一量：与 pgbench 流水线、FastAPI 相比。")
    parser.add_argument("--quick", action="store_true", help="1 万与 10 万案（默认到 100 万案）")
    parser.add_argument("--only", action="append", choices=PARTS,
                        help="只量这一部分，可重复")
    parser.add_argument("--repeats", type=int, default=5, help="轮数")
    parser.add_argument("--seconds", type=int, default=5, help="每次加载的秒数")
    parser.add_argument("--samples", type=int, default=400, help="规模一节每级取样数")
    parser.add_argument("--pingpong", type=int, help="两市交替的请求数")
    parser.add_argument("--keep", action="store_true", help="用上一次生成的数据，一天之内")
    parser.add_argument("--work", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--python", required=True, help=argparse.SUPPRESS)
    # So that what was started is stopped when somebody has had enough.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    Bench(parser.parse_args()).run()


if __name__ == "__main__":
    main()
