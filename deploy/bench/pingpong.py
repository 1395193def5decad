"""Two cities in turn over a server with one connection to the database: no answer may hold a row of the other city.

Each worker keeps one HTTP connection and alternates: a bureau of city 1, a bureau of city 2; work list, case list, one
case of its own, one case of the other city, which must not be there. Everything a city's rows name carries the city: the
prefix of a case number, and the case's name.
"""

import http.client
import json
import multiprocessing

from world import token

WORKERS = 4


def cases_of(size, city):
    """Numbers of open cases of a city, as generate.sql deals them out."""
    first = int(0.8 * size.cases) + 1
    found = []
    for n in range(first, size.cases + 1):
        owner = 1 if n % 10 < 3 else 2 + (n // 10 * 7 + n % 10 - 3) % (size.cities - 1)
        if owner == city:
            found.append(n)
    return found[:200]


def check(city, kind, status, body):
    """Rows of another city in an answer."""
    if kind == "other":
        return 0 if status == 404 else 1
    if status != 200:
        raise SystemExit(f"{kind}：状态 {status}")
    answer = json.loads(body)
    prefix = "BIG-" if city == 1 else "BAAC-"
    if kind == "get":
        return 0 if answer["ref"].startswith(prefix) else 1
    refs = [item["case"]["ref"] if kind == "worklist" else item["ref"] for item in answer["items"]]
    if not refs:
        raise SystemExit(f"{kind}：第 {city} 市一条也没有")
    return sum(not ref.startswith(prefix) for ref in refs)


def work(port, requests, size, offset, results):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    own = {city: cases_of(size, city) for city in (1, 2)}
    foreign = 0
    # A short page: what is checked is whose rows they are, and a long one would only take longer.
    for number in range(requests):
        city = 1 + number % 2
        kind = ("get", "worklist", "other", "get", "cases", "get", "get", "other")[(number // 2 + offset) % 8]
        if kind in ("get", "other"):
            numbers = own[city if kind == "get" else 3 - city]
            path = f"/api/v1/cases/01980000-0000-7000-8000-{numbers[number % len(numbers)]:012x}"
        else:
            path = f"/api/v1/{kind}?limit=5"
        connection.request("GET", path, headers={"Authorization": f"Bearer {token(city * 1000)}"})
        answer = connection.getresponse()
        foreign += check(city, kind, answer.status, answer.read())
    results.put((requests, foreign))


def run(port, requests, size):
    results = multiprocessing.Queue()
    share = requests // WORKERS
    workers = [
        multiprocessing.Process(target=work, args=(port, share, size, number, results)) for number in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    done = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    return {"requests": sum(count for count, _ in done), "foreign": sum(foreign for _, foreign in done)}
