"""Two districts of a big city merge while others read and write: how long does anybody wait?

Each of the others keeps one HTTP connection and asks again 10 ms after every answer, from some seconds before the merge
until some seconds after it: the bureau, the district that takes over and a third one read, and the bureau urges the third.
"""

import http.client
import itertools
import json
import multiprocessing
import time

from world import token

GOES, STAYS, OTHER = "d1", "d2", 1003
READERS = {"市局": 1000, "接手的区": 1002, "别的区": OTHER}
PAUSE, MARGIN = 0.01, 5


def ask(port, unit, requests, is_over, results, name):
    """Asks until it is over; tells when each began and how many milliseconds it took."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token(unit)}", "Content-Type": "application/json"}
    taken = []
    for method, path, body in itertools.cycle(requests):
        if is_over.is_set():
            break
        began = time.time()
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        taken.append((began, (time.time() - began) * 1000))
        if answer.status >= 300:
            results.put((name, f"{method} {path}：{answer.status} {text[:300]!r}"))
            return
        time.sleep(PAUSE)
    results.put((name, taken))


def run(cluster, world, database, server):
    """Milliseconds of the longest wait of readers and of the writer while the units merged, and seconds of the merge."""
    port = int(server.address.rsplit(":", 1)[1])
    urged = cluster.psql(
        database,
        f"select assignment_id from bihuan.assignments where city_id = 1 and from_unit = 1000 and to_unit = {OTHER} "
        f"and role = 'lead' and state in ('assigned', 'received', 'forwarded') order by assignment_id limit 200",
    ).split()
    reading = [("GET", "/api/v1/worklist", None), ("GET", "/api/v1/cases?limit=50", None)]
    body = json.dumps({"reason": "请抓紧办理"})
    writing = [("POST", f"/api/v1/assignments/{each}/actions/urge", body) for each in urged]
    is_over, results = multiprocessing.Event(), multiprocessing.Queue()
    plans = {f"读：{name}": (unit, reading) for name, unit in READERS.items()} | {"写": (1000, writing)}
    others = [
        multiprocessing.Process(target=ask, args=(port, unit, requests, is_over, results, name))
        for name, (unit, requests) in plans.items()
    ]
    for other in others:
        other.start()
    time.sleep(MARGIN)
    began = time.time()
    world.bihuan(database, "unit", "merge", "--city", "big", GOES, STAYS, "--reason", "区划调整")
    ended = time.time()
    time.sleep(MARGIN)
    is_over.set()
    answers = dict(results.get() for _ in others)
    for other in others:
        other.join()
    faults = [taken for taken in answers.values() if isinstance(taken, str)]
    if faults:
        raise SystemExit("合并单位：" + "；".join(faults))
    drift = cluster.psql(database, "select bihuan.find_drift(1)")
    if drift:
        raise SystemExit(f"合并单位之后与规则不符：{drift}")

    def longest(is_reader):
        return max(
            ms for name, taken in answers.items() if name.startswith("读") == is_reader
            for at, ms in taken if began - 1 < at < ended)

    return {
        "seconds": ended - began, "reader_ms": longest(True), "writer_ms": longest(False),
        "cases": int(cluster.psql(database, "select count(*) from bihuan.cases where city_id = 1")),
        "asked": sum(len(taken) for taken in answers.values()),
    }
