"""Fails every system call that a program makes on its files, one after the other.

    ./bazelw run //tools/faults:failing_calls

Of each call and kind of failure it demands: either the program completes what it was
asked, or it says in one line which file could not be read or written and ends with an
error. Afterwards the same command, or --resume, ends where an undisturbed one does, and
no line that was in a journal is lost.
"""
import argparse
import collections
import pathlib
import shutil
import sys
import tempfile

from tools.faults.scenarios import SCENARIOS, call

SHIM = pathlib.Path("tools/faults/libfailing_call.so").resolve()
KINDS = ("EIO", "ENOSPC", "EINTR", "short", "exit")
EXIT = 9  # as the shim ends a process
MOST_CALLS = 10_000


class Broken(Exception):
    """What was promised and did not hold."""


class Trial:
    """One scenario, to be disturbed again and again."""

    def __init__(self, name, folder):
        self.scenario = SCENARIOS[name]
        self.before = folder / "before"
        self.place = folder / "place"
        self.log = folder / "failed"
        self.before.mkdir()
        # Paths stand in what programs write: all is done in one place.
        self.before.rename(self.place)
        self.scenario.prepare(self.place)
        shutil.copytree(self.place, self.before)
        made = call(*self.scenario.words(self.place))
        if made.returncode != 0:
            raise Broken(f"undisturbed: {made.stderr or made.stdout}")
        self.expected = self.scenario.outcome(self.place)

    def disturbed(self, kind, n):
        """(the call that failed, the program's exit status), or None past the last call."""
        shutil.rmtree(self.place)
        shutil.copytree(self.before, self.place)
        self.log.unlink(missing_ok=True)
        made = call(*self.scenario.words(self.place), env={
            "PATH": "/usr/bin:/bin", "LD_PRELOAD": str(SHIM), "FAIL_UNDER": str(self.place),
            "FAIL_CALL": str(n), "FAIL_AS": kind, "FAIL_LOG": str(self.log)})
        if not self.log.exists():
            return None
        failed = self.log.read_text(encoding="utf-8").splitlines()[0]
        self._check(made, kind)
        lines = self.scenario.lines(self.place)
        again = call(*self.scenario.again(self.place))
        if again.returncode != 0:
            raise Broken(f"{failed}: going on: {again.stderr or again.stdout}")
        if self.scenario.outcome(self.place) != self.expected:
            raise Broken(f"{failed}: gone on, what is there is not what there must be")
        if lines - self.scenario.lines(self.place):
            raise Broken(f"{failed}: gone on, lines of {self.scenario.journal} are lost")
        return failed, made.returncode

    def _check(self, made, kind):
        failed = self.log.read_text(encoding="utf-8").strip()
        if kind == "exit":
            if made.returncode != EXIT:
                raise Broken(f"{failed}: status {made.returncode}")
            return
        if made.returncode == 0:
            if self.scenario.outcome(self.place) != self.expected:
                raise Broken(f"{failed}: it says that all went well, and it didn't")
            return
        said = [line for line in made.stderr.splitlines() if line.startswith("error: ")]
        if made.returncode < 0 or len(said) != 1 or str(self.place) not in said[0]:
            raise Broken(f"{failed}: status {made.returncode}: {made.stderr}")
        left = [path.name for path in self.place.rglob("*")
                if ".new" in path.name or path.name.startswith(".")]
        if left:
            raise Broken(f"{failed}: {', '.join(left)} is left behind")


def campaign(names, kinds, stride=1, say=print):
    """[(scenario, kind, n, what was broken)]"""
    found = []
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            trial = Trial(name, pathlib.Path(folder))
            for kind in kinds:
                statuses = collections.Counter()
                for n in range(1, MOST_CALLS, stride):
                    try:
                        done = trial.disturbed(kind, n)
                        if done is None:
                            break
                        statuses[done[1]] += 1
                    except Broken as broken:
                        statuses["broken"] += 1
                        found.append((name, kind, n, str(broken)))
                        say(f"{name}, {kind}, call {n}: {broken}")
                say(f"{name:13} {kind:7} {sum(statuses.values()):4} calls failed: " + ", ".join(
                    f"{count} times status {status}" for status, count in statuses.items()))
    return found


def main(words):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=[
        name for name in SCENARIOS if name not in ("smoke", "course", "ranks")])
    parser.add_argument("--as", dest="kinds", nargs="+", choices=KINDS, default=KINDS)
    given = parser.parse_args(words)
    found = campaign(given.only, given.kinds, say=lambda line: print(line, flush=True))
    print(f"{len(found)} promises broken")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
