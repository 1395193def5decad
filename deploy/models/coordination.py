"""An independent model of who sees what and who may do what, compared with the product through both doors.

Three cities, an officer for every role of every unit, two servers on one database. Step by step somebody does something
to something: mostly what may come next, sometimes what must be refused, and sometimes two at once on both servers; now
and then a day passes, or a city is reformed. The model and the product must agree on every answer, and on what is seen
afterwards. The model's rules, none taken from
the product, stand where they are kept:

- `office/city.py`: units, posts, and what a post may know
- `office/case.py`: what belongs to a case, and who sees it
- `office/rights.py`: who may take which step
- `office/steps.py`: what comes of it
- `office/ladder.py`: what comes of time that passes
- `office/tree.py`: what becomes of units and posts

Nothing of another city is seen, and what is not seen looks as if it were not there. Two at once must come to what one
after the other may come to, in either order. Ends with status 1 at the first difference, with the seed and the step
that made it.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from office.city import City
from office.play import Play
from office.rig import Rig

CITIES = ["jia", "yi", "bing"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bihuan", required=True)
    parser.add_argument("--work", help="where the database lies meanwhile; what is there is deleted first")
    parser.add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plays", type=int, default=1, help="plays at the same time, which share the steps")
    arguments = parser.parse_args()
    if arguments.plays > 1:
        sys.exit(several(arguments))
    # PostgreSQL runs under an account of its own, which need not see into the source.
    work = arguments.work or tempfile.mkdtemp(prefix="bihuan-model-")
    os.makedirs(work, exist_ok=True)
    os.chmod(work, 0o755)
    try:
        one(arguments, Rig(work, pathlib.Path(arguments.bihuan).resolve()))
    finally:
        if not arguments.work:
            shutil.rmtree(work)


def several(arguments):
    """Plays with seeds of their own, each with its own servers; the status of the worst."""
    steps = str(arguments.steps // arguments.plays)
    command = [sys.executable, __file__, "--bihuan", arguments.bihuan, "--steps", steps]
    seeds = range(arguments.seed, arguments.seed + arguments.plays)
    plays = [subprocess.Popen([*command, "--seed", str(seed)]) for seed in seeds]
    return max(play.wait() for play in plays)


def one(arguments, rig):
    """One play, from the empty database to its last step."""
    servers = []
    rig.cluster.start()
    try:
        cities = [City(code) for code in CITIES]
        rig.fill(cities)
        servers = [rig.serve(name) for name in ("one", "two")]
        play = Play(arguments.seed, cities, rig.cluster, servers)
        play.log_in()
        started = time.monotonic()
        play.run(arguments.steps)
        seconds = time.monotonic() - started
        counts = ", ".join(f"{count} {what}" for what, count in sorted(play.counts.items()))
        print(
            f"seed {arguments.seed}: {arguments.steps} steps, {len(play.world.cases)} cases ({counts}), 0 differ, "
            f"{seconds:.0f} s, {arguments.steps / seconds:.0f} steps/s"
        )
    finally:
        for server in servers:
            server.stop()
        rig.cluster.stop()


if __name__ == "__main__":
    main()
