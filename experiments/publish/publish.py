"""Runs every definition that has no run of today's program, and puts all into results/reference:
rows, verdicts, what documents quote; then draws the report. The same command goes on with what
was interrupted."""
import dataclasses
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from experiments.publish import documents
from experiments.publish.experiment import experiments
from tools.command_line import Parser, Refused, run_command

ROOT = pathlib.Path(__file__).absolute().parent.parent.parent
UNFINISHED, INTERRUPTED = 1, 130  # as shells say it of SIGINT
SURPRISED = 1                     # of what judges: no failure
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


@dataclasses.dataclass(frozen=True)
class Programs:
    """What publishing starts."""
    run: pathlib.Path = ROOT / "experiments/run/run"
    learn: pathlib.Path = ROOT / "experiments/learning/run/learn"
    verify: pathlib.Path = ROOT / "analysis/verify/verify"
    judge: pathlib.Path = ROOT / "analysis/learning/judge_curves"
    variants: pathlib.Path = ROOT / "analysis/variants/variants"
    report: pathlib.Path = ROOT / "analysis/report/report"
    run_definition: pathlib.Path = ROOT / "experiments/run_definition.sh"
    learn_definition: pathlib.Path = ROOT / "experiments/learn_definition.sh"
    packages: pathlib.Path = ROOT / "tools/debian_packages.sh"


def arguments(words):
    parser = Parser(prog="publish", description=__doc__)
    parser.add_argument("--machine", required=True, metavar="NAME",
                        help="folder of results/reference, as amd-epyc-2-cores")
    parser.add_argument("--only", metavar="A,B", help="these experiments, as scaling_n,learn_digits")
    parser.add_argument("--budget", metavar="S", help="begin no experiment after so many seconds, or "
                        "with a unit as 90m")
    parser.add_argument("--dry-run", action="store_true",
                        help="print what would be run, and about how long it takes")
    given = parser.parse_args(words)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", given.machine):
        raise Refused(f"--machine {given.machine}: allowed are small letters, digits, - and _")
    given.budget = seconds_of(given.budget) if given.budget else float("inf")
    return given


def seconds_of(text):
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h|)", text)
    if not found:
        raise Refused(f"--budget {text}: allowed are seconds, or with a unit as 90m or 2h")
    return float(found.group(1)) * UNITS[found.group(2)]


