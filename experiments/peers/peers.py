"""Peers beside ours: the same cells, weights and inputs, in turns, as rows and a table."""
import os
import pathlib
import sys
import time

from experiments.peers import arguments, environment, manifest, table
from experiments.peers.contest import Contest
from experiments.peers.journal import Journal
from experiments.peers.process import Process
from experiments.peers.refused import Failed, Refused

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent  # imports of the suite's Python start here
DEFINITIONS = HERE.parent / "definitions"
CONTENDER = HERE / "contender"
BAD_INPUT = 2
INTERRUPTED = 130  # as shells say it of SIGINT


class Run:
    """All cells of a definition, for each number of threads."""

    def __init__(self, given, words):
        self.given = given
        self.started = time.monotonic()
        self.run_id = manifest.run_id()
        self.folder = given.out or pathlib.Path(
            os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."), "results/local/peers", self.run_id)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.manifest = manifest.Manifest(self.folder, self.run_id, words)
        self.journal = None

    def run(self):
        """The exit status."""
        for threads in self.given.threads:
            processes = {}
            try:
                self._contest(threads, processes)
            finally:
                for process in processes.values():
                    process.stop()
        self.manifest.finished()
        self.manifest.save()
        self.journal.close()
        for log in self.folder.glob("*.log"):
            if log.stat().st_size == 0:
                log.unlink()
        print(f"\nrows in {self.folder}")
        if self.journal.failed:
            print(f"{self.journal.failed} failed; cells.csv says why", file=sys.stderr)
        return 1 if self.journal.failed else 0

    def _contest(self, asked, processes):
        ours = processes["ours"] = Process(
            [CONTENDER, self.given.definition, "--threads", asked, "--run-id", self.run_id,
             *(word for axis in self.given.axes for word in ("--set", axis))],
            self.folder / "ours.log", os.environ)
        listing = _listing(ours)
        threads = listing["settings"]["threads"]
        repetitions = self.given.repetitions or listing["settings"]["repetitions"]
        cells = [cell for cell in listing["cells"] if self.given.filter.search(cell["id"])]
        if not cells:
            raise Refused(f"--filter {self.given.filter.pattern}: no cell has it in its id")
        counts = self.given.threads
        self.manifest.ours(listing, {"threads": threads if len(counts) == 1 else counts,
                                     "repetitions": repetitions,
                                     "filter": self.given.filter.pattern})
        self.journal = self.journal or Journal(self.folder / "cells.csv", listing["columns"])
        for peer in self.given.peers:
            processes[peer.name] = self._start(peer, threads)
        self.manifest.save()
        peers = {name: p for name, p in processes.items() if name != "ours"}
        contest = Contest(ours, peers, self.journal, repetitions,
                          listing["settings"]["repetition_seconds"])
        lines = []
        for number, cell in enumerate(cells):
            self._show(f"{number + 1}/{len(cells)} {cell['id']}")
            reason = self._excess(cell, len(peers))
            entrants = contest.skip(cell, reason) if reason else contest.run(cell)
            lines.append(table.line_of(cell, entrants))
        self._show("")
        print(f"\n{listing['experiment']}, threads = {threads}: medians of {repetitions} "
              "repetitions; above 1, ours is faster; 95 % intervals\n")
        print(table.table(lines, list(peers)))
        print(table.verdict(lines, list(peers)), end="", flush=True)

    def _show(self, text):
        """Progress: a line that is written over, or where nobody watches one a cell."""
        if sys.stderr.isatty():
            print(f"\r\033[K{text[:100]}", end="", file=sys.stderr, flush=True)
        elif text:
            minutes, seconds = divmod(int(time.monotonic() - self.started), 60)
            print(f"{text} · {minutes}:{seconds:02}", file=sys.stderr, flush=True)

    def _start(self, peer, threads):
        """A process of the peer's, that has said which versions it runs on."""
        log = self.folder / f"{peer.name}.log"
        words = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": str(threads)}
        process = Worker([self._python(peer), peer.program], log, words, threads)
        try:
            self.manifest.peer(peer.name, process.versions())
        except Failed as failure:
            process.stop()
            raise Refused(f"{peer.name} doesn't start: {failure}; the log is {log}") from None
        return process

    def _python(self, peer):
        if self.given.python or peer.requirements is None:
            return self.given.python or sys.executable
        return environment.python_with(peer.requirements, environment.cache_folder())

    def _excess(self, cell, peers):
        """Why nobody can or may run a cell, or nothing."""
        if "refusal" in cell:
            return cell["refusal"]
        needed = cell["bytes"] * (1 + peers)  # each holds the model and its buffers
        if needed > 0.8 * _available_memory():
            return f"predicted {needed} bytes exceed the memory that is free"
        budget = self.given.budget
        if 0 < budget < time.monotonic() - self.started:
            return f"the budget of {budget:.3g} s was used up"
        return ""


class Worker(Process):
    """A peer's process: told its threads as soon as it lives, each time anew."""

    def __init__(self, command, log, words, threads):
        super().__init__(command, log, words)
        self.threads = threads

    def versions(self):
        self._start()
        return self.told["versions"]

    def _start(self):
        super()._start()
        self.told = super().ask("hello", threads=self.threads)


def _listing(ours):
    """What our side has to offer; letters in the order of the CSV."""
    try:
        listing = ours.ask("list")
    except Failed as failure:  # its only words are about the definition
        raise Refused(str(failure).partition("error: ")[2] or str(failure)) from None
    for cell in listing["cells"]:
        letters = cell["letters"]
        cell["letters"] = {name: letters[name] for name in listing["columns"] if name in letters}
    return listing


def _available_memory():
    with open("/proc/meminfo", encoding="ascii") as file:
        fields = dict(line.split(":") for line in file)
    return 1024 * int(fields["MemAvailable"].split()[0])


def main(words):
    try:
        given = arguments.parse(words, DEFINITIONS, os.environ.get("BUILD_WORKING_DIRECTORY", "."))
        return Run(given, words).run()
    except Refused as error:
        what = str(error)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}"
    except KeyboardInterrupt:
        print("interrupted; what was timed is in cells.csv", file=sys.stderr)
        return INTERRUPTED
    print("error: " + " ".join(what.split()), file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    if sys.stdout:
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may know ASCII alone
    sys.exit(main(sys.argv[1:]))
