"""The same two requests as another team would write them: FastAPI, asyncpg, orjson, uvloop.

It runs the very statements of the server (statements.json), and does what the server does with the answers: presents
the session, reads the city's book once, decides, writes event, outbox, clocks, key and outcome. What it leaves out (other
commands, problem documents, cursors' verification) makes it faster, not slower. asyncpg has no pipelining, so each
statement is a round trip; that is what one gets.
"""

import base64
import datetime
import hashlib
import hmac
import json
import os
import secrets
import time
import uuid

import asyncpg
import orjson
from fastapi import FastAPI, Request, Response

STATEMENTS = json.load(open(os.environ["BENCH_STATEMENTS"], encoding="utf-8"))
CURSOR_KEY = secrets.token_bytes(32)
CHINA = datetime.timezone(datetime.timedelta(hours=8))
HEADERS = {
    "x-content-type-options": "nosniff", "cache-control": "no-store", "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}

ROLES = {
    "grade": {"dispatcher", "leader"}, "assign": {"dispatcher"}, "conclude": {"dispatcher", "leader"},
    "dismiss": {"dispatcher", "leader"}, "reopen": {"dispatcher", "leader"},
    "receive": {"dispatcher", "handler", "duty"}, "return": {"dispatcher", "handler"}, "recall": {"dispatcher"},
    "forward": {"dispatcher"}, "feed_back": {"dispatcher", "handler"}, "accept": {"reviewer", "dispatcher"},
    "send_back": {"reviewer", "dispatcher"}, "urge": {"dispatcher", "duty", "reviewer", "leader"},
    "supervise": {"dispatcher", "leader"}, "reply": {"dispatcher", "handler", "leader"}, "lift": {"dispatcher", "leader"},
    "uphold": {"dispatcher", "leader"}, "raise": {"dispatcher", "leader"},
    "file": {"dispatcher", "duty", "leader"}, "observe": {"dispatcher", "duty", "handler"},
}
CASE_STATES = {
    "grade": {"registered", "graded", "assigned", "accepted"}, "assign": {"graded", "assigned", "accepted"},
    "conclude": {"accepted"}, "dismiss": {"registered", "graded"}, "reopen": {"concluded", "dismissed"},
    "file": {"registered", "graded", "assigned", "accepted", "concluded"},
    "observe": {"registered", "graded", "assigned", "accepted"},
}
# As the plan of the city calls its clocks.
NAMES = {
    "grading": "定级", "dispatch": "转办", "receipt": "签收", "feedback": "最终反馈", "interim": "阶段性反馈", "review": "核验",
    "reply": "督办回复", "judgement": "督办处理", "conclusion": "办结",
}
HOP_STATES = {
    "receive": {"assigned"}, "return": {"assigned", "received"}, "recall": {"assigned"},
    "forward": {"received", "forwarded"}, "feed_back": {"received", "forwarded"}, "accept": {"fed_back"},
    "send_back": {"fed_back"}, "urge": {"assigned", "received", "forwarded"},
    "supervise": {"assigned", "received", "forwarded"},
}
ORDER_STATES = {"reply": {"issued"}, "lift": {"replied"}, "uphold": {"replied"}, "raise": {"issued", "replied"}}

app = FastAPI()
pool = None
books = {}


@app.on_event("startup")
async def open_pool():
    global pool
    pool = await asyncpg.create_pool(
        os.environ["BENCH_DATABASE"], min_size=4, max_size=4, max_inactive_connection_lifetime=0, init=prepare
    )


async def prepare(connection):
    """Texts of jsonb go through as they are; everything else in asyncpg's binary forms."""
    await connection.set_type_codec("jsonb", encoder=str, decoder=str, schema="pg_catalog", format="text")


class Book:
    """What a city's decisions rest on; read again when the city's version has gone up."""

    def __init__(self, version, units, days):
        self.version = version
        self.tags = {unit["unit_id"]: {"label": unit["label"], "name": unit["name"]} for unit in units}
        self.parents = {unit["unit_id"]: unit["parent_id"] for unit in units}
        self.labels = {unit["label"]: unit["unit_id"] for unit in units}
        self.holidays = {day["day"] for day in days if day["kind"] == "holiday"}
        self.workdays = {day["day"] for day in days if day["kind"] == "workday"}

    def contains(self, upper, lower):
        while lower is not None:
            if lower == upper:
                return True
            lower = self.parents.get(lower)
        return False

    def is_working(self, day):
        return day in self.workdays or day.weekday() < 5 and day not in self.holidays

    def after_working_days(self, count, start):
        day = start.astimezone(CHINA).date()
        while count > 0:
            day += datetime.timedelta(days=1)
            count -= self.is_working(day)
        return datetime.datetime.combine(day, datetime.time(23, 59, 59), CHINA).astimezone(datetime.timezone.utc)


async def book_of(connection, who):
    book = books.get(who["city_id"])
    if book is None or book.version != who["book_version"]:
        units = await connection.fetch(
            "select unit_id, label, name, parent_id from bihuan.units where city_id = $1", who["city_id"])
        days = await connection.fetch("select day, kind from bihuan.calendar_days where city_id = $1", who["city_id"])
        book = books[who["city_id"]] = Book(who["book_version"], units, days)
    return book


def bearer(request):
    header = request.headers.get("authorization", "")
    return header[7:] if header.startswith("Bearer bhs_") else None


def written(value):
    """RFC 3339 in the city's offset."""
    return None if value is None else value.astimezone(CHINA).isoformat()


def allowed_on_case(state, owner, has_open_work, who):
    return [
        verb for verb, states in CASE_STATES.items()
        if who["role"] in ROLES[verb] and who["unit_id"] == owner and state in states
        and not (verb == "conclude" and has_open_work)
    ]


def allowed_on_hop(row, has_open_children, who, book):
    unit = who["unit_id"]
    mine = {
        "receive": row["to_unit"], "return": row["to_unit"], "forward": row["to_unit"], "feed_back": row["to_unit"],
        "recall": row["from_unit"], "accept": row["reviewer_unit"], "send_back": row["reviewer_unit"],
    }
    verbs = []
    for verb, states in HOP_STATES.items():
        if who["role"] not in ROLES[verb] or row["assignment_state"] not in states:
            continue
        if verb in ("urge", "supervise"):
            if not book.contains(unit, row["from_unit"]):
                continue
        elif mine[verb] != unit:
            continue
        if verb == "feed_back" and has_open_children:
            continue
        verbs.append(verb)
    return verbs


def allowed_on_order(row, who, book):
    unit = who["unit_id"]
    return [
        verb for verb, states in ORDER_STATES.items()
        if who["role"] in ROLES[verb] and row["order_state"] in states
        and unit == (row["order_to"] if verb == "reply" else row["order_from"])
        and not (verb == "raise" and book.parents.get(row["order_from"]) is None)
    ]


def clock(row, who, book):
    """A clock of the work list, as the server tells it."""
    kind = row["kind"]
    if kind in ("grading", "dispatch", "conclusion"):
        has_open_work = row["has_open_order"] if kind == "conclusion" else False
        allowed = allowed_on_case(row["case_state"], row["owner_unit"], has_open_work, who)
    elif kind in ("receipt", "feedback", "interim", "review"):
        children = False if kind == "interim" else row["has_open_children"]
        allowed = [] if row["assignment_state"] is None else allowed_on_hop(row, children, who, book)
    else:
        allowed = [] if row["order_state"] is None else allowed_on_order(row, who, book)
    started, due, now = row["started_at"], row["due_at"], row["paused_at"] or row["now"]
    if row["limit"] == "NOW":
        light = "yellow"
    elif row["breached_at"] is not None or now - due >= datetime.timedelta(seconds=1):
        light = "red"
    else:
        light = "yellow" if now - started > 0.8 * (due - started) else "green"
    return {
        "id": row["clock_id"], "kind": kind, "rule": row["rule"], "name": NAMES.get(row["rule"], row["rule"]),
        "unit": book.tags[row["unit_id"]],
        "case": {
            "id": row["case_id"], "ref": row["case_ref"], "is_drill": row["is_drill"], "title": row["title"],
            "level": row["level"],
        },
        "subject": row["subject"], "limit": row["limit"], "start_event": row["start_event"],
        "started_at": written(started), "due_at": written(due), "breached_at": written(row["breached_at"]),
        "stopped_at": written(row["stopped_at"]), "outcome": row["outcome"], "next_rung": row["next_rung"],
        "next_at": written(row["next_at"]), "paused_at": written(row["paused_at"]), "asked": row["asked"], "light": light,
        "allowed_actions": allowed,
    }


def answer(content, status=200, **headers):
    return Response(orjson.dumps(content, default=str), status, {**HEADERS, "x-request-id": str(uuid.uuid4()), **headers},
                    "application/json; charset=utf-8")


def seal(position, name):
    mac = hmac.new(CURSOR_KEY, name.encode() + b"\0" + position, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(position + mac).decode().rstrip("=")


@app.get("/api/v1/worklist")
async def worklist(request: Request, limit: int = 50):
    token = bearer(request)
    if token is None:
        return answer({"title": "unauthenticated"}, 401)
    present, introduce, list_work = STATEMENTS["worklist"][0]
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(present["sql"], token)
        who = await connection.fetchrow(introduce["sql"])
        if who is None:
            return answer({"title": "unauthenticated"}, 401)
        rows = await connection.fetch(list_work["sql"], limit + 1)
        book = await book_of(connection, who)
    items = [clock(row, who, book) for row in rows[:limit]]
    cursor = None
    headers = {}
    if len(rows) > limit:
        last = rows[limit - 1]
        position = int(last["due_at"].timestamp() * 1_000_000).to_bytes(8, "big") + last["clock_id"].bytes
        cursor = seal(position, "worklist")
        headers["link"] = f'</api/v1/worklist?after={cursor}>; rel="next"'
    return answer({"items": items, "next": cursor}, **headers)


def fresh_id():
    """A UUIDv7."""
    number = int(time.time() * 1000) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=number & ~(0x3 << 62) | 0x2 << 62)


def constant(value, kind):
    """A parameter's text as asyncpg wants it."""
    if value is None:
        return None
    if kind in ("int2", "int4", "int8"):
        return int(value)
    if kind == "uuid":
        return uuid.UUID(value)
    if kind == "bytea":
        return bytes.fromhex(value[2:])
    if kind == "timestamptz":
        return datetime.datetime.fromisoformat(value)
    if kind.endswith("[]"):
        return [constant(item, kind[:-2]) for item in value.strip("{}").split(",")]
    return value


plans = {}


async def run(connection, statement, values):
    """Binds what is decided by role and the rest as constants of the statement's types."""
    plan = plans.get(id(statement))
    if plan is None:
        prepared = await connection.prepare(statement["sql"])
        plan = [
            (None, values_of["role"]) if values_of.get("role") in values
            else (constant(values_of["value"], kind.name if kind.kind != "array" else kind.name.removesuffix("[]") + "[]"), None)
            for values_of, kind in zip(statement["parameters"], prepared.get_parameters())
        ]
        plans[id(statement)] = plan
    arguments = [value if role is None else values[role] for value, role in plan]
    return await connection.fetch(statement["sql"], *arguments)


@app.post("/api/v1/cases/{case}/assignments")
async def assign(case: uuid.UUID, request: Request):
    token = bearer(request)
    if token is None:
        return answer({"title": "unauthenticated"}, 401)
    body = orjson.loads(await request.body())
    if not all(isinstance(body.get(name), str) for name in ("unit", "instruction", "reason")) or not body["reason"]:
        return answer({"title": "bad fields"}, 422)
    key = request.headers.get("idempotency-key")
    digest = hashlib.sha256(orjson.dumps([str(case), body], option=orjson.OPT_SORT_KEYS)).digest()
    reading, writing = STATEMENTS["assign"]
    values = {"token": token, "case": case, "key": key, "hash": digest}
    async with pool.acquire() as connection, connection.transaction():
        found = [await run(connection, statement, values) for statement in reading]
        if not found[1]:
            return answer({"title": "unauthenticated"}, 401)
        who = found[1][0]
        kept = found[3][0]
        if kept["outcome"] is not None:
            if kept["request_hash"] != digest:
                return answer({"title": "key reused"}, 422)
            return answer(orjson.loads(kept["outcome"]), 201, **{"idempotent-replayed": "true"})
        if not found[4]:
            return answer({"title": "not found"}, 404)
        record, hops, clocks = found[4][0], found[5], found[8]
        now, number = found[-1][0]["now"], found[-1][0]["number"]
        book = await book_of(connection, who)
        target = book.labels.get(body["unit"])
        if who["role"] not in ROLES["assign"] or who["unit_id"] != record["owner_unit"]:
            return answer({"title": "not permitted"}, 403)
        if record["state"] not in CASE_STATES["assign"] or target is None or target == record["owner_unit"]:
            return answer({"title": "not allowed"}, 409)
        if any(hop["to_unit"] == target and hop["state"] in HOP_STATES["urge"] for hop in hops):
            return answer({"title": "already so"}, 200)
        dispatch = next(c["clock_id"] for c in clocks if c["kind"] == "dispatch")
        assignment, ref = fresh_id(), f"A-{number:06d}"
        receipt_due = now + datetime.timedelta(hours=4)
        feedback_due = book.after_working_days(3, now)
        outcome = {
            "kind": "assignment", "id": assignment, "ref": ref, "state": "assigned", "version": 1, "unit": body["unit"],
            "due_at": written(feedback_due),
            "case": {"id": case, "ref": record["ref"], "is_drill": False, "state": "assigned", "level": record["level"],
                     "version": record["version"] + 1},
            "allowed_actions": ["recall", "urge", "supervise"], "changed": True,
        }
        message = {"case": record["ref"], "due_at": feedback_due.isoformat(), "subject": ref}
        values.update(
            assignment=assignment, ref=ref, case_ref=record["ref"], dispatch=dispatch, fresh1=fresh_id(), fresh2=fresh_id(),
            time1=record["graded_at"], time2=now, time3=receipt_due, time4=now + 0.8 * (receipt_due - now),
            time5=feedback_due, time6=now + 0.8 * (feedback_due - now),
            detail=orjson.dumps({"ref": ref, "unit": body["unit"]}).decode(), payloads=[orjson.dumps(message).decode()],
            outcome=orjson.dumps(outcome, default=str).decode(),
        )
        for statement in writing:
            await run(connection, statement, values)
    return answer(outcome, 201, location=f"/api/v1/assignments/{assignment}", etag='"1"')
