"""The statements of a request as the server sends them, taken from PostgreSQL's own log.

Nothing is copied by hand, so a contestant cannot drift from what the server really does. Each parameter is either a
constant or has a role: it is the value that the request or its answer names (the case, the token, the new assignment…).
"""

import json
import re
import time
import urllib.request

from world import token

PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")


def request(address, method, path, bearer, body=None, key=None):
    call = urllib.request.Request(address + path, method=method)
    call.add_header("Authorization", f"Bearer {bearer}")
    if body is not None:
        call.data = json.dumps(body).encode()
        call.add_header("Content-Type", "application/json")
    if key:
        call.add_header("Idempotency-Key", key)
    with urllib.request.urlopen(call) as answer:
        return json.load(answer)


def statements(cluster, offset):
    """What was executed since: text and parameter values, in order."""
    found = []
    for entry in cluster.log_since(offset):
        if entry.get("user") not in ("bihuan_server", "bihuan_worker"):
            continue
        match = re.match(r"execute [^:]*: (.*)", entry["message"], re.S)
        if not match:
            continue
        values = {}
        for number, value in PARAMETER.findall(entry.get("detail", "")):
            values[int(number)] = None if value == "NULL" else value[1:-1].replace("''", "'")
        found.append({"user": entry["user"], "sql": match[1], "values": values})
    return found


def role_of(value, names):
    """What a value is, where the request or the rules decide it; None for a constant.

    UUIDs and times not met before get numbers in order of appearance: of an assignment, the times are when it was graded,
    now, when the receipt is due and its notice, when the feedback is due and its notice.
    """
    if value in names:
        return names[value]
    for kind, shape in SHAPES:
        if re.fullmatch(shape, value, re.S):
            name = kind
            if kind in ("fresh", "time"):
                name += str(1 + sum(known.startswith(kind) for known in names.values()))
            names[value] = name
            return name
    return None


SHAPES = [
    ("fresh", r"0(?!198)[0-9a-f]{7}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("time", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00"),
    ("hash", r"\\x[0-9a-f]{64}"),
    ("outcome", r'\{"id": .*'),
    ("detail", r'\{"ref": .*'),
    ("payloads", r'\{"\{.*'),
]


def roles(found, named):
    """Gives each parameter its value, and its role where it has one."""
    names = {value: name for name, value in named.items()}
    for statement in found:
        values = statement.pop("values")
        statement["parameters"] = []
        for number in sorted(values):
            parameter = {"value": values[number]}
            role = role_of(values[number], names) if values[number] is not None else None
            if role:
                parameter["role"] = role
            statement["parameters"].append(parameter)
    return found


def flights(found):
    """Cuts a command's statements where its second flight begins: at the first write after the lock."""
    lock = next((i for i, s in enumerate(found) if s["sql"].rstrip().endswith("for update")), None)
    if lock is None:
        return [found]
    writes = next(i for i, s in enumerate(found) if i > lock and not s["sql"].lstrip().startswith("select"))
    return [found[:writes], found[writes:]]


def capture(cluster, world, database, size):
    """The flights of each kind of request: worklist, cases, get, assign, and the sweeper's claim."""
    case = size.open_cases()[0]
    waiting = int(cluster.psql(database, "select ('x' || right(case_id::text, 12))::bit(48)::bigint from bihuan.cases "
                               "where city_id = 1 and state = 'graded' order by case_id desc limit 1"))
    spare = int(cluster.psql(database, f"select ('x' || right(case_id::text, 12))::bit(48)::bigint from bihuan.cases where "
                             f"city_id = 1 and state = 'graded' order by case_id limit 1"))
    cluster.psql(database, "alter role bihuan_server set log_statement = 'all'; "
                 "alter role bihuan_worker set log_statement = 'all'")
    cluster.psql(database, "update bihuan.clocks set next_at = now() where clock_id = "
                 "(select clock_id from bihuan.clocks where next_at is not null and city_id > 1 limit 1)")
    begun = cluster.log.stat().st_size
    server = world.serve(database, database_server_connections=1)
    captured = {}
    try:
        bearer = token(1000)
        identity = lambda n: f"01980000-0000-7000-8000-{n:012x}"
        body = {"unit": "d1", "instruction": "请核查", "reason": "属地管辖"}
        # Each once to have everything prepared, then once more for the log.
        calls = {
            "worklist": [("GET", "/api/v1/worklist", None, None)] * 2,
            "cases": [("GET", "/api/v1/cases", None, None)] * 2,
            "get": [("GET", f"/api/v1/cases/{identity(case)}", None, None)] * 2,
            "assign": [("POST", f"/api/v1/cases/{identity(n)}/assignments", body, f"capture-{n}") for n in (spare, waiting)],
        }
        for name, pair in calls.items():
            request(server.address, *pair[0][:2], bearer, *pair[0][2:])
            time.sleep(0.2)
            offset = cluster.log.stat().st_size
            answer = request(server.address, *pair[1][:2], bearer, *pair[1][2:])
            time.sleep(0.2)
            named = {"token": bearer}
            if name == "get":
                named["case"] = identity(case)
            if name == "assign":
                named.update(case=identity(waiting), key=pair[1][3], assignment=answer["id"], ref=answer["ref"],
                             case_ref=answer["case"]["ref"],
                             dispatch=f"01980022-0000-7000-8000-{waiting:012x}")
            captured[name] = flights(roles(statements(cluster, offset), named))
        claims = [s for s in statements(cluster, begun) if s["user"] == "bihuan_worker" and "claimed_until" in s["sql"]]
        captured["claim"] = [roles(claims[:1], {})]
    finally:
        server.stop()
        cluster.psql(database, "alter role bihuan_server reset log_statement; alter role bihuan_worker reset log_statement")
    return captured
