"""The two doors of the product: how a step is said there, and what is answered."""

import collections
import http.client
import json
import socket
import threading
from typing import NamedTuple

PASSWORD = "Model-only-password-1"
PATHS = {
    "case": "cases", "hop": "assignments", "order": "supervisions", "dispute": "disputes", "referral": "referrals",
    "task": "tasks", "feedback": "feedback",
}


class Words(NamedTuple):
    """How a verb is said.

    - line: the command of the line
    - positional: of what is said with it, what the line takes by its place
    - path: what follows the thing's own in JSON; None: `actions/` and the verb
    - said: further members of the JSON body, by the name of the line
    """

    line: str
    positional: tuple = ()
    path: str = None
    said: dict = {}


FINAL = {"findings": "查实", "measures": "下架", "result": "已办"}
WORDS = {
    "grade": Words("CASE GRADE", ("level",)),
    "assign": Words("CASE ASSIGN", ("unit",), "assignments"),
    "conclude": Words("CASE CONCLUDE"),
    "dismiss": Words("CASE DISMISS"),
    "reopen": Words("CASE REOPEN"),
    "receive": Words("CASE RECEIVE"),
    "return": Words("CASE RETURN"),
    "recall": Words("CASE RECALL"),
    "forward": Words("CASE FORWARD", ("unit",)),
    "feed_back": Words("CASE FEEDBACK", (), "feedback", FINAL),
    "accept": Words("CASE ACCEPT"),
    "send_back": Words("CASE SENDBACK"),
    "urge": Words("CASE URGE"),
    "supervise": Words("CASE SUPERVISE", (), "supervisions", {"requirement": "速办"}),
    "reply": Words("CASE REPLY", (), None, {"reply": "已整改"}),
    "lift": Words("CASE LIFT"),
    "uphold": Words("CASE UPHOLD"),
    "raise": Words("CASE RAISE"),
    "dispute": Words("CASE DISPUTE", (), "disputes"),
    "arbitrate": Words("DISPUTE ARBITRATE", ("unit",)),
    "withdraw": Words("DISPUTE WITHDRAW"),
    "refer": Words("CASE REFER", (), "referrals", {"text": "请协查"}),
    "answer_referral": Words("REFERRAL ANSWER", (), None, {"answer": "已复"}),
    "waive_referral": Words("REFERRAL WAIVE"),
    "visit": Words("CASE VISIT"),
    "comment": Words("CASE COMMENT", (), None, {"text": "请查来源"}),
    "add_task": Words("TASK ADD", (), "tasks", {"text": "现场检查"}),
    "end_guidance": Words("CASE ENDGUIDANCE"),
    "finish_task": Words("TASK FINISH", (), None, {"evidence": "照片"}),
    "drop_task": Words("TASK DROP"),
    "attach_lead": Words("CASE ATTACH", ("lead",)),
    "detach_lead": Words("CASE DETACH", ("lead",)),
    "merge": Words("CASE MERGE", ("into",)),
    "unmerge": Words("CASE UNMERGE"),
    "recuse": Words("CASE RECUSE", ("unit",)),
    "lift_recusal": Words("CASE LIFTRECUSAL", ("unit",)),
    "restrict": Words("CASE RESTRICT", ("secrecy",)),
}
# Changes of units and posts: the path in JSON, and further members of the body; None stands for what it is about.
CHANGES = {
    "move": ("/units/{}/actions/move", {}),
    "hand_over": ("/units/{}/actions/hand_over", {}),
    "close": ("/units/{}/actions/close", {}),
    "open": ("/units", {"label": None, "name": None}),
    "employ": ("/officers", {"login": None, "name": None, "password": PASSWORD}),
    "post": ("/officers/{}/actions/post", {}),
    "end_post": ("/officers/{}/actions/end_post", {}),
}
LINE_CHANGES = {"move": "UNIT MOVE {} {parent}", "hand_over": "UNIT HANDOVER {} {to}",
                "close": "UNIT CLOSE {} to={to} posts={posts}"}
# What the line calls otherwise than the other door.
LINE_NAMES = {("reply", "reply"): "text"}
LINE_FIELDS = {("restrict", "field.level"): "field.secrecy"}
VERBS_BY_COMMAND = {words.line: verb for verb, words in WORDS.items()}
# The same refusals by the names of either door.
SAME = {
    "post.not_permitted": "role", "unit.not_permitted": "unit", "administration.not_permitted": "unit",
    "state.open_work": "open_work", "work.open": "open_work",
    "supervision.nobody_above": "nobody_above", "unit.top": "nobody_above",
}


