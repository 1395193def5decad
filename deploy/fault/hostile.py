"""Holds many hostile connections against a server on this machine while an honest client goes on asking.

Loopback only, bounded in count and time. The hostile ones come from 127.0.0.2 and up, the honest one from 127.0.0.1.
Prints one line for each thing measured, and ends with status 1 when a goal is missed.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import os
import socket
import statistics
import sys
import time

# How long the server lets each kind live (s), with some seconds for a busy machine: we see an end late, too.
SLACK = 5.0
DEADLINES = {
    "idle": 30, "head-drip": 30, "body-drip": 30, "chunk-drip": 30, "body-stall": 30, "not-reading": 60,
    "line-idle": 30, "line-drip": 60, "line-busy": 120,
}
# What the server gives all bodies together that are not whole (KiB): `bodyBudget` of the JSON door.
BODIES_KB = 32_768


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, math.ceil(share * len(values)) - 1)]


# The honest client, in a process of its own.


class Honest:
    def __init__(self, port, token, path):
        self.port = port
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        self.kept = (head + "\r\n").encode()
        self.closing = (head + "Connection: close\r\n\r\n").encode()
        self.socket = None

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.port), timeout=40)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def exchange(self, client, request):
        client.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            more = client.recv(65536)
            if not more:
                raise ConnectionError("closed")
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            more = client.recv(65536)
            if not more:
                raise ConnectionError("closed")
            body += more
        return int(head[9:12])

    def once(self):
        """One request on the connection that is kept."""
        if self.socket is None:
            self.socket = self.connect()
        begun = time.perf_counter()
        status = self.exchange(self.socket, self.kept)
        return time.perf_counter() - begun, status

    def fresh(self):
        """One request on a connection of its own."""
        begun = time.perf_counter()
        with self.connect() as client:
            status = self.exchange(client, self.closing)
        return time.perf_counter() - begun, status


def line_door(port):
    begun = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=40) as client:
        client.sendall(b"DATE\r\nQUIT\r\n")
        data = b""
        while more := client.recv(4096):
            data += more
    return time.perf_counter() - begun, int(b"\r\n111 " in data)


def honest_process(arguments, orders, results):
    honest = Honest(arguments.port, arguments.token, arguments.path)
    while (order := orders.get()) is not None:
        name, seconds = order
        # Between two phases it may have been silent for longer than the door allows.
        honest.socket = None
        kept, fresh, line, refused, broken = [], [], [], 0, 0
        end = time.monotonic() + seconds
        number = 0
        while time.monotonic() < end:
            number += 1
            try:
                took, status = honest.once()
                kept.append(took)
                refused += status != 200
                if number % 20 == 0:
                    took, status = honest.fresh()
                    fresh.append(took)
                    refused += status != 200
                if arguments.line_port and number % 100 == 0:
                    took, said = line_door(arguments.line_port)
                    line.append(took)
                    refused += said != 1
            except OSError:
                broken += 1
                honest.socket = None
            # An officer's system, not a benchmark: what is measured is the wait, not the machine's limit.
            time.sleep(0.005)
        results.put((name, kept, fresh, line, refused, broken))


# The hostile clients, in one event loop.


class Crowd:
    def __init__(self, arguments):
        self.arguments = arguments
        self.held = {}
        self.lives = {}
        self.turned_away = {}
        self.reopen = True
        self.answers = {}

    async def open(self, kind, number):
        port = self.arguments.line_port if kind.startswith("line") else self.arguments.port
        loop = asyncio.get_running_loop()
        client = socket.socket()
        client.setblocking(False)
        if kind == "not-reading":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.bind((f"127.0.0.{2 + number % 8}", 0))
        await loop.sock_connect(client, ("127.0.0.1", port))
        return client

    async def live(self, kind, number):
        loop = asyncio.get_running_loop()
        while True:
            try:
                client = await self.open(kind, number)
            except OSError:
                if not self.reopen:
                    return
                await asyncio.sleep(1)
                continue
            begun = time.monotonic()
            self.held[kind] = self.held.get(kind, 0) + 1
            received = b""
            try:
                received = await self.misbehave(loop, client, kind)
            except OSError:
                pass
            finally:
                client.close()
                self.held[kind] -= 1
            life = time.monotonic() - begun
            if kind.startswith("line") and b"400 " in received:
                self.turned_away[kind] = self.turned_away.get(kind, 0) + 1
                pause = 5
            else:
                self.lives.setdefault(kind, []).append(life)
                if received.startswith(b"HTTP/1.1 "):
                    status = received[9:12].decode()
                    self.answers[status] = self.answers.get(status, 0) + 1
                # What is measured is connections that are held. A megabyte sent again at once would be a flood.
                pause = 5 if received.startswith(b"HTTP/1.1 503") else 0.05
            if not self.reopen:
                return
            await asyncio.sleep(pause)
            if not self.reopen:
                return

    async def misbehave(self, loop, client, kind):
        """Until the server ends it."""
        drip = None
        post = b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        if kind == "head-drip":
            await loop.sock_sendall(client, b"GET /livez HTTP/1.1\r\nHost: x\r\nX: ")
            drip = b"a"
        elif kind == "body-drip":
            await loop.sock_sendall(client, post + b"Content-Length: 1000000\r\n\r\n[")
            drip = b" "
        elif kind == "chunk-drip":
            await loop.sock_sendall(client, post + b"Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n")
            drip = b"1\r\n \r\n"
        elif kind == "body-stall":
            await loop.sock_sendall(client, post + b"Content-Length: 1040000\r\n\r\n[" + b" " * 1000000)
        elif kind == "not-reading":
            await loop.sock_sendall(client, b"GET /problems/malformed-json HTTP/1.1\r\nHost: x\r\n\r\n" * 400)
            # A connection that nobody reads tells nothing: the end shows when something is sent.
            while True:
                await asyncio.sleep(2)
                await loop.sock_sendall(client, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        elif kind == "line-drip":
            drip = b"D"
        elif kind == "line-busy":
            drip = b"DATE\r\n"
        received = b""
        read = asyncio.ensure_future(loop.sock_recv(client, 65536))
        try:
            while True:
                done, _ = await asyncio.wait([read], timeout=2)
                if done:
                    data = read.result()
                    if not data:
                        return received
                    received = (received + data)[-4096:]
                    read = asyncio.ensure_future(loop.sock_recv(client, 65536))
                    # Told to go: nothing more to say.
                    if received.startswith(b"HTTP/1.1 "):
                        drip = None
                elif drip:
                    await loop.sock_sendall(client, drip)
        finally:
            read.cancel()

    def count(self):
        return sum(self.held.values())


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


async def ask(orders, results, name, seconds):
    orders.put((name, seconds))
    return await asyncio.get_running_loop().run_in_executor(None, results.get)


def tell(report, missed, result):
    name, kept, fresh, line, refused, broken = result
    row = {"phase": name, "requests": len(kept), "refused": refused, "broken": broken}
    for label, values in (("get", kept), ("fresh", fresh), ("line", line)):
        if values:
            row[f"{label}_p50_ms"] = round(percentile(values, 0.5) * 1000, 2)
            row[f"{label}_p99_ms"] = round(percentile(values, 0.99) * 1000, 2)
    print(json.dumps(row), flush=True)
    report[name] = row
    if refused or broken:
        missed.append(f"{name}: {refused} refused, {broken} broken")


async def log_in(port, source, name, password):
    """The time a log-in takes from that address, and its status."""
    body = json.dumps({"name": name, "password": password}).encode()
    begun = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
    writer.write(
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
        + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    data = await reader.read()
    writer.close()
    return time.perf_counter() - begun, int(data[9:12] or b"0"), data


async def flood(arguments, orders, results, report, missed):
    """Log-ins on one account, as many at once as asked, while somebody else logs in and others go on working."""
    statuses = {}
    end = time.monotonic() + arguments.flood_seconds

    async def hammer():
        while time.monotonic() < end:
            try:
                _, status, _ = await log_in(arguments.port, "127.0.0.2", arguments.victim, "wrong")
                statuses[status] = statuses.get(status, 0) + 1
                if status == 503:
                    await asyncio.sleep(0.2)
            except OSError:
                await asyncio.sleep(0.2)

    async def officer():
        times = []
        while time.monotonic() < end:
            took, status, _ = await log_in(arguments.port, "127.0.0.1", arguments.officer, arguments.password)
            times.append(took)
            if status != 201:
                missed.append(f"flood: the officer got {status}")
            await asyncio.sleep(0.3)
        return times

    asked = asyncio.ensure_future(ask(orders, results, "log-in flood", arguments.flood_seconds))
    hammers = [asyncio.ensure_future(hammer()) for _ in range(arguments.flood)]
    times = await officer()
    await asyncio.gather(*hammers)
    tell(report, missed, await asked)
    print(json.dumps({
        "log_ins_of_an_officer": len(times), "p50_s": round(percentile(times, 0.5), 2),
        "worst_s": round(max(times), 2), "answers_to_the_flood": statuses}), flush=True)
    if max(times) > 3:
        missed.append("an officer waited more than 3 s to log in")


async def names(arguments):
    """Whether a wrong password of a name that exists takes longer than one of a name that does not.

    The names that exist are many, so that none is locked.
    """
    known, unknown = [], []
    for number in range(arguments.names):
        pair = [(known, arguments.known[number % len(arguments.known)]), (unknown, f"nobody{number}@{arguments.city}")]
        for times, name in pair if number % 2 else reversed(pair):
            took, status, _ = await log_in(arguments.port, "127.0.0.1", name, "wrong")
            if status == 401:
                times.append(took)
    difference = statistics.mean(known) - statistics.mean(unknown)
    error = math.sqrt(statistics.variance(known) / len(known) + statistics.variance(unknown) / len(unknown))
    print(json.dumps({
        "names": len(known), "known_ms": round(statistics.mean(known) * 1000, 2),
        "unknown_ms": round(statistics.mean(unknown) * 1000, 2), "difference_ms": round(difference * 1000, 2),
        "standard_error_ms": round(error * 1000, 2)}), flush=True)


async def run(arguments):
    orders, results = multiprocessing.Queue(), multiprocessing.Queue()
    process = multiprocessing.Process(target=honest_process, args=(arguments, orders, results), daemon=True)
    process.start()
    # Elsewhere the hostile clients have machines of their own. Here they get what the server and the honest one leave,
    # so that the wait measured is what the server's work for them costs, and not theirs.
    os.nice(19)
    report, missed = {}, []
    try:
        await ask(orders, results, "warm", 2)
        if arguments.names:
            await names(arguments)
        tell(report, missed, await ask(orders, results, "before", arguments.seconds))
        quiet = resident(arguments.pid)

        crowd = Crowd(arguments)
        kinds = ["idle", "head-drip", "body-drip", "chunk-drip", "not-reading"]
        plan = [kinds[number % len(kinds)] for number in range(arguments.connections - arguments.stalled)]
        plan += ["body-stall"] * arguments.stalled
        if arguments.line_port:
            plan += [["line-idle", "line-drip", "line-busy"][number % 3] for number in range(60)]
        begun = time.monotonic()
        lives = []
        for number, kind in enumerate(plan):
            lives.append(asyncio.ensure_future(crowd.live(kind, number)))
            if number % 50 == 49:
                await asyncio.sleep(0.02)
        while crowd.count() < arguments.connections * 0.98 and time.monotonic() - begun < 20:
            await asyncio.sleep(0.1)
        held = crowd.count()
        opened = time.monotonic() - begun
        during = asyncio.ensure_future(ask(orders, results, "during", arguments.seconds * 2))
        least, most = held, quiet
        while not during.done():
            await asyncio.sleep(0.5)
            least = min(least, crowd.count())
            most = max(most, resident(arguments.pid))
        tell(report, missed, during.result())
        # What large bodies may take is a budget of its own, however many share it.
        each = (most - quiet - (BODIES_KB if arguments.stalled else 0)) / held
        print(json.dumps({
            "held": held, "opened_in_s": round(opened, 1), "held_at_least": least, "rss_before_kb": quiet,
            "rss_most_kb": most, "kb_per_connection": round((most - quiet) / held, 1), "kb_beside_bodies": round(each, 1)}), flush=True)
        if held < arguments.connections * 0.98:
            missed.append(f"only {held} connections were held")
        if each > 64:
            missed.append("more than 64 KB a connection")

        crowd.reopen = False
        stopped = time.monotonic()
        _, pending = await asyncio.wait(lives, timeout=130)
        never = {kind: count for kind, count in sorted(crowd.held.items()) if count}
        for task in pending:
            task.cancel()
        ages = {kind: round(max(ages), 1) for kind, ages in sorted(crowd.lives.items())}
        print(json.dumps({
            "longest_life_s": ages, "ended": {kind: len(ages) for kind, ages in sorted(crowd.lives.items())},
            "turned_away_at_the_line_door": sum(crowd.turned_away.values()), "answers": crowd.answers,
            "all_gone_after_s": round(time.monotonic() - stopped, 1)}), flush=True)
        if pending:
            missed.append(f"connections that were never ended: {json.dumps(never)}")
        for kind, age in ages.items():
            if age > DEADLINES[kind] + SLACK:
                missed.append(f"{kind} lived {age} s")
        tell(report, missed, await ask(orders, results, "after", arguments.seconds))
        print(json.dumps({"rss_after_kb": resident(arguments.pid)}), flush=True)
        ratio = report["during"]["get_p99_ms"] / report["before"]["get_p99_ms"]
        print(json.dumps({"p99_during_to_before": round(ratio, 2)}), flush=True)
        if ratio > 2:
            missed.append(f"the p99 of an honest client rose {ratio:.2f} times")
        if arguments.flood:
            await flood(arguments, orders, results, report, missed)
    finally:
        orders.put(None)
        process.join(5)
    for text in missed:
        print(f"missed: {text}", flush=True)
    return 1 if missed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--line-port", type=int, default=0)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--officer", required=True)
    parser.add_argument("--victim", required=True)
    parser.add_argument("--known", nargs="*", default=[])
    parser.add_argument("--city", default="")
    parser.add_argument("--password-file", required=True)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--stalled", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--flood", type=int, default=80)
    parser.add_argument("--flood-seconds", type=int, default=10)
    parser.add_argument("--names", type=int, default=0)
    arguments = parser.parse_args()
    arguments.connections = min(arguments.connections, 10_000)
    arguments.seconds = min(arguments.seconds, 60)
    with open(arguments.password_file, encoding="utf-8") as file:
        arguments.password = file.read().strip()

    async def start():
        _, status, data = await log_in(arguments.port, "127.0.0.1", arguments.officer, arguments.password)
        if status != 201:
            sys.exit(f"the officer cannot log in: {status}")
        arguments.token = json.loads(data.split(b"\r\n\r\n", 1)[1])["token"]
        arguments.path = "/api/v1/cases?limit=20"
        return await run(arguments)

    sys.exit(asyncio.run(start()))


if __name__ == "__main__":
    main()