def clock(seconds):
    """1:02:03, or 4:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Publication:
    """Of one machine. `checkout` is where results and documents are, `definitions` has the folders
    `definitions` and `learning`."""

    def __init__(self, given, checkout, programs=Programs(), definitions=ROOT / "experiments"):
        self.given, self.checkout, self.programs = given, checkout, programs
        self.work = checkout / "results/local/publish" / given.machine
        self.place = checkout / "results/reference" / given.machine
        self.before = self.work / "before"
        self.failed = []  # lines
        self.all = self._asked_for(experiments(
            definitions, programs.run, programs.learn, self.work, self.place))

    def _asked_for(self, found):
        if not self.given.only:
            return found
        names = {each.name: each for each in found}
        for word in self.given.only.split(","):
            if word not in names:
                near = difflib.get_close_matches(word, names, 1)
                raise Refused(f"--only {word}: no experiment that is published"
                              + (f"; did you mean {near[0]}?" if near else ""))
        return [names[word] for word in self.given.only.split(",")]

    def missing(self):
        return [each for each in self.all
                if not each.is_published() and not each.is_whole(each.work)]

    def plan(self):
        missing, about, most, unknown = self.missing(), 0, 0, 0
        for each in self.all:
            seconds, is_limit = each.seconds()
            if each not in missing:
                said = "SKIPPED: published" if each.is_published() else "SKIPPED: was run"
            else:
                said = "goes on" if each.can_go_on(each.work) else ""
                about += 0 if is_limit else seconds or 0
                most += (seconds or 0) if is_limit else 0
                unknown += seconds is None
            shown = "?" if seconds is None else ("≤ " if is_limit else "") + clock(seconds)
            print(f"{shown:>10}  {each.name}{'  ' if said else ''}{said}")
        print(f"\n{len(missing)} of {len(self.all)} experiments would be run: about {clock(about)} by "
              f"the runs before, at most {clock(most)} of those without one, "
              f"{unknown} without either")
        return 0

    def run(self):
        """The exit status."""
        missing = self.missing()
        self._require_clean(missing)
        start = time.monotonic()
        for number, each in enumerate(missing, 1):
            if time.monotonic() - start >= self.given.budget:
                self.failed.append(f"{each.name}: not begun, the budget is used up")
                continue
            print(f"\npublish: {number} of {len(missing)}, {each.name}", flush=True)
            self._run_one(each)
        self._put_into_place()
        self._judge()
        self._step("the documents", self._quote)
        self._step("the report", self._draw)
        for line in self.failed:
            print(f"not published: {line}", file=sys.stderr)
        print(f"\n{sum(each.is_published() for each in self.all)} of {len(self.all)} experiments in "
              f"{self.place}")
        return UNFINISHED if self.failed else 0

    def _require_clean(self, missing):
        """Rows say of which commit they are."""
        if not missing:
            return
        result = subprocess.run(["git", "-C", self.checkout, "status", "--porcelain"],
                                capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise Refused(f"{self.checkout}: no git checkout, so rows could not say what made them")
        if result.stdout:
            raise Refused(f"{self.checkout}: has changes ({result.stdout.split()[1]}); published rows "
                          "name a commit: commit them first")

    def _run_one(self, each):
        p = self.programs
        if each.can_go_on(each.work) and not each.manifest(each.work).get("finished"):
            where = "--resume"
        else:
            each.set_aside()
            where = "--out"
        each.work.parent.mkdir(parents=True, exist_ok=True)
        words = [p.learn_definition, each.definition, p.packages, p.learn, p.judge, p.report] \
            if each.learns else [p.run_definition, each.definition, p.run, p.verify, p.report, p.variants]
        if where == "--out":
            each.log.unlink(missing_ok=True)
        status = self._told(words + ["--", where, each.work], each.log)
        if status != 0:
            self.failed.append(f"{each.name}: ended with {status}; {each.log} has what it said")
        elif not each.is_whole(each.work):
            self.failed.append(f"{each.name}: {each.work} is no whole run")

    def _told(self, words, log):
        """The exit status of a program whose output is shown, and kept in `log`."""
        with open(log, "a", encoding="utf-8") as kept, subprocess.Popen(
                [str(word) for word in words], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                encoding="utf-8", errors="replace") as process:
            for line in process.stdout:
                print(line, end="", flush=True)
                kept.write(line)
        return process.returncode

    def _put_into_place(self):
        ready = [each for each in self.all if not each.is_published() and each.is_whole(each.work)]
        if ready and self.place.exists():
            shutil.rmtree(self.before, ignore_errors=True)
            shutil.copytree(self.place, self.before)
        for each in ready:
            self._step(each.name, each.publish)

    def _judge(self):
        if any(path.is_dir() and path.name != "learning" for path in self._runs()):
            self._step("the verdicts", lambda: self._start(
                self.programs.verify, "--results", self.place, "--write",
                allowed=(0, SURPRISED)))

    def _runs(self):
        return sorted(self.place.iterdir()) if self.place.exists() else []

    def _quote(self):
        """Documents quote the first machine."""
        machines = sorted(path.name for path in self.place.parent.iterdir()
                          if path.is_dir()) if self.place.parent.exists() else []
        if machines[:1] != [self.given.machine]:
            return
        if (self.place / "variants").exists():
            self._start(self.programs.variants, "--results", self.place / "variants",
                        "--into", self.checkout / "docs/variants.md")
        quickstart = next((each for each in self.all if each.name == "quickstart"), None)
        if quickstart is None or not quickstart.log.exists():
            return
        said = self._start(self.programs.verify, "--results", quickstart.place,
                           "--out", self.work / "quickstart.json", allowed=(0, SURPRISED), shown=False)
        path = self.checkout / "README.md"
        table = documents.quickstart_table(quickstart.log.read_text(encoding="utf-8"),
                                           quickstart.manifest(quickstart.place)["run_id"])
        path.write_text(documents.readme(path.read_text(encoding="utf-8"), table, said,
                                         documents.read_json(self.place / "verdicts.json")),
                        encoding="utf-8")

    def _draw(self):
        if self._runs():
            since = ["--since", self.before] if self.before.exists() else []
            self._start(self.programs.report, "--results", self.place, *since)

    def _start(self, program, *words, allowed=(0,), shown=True):
        """What it printed, unless it is shown. Raises Missing for a status that is not allowed."""
        sys.stdout.flush()
        result = subprocess.run([str(program), *map(str, words)], cwd=ROOT, check=False,
                                stdout=None if shown else subprocess.PIPE, text=True)
        if result.returncode not in allowed:
            raise documents.Missing(f"{program.name} ended with {result.returncode}")
        return result.stdout

    def _step(self, what, step):
        """One that fails leaves the others to be done."""
        try:
            step()
        except (documents.Missing, OSError, ValueError, KeyError) as error:
            self.failed.append(f"{what}: {error}")


def main(words):
    given = arguments(words)
    checkout = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", ".")).absolute()
    publication = Publication(given, checkout)
    try:
        return publication.plan() if given.dry_run else publication.run()
    except KeyboardInterrupt:
        print("\ninterrupted; the same command goes on", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(run_command(lambda: main(sys.argv[1:]), ValueError))
