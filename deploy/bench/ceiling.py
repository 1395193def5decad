"""The ceiling: pgbench running the server's statements, pipelined in the same flights, as the same role."""

import re
import subprocess

OWNER_SESSION = """(select * from bihuan.sessions
 where token_hash = (select sha256(convert_to(nullif(current_setting('bihuan.session', true), ''), 'UTF8')))
   and revoked_at is null and expires_at > (select statement_timestamp())) s"""

# What a role is in SQL, from the script's variables: :u a unit, :n a case, :prefix one for each run.
EXPRESSIONS = {
    "token": "'bhs_bench_' || lpad(:u::text, 8, '0')",
    "case": "('01980000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid",
    "dispatch": "('01980022-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid",
    "assignment": "('01980060-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid",
    "fresh1": "('01980061-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid",
    "fresh2": "('01980062-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid",
    "fresh3": "('01980063-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid",
    "key": "'pgbench-' || :n",
    "ref": "'P-' || :n",
}


def script(flights, choice, as_owner=False, undo=False):
    """A pgbench script and its variables; with `undo` it rolls back. Null stays a literal, for pgbench has no variable for it."""
    lines = list(choice)
    variables = {}
    if len(flights) > 1 or undo:
        # One transaction over two flights: pgbench ends each with a Sync, so it must be an explicit one.
        lines.append("\\startpipeline\nbegin;")
    for number, flight in enumerate(flights):
        if number > 0 or not (len(flights) > 1 or undo):
            lines.append("\\startpipeline")
        for position, statement in enumerate(flight):
            def put(match):
                parameter = statement["parameters"][int(match[1]) - 1]
                if parameter.get("role") in EXPRESSIONS:
                    return EXPRESSIONS[parameter["role"]]
                if parameter["value"] is None:
                    return "null"
                name = f"s{number}_{position}_{match[1]}"
                variables[name] = parameter["value"]
                return ":" + name
            text = re.sub(r"\$(\d+)", put, statement["sql"])
            if as_owner:
                text = text.replace("bihuan.sessions s", OWNER_SESSION)
            lines.append(text + ";")
        if number == len(flights) - 1 and (len(flights) > 1 or undo):
            lines.append("rollback;" if undo else "commit;")
        lines.append("\\endpipeline")
    return "\n".join(lines) + "\n", variables


def any_unit(size):
    """Picks an officer of city 1: bureau, district or station, each as often."""
    return [
        "\\set tier random(0, 2)",
        f"\\set district random(1, {size.districts})",
        f"\\set station random(1, {size.districts * size.stations})",
        f"\\set u case when :tier = 0 then 1000 when :tier = 1 then 1000 + :district "
        f"else 1000 + {size.districts} + :station end",
    ]


def unit_of(units):
    """Picks one of a run of unit numbers."""
    return [f"\\set u random({units[0]}, {units[-1]})"]


def any_case(numbers):
    """Picks an open case of city 1: numbers that end in 0, 1 or 2."""
    return [f"\\set tens random({numbers[0] // 10 + 1}, {numbers[-1] // 10 - 1})", "\\set n :tens * 10 + random(0, 2)",
            "\\set u 1000"]


def own_cases(first, clients):
    """Gives each client cases of its own, one after another."""
    return ["\\set k :k + 1", f"\\set n {first} + :k * {clients} + :client_id", "\\set u 1000"]


def run(cluster, database, text, variables, seconds, clients=8, user="bihuan_server", transactions=None):
    """Requests a second and the median latency in milliseconds; for so many seconds, or so many transactions."""
    path = cluster.work / "script.sql"
    path.write_text(text, encoding="utf-8")
    command = [cluster.bin / "pgbench", "--no-vacuum", "--client", clients, "--jobs", min(2, clients), "--protocol", "prepared",
               "--file", path, "--define", "k=0"]
    command += ["--transactions", transactions] if transactions else ["--time", seconds]
    for name, value in variables.items():
        command += ["--define", f"{name}={value}"]
    prefix = cluster.work / "latencies"
    for old in cluster.work.glob("latencies.*"):
        old.unlink()
    command += ["--log", "--log-prefix", prefix, cluster.conninfo(database, user)]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=cluster.work)
    match = re.search(r"tps = ([0-9.]+)", done.stdout)
    if done.returncode != 0 or not match:
        raise SystemExit(f"pgbench：{done.stderr.strip()[:2000]}")
    latencies = sorted(
        int(line.split()[2]) for file in cluster.work.glob("latencies.*") for line in file.read_text().splitlines()
    )
    requests = len(latencies)
    return {"rate": float(match[1]), "requests": requests, "p50": latencies[requests // 2] / 1000}
