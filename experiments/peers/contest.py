"""One cell: every peer builds it, is compared with ours, then all take turns."""
import dataclasses
import pathlib
import statistics
import tempfile
import time

from experiments.peers import journal
from experiments.peers.failed import Failed

LEAST_REPETITION_SECONDS = 0.05  # shorter, and clock and scheduler matter
WARM_UP_SECONDS = 0.1            # slower forwards aren't warmed up again each time
PAUSE_SECONDS = 0.1               # until threads of the one before no longer spin: ONNX Runtime's do for long


@dataclasses.dataclass
class Entrant:
    """Ours, or a peer, in one cell."""
    name: str        # "ours", or the peer's
    process: object  # answers requests
    row: dict        # what its rows have in common
    speed_only: str = ""
    trouble: str = ""    # why it is not timed any more
    forwards: int = 1    # of one repetition
    warms_up: bool = True
    seconds: list = dataclasses.field(default_factory=list)  # of one forward, a repetition each

    def warm_up(self):
        seconds = self.process.ask("time", forwards=1, **self._number(0))["seconds"]
        self.forwards = max(1, round(LEAST_REPETITION_SECONDS / seconds))
        self.warms_up = seconds < WARM_UP_SECONDS
        return seconds

    def repeat(self, repetition):
        """Times one repetition; returns its rows."""
        time.sleep(PAUSE_SECONDS)
        if self.warms_up:
            self.process.ask("time", forwards=1, **self._number(repetition))
        answer = self.process.ask("time", forwards=self.forwards, **self._number(repetition))
        self.seconds.append(answer["seconds"])
        if "rows" in answer:
            return answer["rows"]
        return [journal.peers_time(self.row, repetition, answer, self.speed_only)]

    def _number(self, repetition):
        return {"repetition": repetition} if self.name == "ours" else {}


@dataclasses.dataclass
class Contest:
    ours: object   # process
    peers: dict    # {name: process}
    journal: journal.Journal
    repetitions: int
    repetition_seconds: float = 0  # a slower forward is skipped; 0: no limit

    def run(self, cell):
        """The entrants with the seconds of their repetitions, ours first."""
        ours = Entrant("ours", self.ours, cell["row"])
        with tempfile.TemporaryDirectory(prefix="peers-") as folder:
            try:
                shapes = self.ours.ask("build", cell=cell["id"], folder=folder)
            except Failed as failure:
                self._settle(ours, "failed", str(failure))
                return [ours]
            entrants = [ours] + [self._enter(name, process, cell, shapes, folder)
                                 for name, process in self.peers.items()]
            try:
                self._take_turns(entrants)
            finally:
                for entrant in entrants:
                    _drop(entrant.process)
        return entrants

    def skip(self, cell, reason):
        """The entrants of a cell that nobody runs."""
        entrants = [Entrant("ours", self.ours, cell["row"])] + [
            Entrant(name, process, journal.peers_row(cell["row"], name, ""))
            for name, process in self.peers.items()]
        for entrant in entrants:
            self._settle(entrant, "skipped", reason)
        return entrants

    def _enter(self, name, process, cell, shapes, folder):
        """A peer whose answer is ours, or one with trouble."""
        entrant = Entrant(name, process, journal.peers_row(cell["row"], name, ""))
        answer_file = pathlib.Path(folder) / f"{name}.answer"
        try:
            built = process.ask("build", cell=_description(cell), shapes=shapes, folder=folder,
                                answer=str(answer_file))
            if "skipped" in built:
                self._settle(entrant, "skipped", built["skipped"])
                return entrant
            entrant.row = journal.peers_row(cell["row"], name, built["contestant"])
            entrant.speed_only = built["speed_only"]
            if not entrant.speed_only:
                self._compare(answer_file)
        except Failed as failure:
            self._settle(entrant, "failed", str(failure))
        return entrant

    def _compare(self, answer_file):
        compared = self.ours.ask("compare", file=str(answer_file))
        if not compared["worst"] <= compared["allowed"]:
            raise Failed(f"differs from ours by {compared['worst']:.3g} where "
                         f"{compared['allowed']:.3g} is allowed")

    def _take_turns(self, entrants):
        for entrant in entrants:
            self._attempt(entrant, self._warm_up)
        for repetition in range(self.repetitions):
            # Each is first, second, … equally often.
            first = repetition % len(entrants)
            for entrant in entrants[first:] + entrants[:first]:
                self._attempt(entrant, lambda e: self.journal.append(*e.repeat(repetition)))

    def _warm_up(self, entrant):
        seconds, limit = entrant.warm_up(), self.repetition_seconds
        if 0 < limit < seconds:
            self._settle(entrant, "skipped", f"{seconds:.3g} s a repetition exceed the limit "
                                             f"of {limit:.3g} s")

    def _attempt(self, entrant, do):
        if entrant.trouble:
            return
        try:
            do(entrant)
        except Failed as failure:
            self._settle(entrant, "failed", str(failure))

    def _settle(self, entrant, status, reason):
        entrant.trouble = f"{status}: {reason}"
        self.journal.append(journal.untimed(entrant.row, status, reason))


def _description(cell):
    return {key: cell[key] for key in ("contestant", "options", "letters", "phase", "optimiser")
            if key in cell}


def _drop(process):
    """Frees the cell's model; a process that dies of it starts anew for the next cell."""
    if process.alive:
        try:
            process.ask("drop")
        except Failed:
            process.stop()


def median(entrant):
    return statistics.median(entrant.seconds)