class JSONDoor:
    """One server's JSON interface."""

    def __init__(self, address):
        self.address = address.removeprefix("http://")
        self.local = threading.local()

    def ask(self, persona, method, path, body=None):
        """Status and body of one request, over a connection that this thread keeps."""
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = self.local.connection = http.client.HTTPConnection(self.address, timeout=60)
        headers = {"Content-Type": "application/json"}
        if persona.token:
            headers["Authorization"] = f"Bearer {persona.token}"
        connection.request(method, "/api/v1" + path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None

    def look(self, persona, path):
        """What stands at a path; None: nothing, or nothing to be seen."""
        status, body = self.ask(persona, "GET", path)
        if status not in (200, 404):
            raise SystemExit(f"{persona} looks at {path}: {status} {body}")
        return body if status == 200 else None

    def log_in(self, persona):
        """Opens a session in the persona's post."""
        persona.token = None
        account = {"name": f"{persona.login}@{persona.city.code}", "password": PASSWORD}
        self._open(persona, account)
        posts = self.look(persona, "/me")["posts"]
        if len(posts) > 1:
            acting = (persona.unit.label, persona.role)
            own = [each["id"] for each in posts if (each["unit"]["label"], each["role"]) == acting]
            persona.token = None
            self._open(persona, {**account, "post": own[-1]})

    def _open(self, persona, account):
        status, body = self.ask(persona, "POST", "/sessions", account)
        if status != 201:
            raise SystemExit(f"{persona} cannot log in: {status} {body}")
        persona.token = body["token"]

    def change(self, change):
        """How a change of units or posts was answered: None or why it was refused."""
        path, said = CHANGES[change.verb]
        body = {"reason": "机构改革", **change.words, **{name: change.about if value is None else value
                                                     for name, value in said.items()}}
        return self.judge(*self.ask(change.persona, "POST", path.format(change.about), body))[0]

    def take(self, step):
        """How a step was answered: None or why it was refused, and what was told of what it made."""
        words = WORDS[step.verb]
        thing = f"/{PATHS[step.kind]}/{_name(step)}"
        if step.verb in ("accept", "send_back"):
            thing = f"/{PATHS['feedback']}/{step.thing.feedback}"
        path = f"{thing}/{words.path or 'actions/' + step.verb}"
        body = {"reason": "试验", **words.said, **step.words}
        return self.judge(*self.ask(step.persona, "POST", path, body))

    @staticmethod
    def judge(status, answer):
        if status in (200, 201):
            return None, answer
        if status == 404:
            return "not_found", None
        fields = {fault["pointer"].split("/")[1] for fault in answer.get("errors", [])}
        if status == 400 and fields:
            return "field." + "+".join(sorted(fields)), None
        return SAME.get(answer["code"], answer["code"]), None


class LineDoor:
    """One server's line protocol, on its Unix socket."""

    # The door has room for 32.
    MOST = 28

    def __init__(self, path):
        self.path = str(path)
        # Whoever spoke last stands last.
        self.sessions = collections.OrderedDict()

    def session(self, persona):
        """The persona's session; where there is no room for one more, who has been silent longest hangs up."""
        if persona in self.sessions:
            self.sessions.move_to_end(persona)
            return self.sessions[persona]
        if len(self.sessions) >= self.MOST:
            self.hang_up(self.sessions.popitem(last=False)[1])
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(60)
        line.connect(self.path)
        session = self.sessions[persona] = (line, line.makefile("r", encoding="utf-8", newline="\r\n"))
        session[1].readline()
        # A mapped account of this machine may be logged in already; none is here.
        self.say(session, f"AUTHINFO USER {persona.login}@{persona.city.code}")
        reply = self.say(session, f"AUTHINFO PASS {PASSWORD}")
        if not reply.startswith("281"):
            raise SystemExit(f"{persona} cannot log in on the line: {reply}")
        return session

    def hang_up(self, session):
        self.say(session, "QUIT")
        # Its place is free once the server has let go.
        session[1].read()
        session[0].close()

    @staticmethod
    def say(session, text):
        session[0].sendall(text.encode() + b"\r\n")
        return session[1].readline().rstrip("\r\n")

    def look(self, persona, ref):
        """A case as the line shows it; None: there is none to be seen."""
        session = self.session(persona)
        reply = self.say(session, f"CASE SHOW {ref} format=json")
        if reply.startswith("490"):
            return None
        lines = []
        while (line := session[1].readline().rstrip("\r\n")) != ".":
            lines.append(line.removeprefix("."))
        return json.loads("\n".join(lines))

    def take(self, step):
        """How a step was answered: None or why it was refused, and what was told of what it made."""
        words = WORDS[step.verb]
        said = {**words.said, **step.words}
        line = [words.line, _name(step), *(str(said.pop(name)) for name in words.positional)]
        line += [f"{LINE_NAMES.get((step.verb, name), name)}={self.spell(value)}" for name, value in said.items()]
        reply = self.say(self.session(step.persona), " ".join([*line, "reason=试验"]))
        told, answer = self.judge(reply)
        return LINE_FIELDS.get((step.verb, told), told), answer

    def change(self, change):
        """How a change of units was answered: None or why it was refused."""
        line = LINE_CHANGES[change.verb].format(change.about, **change.words)
        return self.judge(self.say(self.session(change.persona), f"{line} reason=机构改革"))[0]

    def forget(self, persona):
        """The persona's session, if there is one, ended with its post."""
        session = self.sessions.pop(persona, None)
        if session:
            session[0].close()

    @staticmethod
    def spell(value):
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value

    @staticmethod
    def judge(reply):
        code, arguments = reply[:3], reply[4:].split()
        first = arguments[0] if arguments else ""
        if code in ("291", "292", "294"):
            return None, {"ref": first}
        if code == "490":
            return "not_found", None
        if code == "493":
            return "role" if first.startswith("role.") else "unit", None
        if code == "501":
            return "field." + first.split(".")[0], None
        return SAME.get(first, first or reply), None


def _name(step):
    """By ref; but what another city calls so is something else, and the unit of a task need not know its assignment."""
    thing = step.thing
    by_id = step.persona.city is not step.case.city or step.kind == "task"
    return thing.id if by_id and thing.id else thing.ref
