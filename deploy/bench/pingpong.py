"""Two cities in turn over a server with one connection to the database: no answer may hold a row of the other city.

Each worker keeps one HTTP connection and alternates between the bureaus of city 1 and city 2: work list, case list, a
case or an assignment of its own, and one of the other city's, which must not be there. Every row carries its city in the
prefix of the case number.
"""

import http.client
import json
import multiprocessing

from world import token

WORKERS = 4


CYCLE = ("hop", "other hop", "hop", "worklist", "other case", "hop", "other hop", "cases", "hop", "get")
PREFIXES = {1: "BIG-", 2: "BAAC-"}


def cases_of(size, city):
    """Numbers of concluded cases of a city, as generate.sql deals them out; each has one assignment."""
    def owner(n):
        return 1 if n % 10 < 3 else 2 + (n // 10 * 7 + n % 10 - 3) % (size.cities - 1)
    return [n for n in range(1, int(0.8 * size.cases)) if owner(n) == city][:500]


def path(kind, number):
    if kind in ("worklist", "cases"):
        return f"/api/v1/{kind}?limit=3"
    if kind.endswith("hop"):
        return f"/api/v1/assignments/01980002-0000-7000-8000-{number:012x}"
    return f"/api/v1/cases/01980000-0000-7000-8000-{number:012x}"


def foreign_rows(city, kind, status, body):
    """Rows of another city in an answer; an answer without any row proves nothing and ends the run."""
    if kind.startswith("other"):
        return 0 if status == 404 else 1
    if status != 200:
        raise SystemExit(f"{kind}：状态 {status}")
    answer = json.loads(body)
    items = answer["items"] if kind in ("worklist", "cases") else [answer]
    if not items:
        raise SystemExit(f"{kind}：第 {city} 市一条也没有")
    refs = [item["case"]["ref"] if kind in ("worklist", "hop") else item["ref"] for item in items]
    return sum(not ref.startswith(PREFIXES[city]) for ref in refs)


def work(port, requests, size, offset, results):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    own = {city: cases_of(size, city) for city in (1, 2)}
    foreign = 0
    for number in range(requests):
        city = 1 + number % 2
        kind = CYCLE[(number // 2 + offset) % len(CYCLE)]
        numbers = own[3 - city if kind.startswith("other") else city]
        headers = {"Authorization": f"Bearer {token(city * 1000)}"}
        connection.request("GET", path(kind, numbers[number % len(numbers)]), headers=headers)
        answer = connection.getresponse()
        foreign += foreign_rows(city, kind, answer.status, answer.read())
    results.put((requests, foreign))


def run(port, requests, size):
    results = multiprocessing.Queue()
    share = requests // WORKERS
    workers = [
        multiprocessing.Process(target=work, args=(port, share, size, number, results)) for number in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode != 0 for worker in workers):
        raise SystemExit("两市交替：有一个客户没有走完")
    done = [results.get() for _ in workers]
    return {"requests": sum(count for count, _ in done), "foreign": sum(foreign for _, foreign in done)}
