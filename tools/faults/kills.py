"""Kills a sweep and a learning run at random moments, and goes on with them.

    ./bazelw run //tools/faults:kills -- --kills 1000
    ./bazelw run //tools/faults:rank_kills -- --kills 100

The second does it to a run over ranks, with MPI: SIGKILL meets one of them.

Signals are SIGKILL, SIGTERM and SIGINT, by turns. After each, no line that was in the
journal is lost; the two that a process can hear end it in order; where a run has come to its end, it has what an undisturbed one has,
and nothing twice. Then the next begins.
"""
import argparse
import collections
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from tools.faults.scenarios import RANKS, SCENARIOS, call

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


class Victim:
    """One scenario that is killed, gone on with and killed again, until it ends."""

    def __init__(self, name, folder, draw):
        self.scenario = SCENARIOS[name]
        self.draw = draw
        self.before, self.place = folder / "before", folder / "place"
        self.place.mkdir()
        self.scenario.prepare(self.place)
        shutil.copytree(self.place, self.before)
        start = time.monotonic()
        made = call(*self.scenario.words(self.place))
        assert made.returncode == 0, made.stderr
        self.seconds = time.monotonic() - start
        self.expected = self.scenario.outcome(self.place)
        self.begin()

    def begin(self):
        shutil.rmtree(self.place)
        shutil.copytree(self.before, self.place)
        self.words = self.scenario.words(self.place)

    def kill(self, number):
        """What became of it: "killed at ...", "ended"; raises AssertionError."""
        lines = self.scenario.lines(self.place)
        with subprocess.Popen([str(word) for word in self.words], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True) as process:
            time.sleep(self.draw.uniform(0, self.seconds))
            victim = process.pid if number != signal.SIGKILL else \
                self.scenario.heart(process, self.draw)
            try:
                os.kill(victim, number)
            except ProcessLookupError:
                pass  # it had ended
            said = process.communicate(timeout=60)[1]
        ended = process.returncode == 0
        # Before a run begins, and after its end, a signal does what it always did.
        in_order = process.returncode == 128 + number and number != signal.SIGKILL
        one_of_many = victim != process.pid
        assert ended or in_order or one_of_many or process.returncode == -number, \
            f"status {process.returncode}: {said}"
        lost = lines - self.scenario.lines(self.place)
        assert not lost, f"lost: {lost}"
        if ended:
            assert self.scenario.outcome(self.place) == self.expected, "not what there must be"
            self.begin()
            return "at its end"
        journal = self.place / self.scenario.journal
        self.words = self.scenario.again(self.place)
        return "among rows" if journal.exists() and journal.stat().st_size else "before its rows"

    def end(self):
        """Without further faults."""
        made = call(*self.words)
        assert made.returncode == 0, made.stderr
        assert self.scenario.outcome(self.place) == self.expected, "not what there must be"


def campaign(names, kills, seed, say=print):
    """{(scenario, signal, when): how many}; raises AssertionError for a broken promise."""
    draw = random.Random(seed)
    counts = collections.Counter()
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            victim = Victim(name, pathlib.Path(folder), draw)
            for i in range(kills // len(names)):
                number = SIGNALS[i % len(SIGNALS)]
                counts[name, number.name, victim.kill(number)] += 1
            victim.end()
        for key, count in sorted(counts.items()):
            if key[0] == name:
                say(f"{count:5} {' '.join(key)}")
    return counts


def main(words):
    missing = [] if RANKS.exists() else ["ranks"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=[name for name in SCENARIOS if name not in missing],
                        default=["smoke", "course"] if missing else ["ranks"])
    given = parser.parse_args(words)
    counts = campaign(given.only, given.kills, given.seed,
                      say=lambda line: print(line, flush=True))
    print(f"{sum(counts.values())} kills: nothing lost, nothing twice")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
