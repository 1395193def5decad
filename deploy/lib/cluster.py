"""A private PostgreSQL for measurements and models, processes with their CPU time, and small helpers round both."""

import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
TICK = os.sysconf("SC_CLK_TCK")


def say(text):
    print(text, file=sys.stderr, flush=True)


def cpu_seconds(root):
    """User and system time of a process, its threads and everything it started, in seconds."""
    children = {}
    times = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            text = pathlib.Path("/proc", entry, "stat").read_text()
        except OSError:
            continue
        # The name may hold blanks and brackets; what counts stands behind its last bracket.
        fields = text[text.rindex(")") + 2 :].split()
        children.setdefault(int(fields[1]), []).append(int(entry))
        # utime, stime, and those of children that have ended and were waited for.
        times[int(entry)] = sum(int(field) for field in fields[11:15])
    total = 0
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        total += times.get(pid, 0)
        waiting += children.get(pid, [])
    return total / TICK


def resident_megabytes(pid):
    """Resident set of one process."""
    for line in pathlib.Path("/proc", str(pid), "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def wait_until(check, seconds, what):
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            raise SystemExit(f"等了 {seconds} 秒，{what}")
        time.sleep(0.01)


class Cluster:
    """PostgreSQL on a Unix socket, with fsync and the settings that a machine of a few gigabytes would be given."""

    SETTINGS = {
        "listen_addresses": "",
        "shared_buffers": "1GB",
        "effective_cache_size": "4GB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "wal_compression": "on",
        "max_connections": "100",
        "max_locks_per_transaction": "256",
        "logging_collector": "on",
        "log_destination": "jsonlog",
        "log_directory": "log",
        "log_filename": "bench.log",
        "log_rotation_size": "0",
        "log_rotation_age": "0",
        "autovacuum_naptime": "10s",
        "shared_preload_libraries": "pg_stat_statements",
        "jit": "off",
    }

    def __init__(self, work, **settings):
        self.work = pathlib.Path(work)
        self.settings = dict(self.SETTINGS, **settings)
        self.data = self.work / "pg"
        self.socket = self.work / "socket"
        self.bin = self._binaries()
        # PostgreSQL refuses to run as root.
        self.account = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.pid = None

    @staticmethod
    def _binaries():
        if os.environ.get("PG_BINDIR"):
            return pathlib.Path(os.environ["PG_BINDIR"])
        found = [path for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
        return max(found, key=lambda path: int(path.parent.name))

    def _as_account(self, *command):
        if os.geteuid() == 0:
            command = ("setpriv", f"--reuid={self.account}", f"--regid={self.account}", "--init-groups", *command)
        return [str(part) for part in command]

    def start(self):
        if self.data.exists():
            self.stop()
            shutil.rmtree(self.data)
        self.data.mkdir(parents=True, mode=0o700)
        self.socket.mkdir(exist_ok=True, mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.data, self.account, self.account)
            shutil.chown(self.socket, self.account, self.account)
        subprocess.run(
            self._as_account(
                self.bin / "initdb", "--pgdata", self.data, "--auth=trust", "--username=postgres", "--locale=C.UTF-8",
                "--encoding=UTF8", "--data-checksums",
            ),
            check=True, stdout=subprocess.DEVNULL, cwd="/",
        )
        settings = dict(self.settings, unix_socket_directories=str(self.socket))
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as file:
            for name, value in settings.items():
                file.write(f"{name} = '{value}'\n")
        self.run()

    def run(self):
        self.stop()
        subprocess.run(
            self._as_account(self.bin / "pg_ctl", "--pgdata", self.data, "--wait", "--silent", "--log", "/dev/null", "start"),
            check=True, cwd="/",
        )
        self.pid = int((self.data / "postmaster.pid").read_text().split()[0])

    def stop(self):
        if (self.data / "postmaster.pid").exists():
            subprocess.run(
                self._as_account(self.bin / "pg_ctl", "--pgdata", self.data, "--mode=fast", "--silent", "stop"),
                check=False, cwd="/",
            )
        self.pid = None

    def conninfo(self, database, user=None):
        return f"host={self.socket} dbname={database}" + (f" user={user}" if user else "")

    def psql(self, database, sql=None, file=None, user="postgres", **variables):
        """Runs SQL and gives back what it printed, unaligned."""
        command = [self.bin / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        command += [f"--set={name}={value}" for name, value in variables.items()]
        command += ["--dbname", self.conninfo(database, user)]
        command += ["--file", file] if file else ["--command", sql]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"psql：{done.stderr.strip()}")
        return done.stdout.strip()

    def clone(self, template, database):
        self.drop(database)
        self.psql("postgres", f'create database "{database}" template "{template}" strategy file_copy')
        # The privileges of a database are not copied with it.
        self.psql(database, file=SOURCE / "sql/roles.sql")

    def drop(self, database):
        self.psql("postgres", f'drop database if exists "{database}" with (force)')

    @property
    def log(self):
        return self.data / "log/bench.json"

    def log_since(self, offset):
        with open(self.log, "rb") as file:
            file.seek(offset)
            return [json.loads(line) for line in file.read().decode().splitlines() if line.startswith("{")]


class Server:
    """A program that listens: started, waited for, measured, stopped."""

    def __init__(self, command, log, environment=None, ready=None):
        self.started = time.monotonic()
        self.output = open(log, "wb")
        self.process = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=self.output,
            env={**os.environ, **(environment or {})}, start_new_session=True,
        )
        self.pid = self.process.pid
        self.line = ready(self) if ready else ""
        self.seconds_to_ready = time.monotonic() - self.started

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.pid, signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)
                self.process.wait()
        self.output.close()


def ready_line(server):
    """Waits for the line `ready …` on standard output."""
    for line in server.process.stdout:
        text = line.decode()
        if text.startswith("ready"):
            return text
    raise SystemExit("服务没有起来，见 " + server.output.name)
