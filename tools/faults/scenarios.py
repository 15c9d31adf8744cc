"""What users do that writes files: its command, how it goes on after a fault, and
what must be there in the end."""
import csv
import dataclasses
import hashlib
import json
import pathlib
import re
import shutil
import struct
import subprocess
from typing import Callable

RUN = pathlib.Path("experiments/run/run_uncalibrated").resolve()
LEARN = pathlib.Path("experiments/learning/run/learn").resolve()
VERIFY = pathlib.Path("analysis/verify/verify").resolve()
REPORT = pathlib.Path("analysis/report/report").resolve()
ENCODE = pathlib.Path("pretrained/run/run").resolve()
EXPORT = pathlib.Path("pretrained/trained/export").resolve()
RANKS = pathlib.Path("experiments/ranks/ranks.sh")
SMOKE = pathlib.Path("experiments/definitions/smoke.toml").resolve()
CHECKPOINT = pathlib.Path("pretrained/golden/checkpoints/bare").resolve()

SWEEP = """
shows = "Few calls, all columns."
contestants = ["bare_perceiver", "bare_transformer"]
repetitions = 2
[base]
N = 64
M = 8
D = 16
H = 2
"""
CLAIM = """
[[claim]]
id = "counted"
statement = "Counts are exact"
source = "arithmetic"
experiment = ["sweep"]
kind = "at_least"
contestant = "bare_transformer"
versus = {contestant = "bare_perceiver"}
quantity = "macs"
value = 1
"""
LEARNING = """
shows = "Few needles, three looks."
task = "needles(facts=2, inputs=8, symbols=4, types=4)"
contestant = "perceiver_io"
schedule = "warm_up_cosine(rate=0.004, warm_up=2, steps=4)"
batch = 4
steps = 4
seeds = [1]
evaluate_every = 2
held_out = 8

[base]
M = 4
B = 1
D = 16
H = 2
L = 1
"""
# Longer, for what is to be met on its way.
COURSE = LEARNING.replace("steps=4)", "steps=400)").replace("steps = 4\n", "steps = 400\n").replace(
    "evaluate_every = 2\n", "evaluate_every = 20\n").replace("seeds = [1]", "seeds = [1, 2]")
OVER_RANKS = """
shows = "Many repetitions, shared."
contestants = ["perceiver"]
repetitions = 12
threads = 1
[base]
N = 1024
M = 24
B = 1
D = 32
H = 2
L = 1
[[sweep]]
N = [1024, 2048, 4096]
"""
# What a clock, a name or the load of the machine makes different each time.
CLOCKS = {"seconds", "cpu_seconds", "run_id", "bytes_peak_rss"}


def call(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          check=False, timeout=300, **options)


def rows(path):
    """A CSV's rows in no order, without what clocks say."""
    with open(path, encoding="utf-8", newline="") as file:
        return sorted(tuple((key, value) for key, value in row.items() if key not in CLOCKS)
                      for row in csv.DictReader(file))


def tensors(path):
    """{name: hash} of a safetensors file, without its notes, which have the clock."""
    data = path.read_bytes()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    return {name: hashlib.sha256(data[end:][slice(*entry["data_offsets"])]).hexdigest()
            for name, entry in json.loads(data[8:end]).items()
            if not name.startswith(("note/", "__"))}


def hashes(folder, pattern):
    """{file: hash}; what a killed process had not finished is none of them."""
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob(pattern))
            if path.is_file() and path.suffix != ".new"}


@dataclasses.dataclass
class Scenario:
    # Fills an empty folder with what is there before.
    prepare: Callable
    # The words of what meets the fault, in the folder.
    words: Callable
    # What is there in the end, to be compared.
    outcome: Callable
    # The words of what goes on; the same again, if it has no --resume.
    again: Callable
    # Whole lines of this file, once they are there, stay.
    journal: str = ""
    # The process that SIGKILL is for, of those that the words have started.
    heart: Callable = lambda process, draw: process.pid

    def lines(self, folder):
        """Of the journal, that a run which goes on may not lose."""
        path = folder / self.journal
        if not self.journal or not path.exists():
            return set()
        *whole, _ = path.read_text(encoding="utf-8").split("\n")
        if path.name == "curves.csv":
            return set(whole)
        # Parts without their total are of a repetition that was not completed.
        last = max((i for i, line in enumerate(whole) if ",total," in line), default=-1)
        return set(whole[:last + 1])


def _definition(text, name):
    def prepare(folder):
        (folder / name).write_text(text, encoding="utf-8")
    return prepare


def _goes_on(words, out):
    """By --resume where there is a manifest, else from the start."""
    def again(folder):
        if (folder / out / "manifest.json").exists():
            return [word if word != "--out" else "--resume" for word in words(folder)]
        return words(folder)
    return again


def _run(folder):
    return [RUN, folder / "sweep.toml", "--out", folder / "out", "--threads", 1]


def _smoke(folder):
    shutil.copy(SMOKE, folder / "sweep.toml")


def _learn(folder):
    return [LEARN, folder / "few.toml", "--out", folder / "out", "--threads", 1]


def _over_ranks(folder):
    """By names below the folder of programs: the script starts them from there."""
    return [RANKS.resolve(), "experiments/ranks/one_rank", "--", "--ranks", 2,
            folder / "sweep.toml", "--out", folder / "out"]


def _ranks_outcome(folder):
    """Each repetition and, at least once, what each rank did of it."""
    made = _run_outcome(folder)
    with open(folder / "out/ranks.csv", encoding="utf-8", newline="") as file:
        told = {(row["cell_id"], row["repetition"], row["rank"]) for row in csv.DictReader(file)}
    return made, sorted(told)


def _one_of_ranks(process, draw):
    """Of what mpirun has started a rank, once it has; or else what has ended."""
    while process.poll() is None:
        ranks = _ranks_below(process)
        if ranks:
            return draw.choice(ranks)
    return process.pid


def _ranks_below(process):
    ranks = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            at, up = int(folder.name), int(folder.name)
            while up > 1 and up != process.pid:
                up = int((pathlib.Path("/proc", str(up), "stat").read_text()
                          .rpartition(")")[2].split())[1])
            if up == process.pid and "OMPI_COMM_WORLD_RANK=" in (folder / "environ").read_text():
                ranks.append(at)
        except (OSError, UnicodeDecodeError):
            continue
    return sorted(ranks)


def _resumed(words):
    return lambda folder: [w if w != "--out" else "--resume" for w in words(folder)]


def _finished_manifest(out):
    return json.loads((out / "manifest.json").read_text(encoding="utf-8"))["finished"] is not None


def _run_outcome(folder):
    out = folder / "out"
    return rows(out / "cells.csv"), _finished_manifest(out), sorted(p.name for p in out.iterdir())


def _learn_outcome(folder):
    out = folder / "out"
    files = sorted(p.relative_to(out).as_posix() for p in out.rglob("*"))
    kept = {name: tensors(out / name) for name in files if name.endswith(".safetensors")}
    others = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in files
              if name.endswith((".npy", "config.json"))}
    return rows(out / "curves.csv"), kept, others, files, _finished_manifest(out)


def _cut(words, file, lines, tail):
    """A run that was killed: its first lines, the beginning of another, no end."""
    def prepare(folder):
        _definition(SWEEP, "sweep.toml")(folder)
        _definition(LEARNING, "few.toml")(folder)
        made = call(*words(folder))
        assert made.returncode == 0, made.stderr
        path = folder / "out" / file
        kept = path.read_text(encoding="utf-8").splitlines(keepends=True)[:lines]
        path.write_text("".join(kept) + tail, encoding="utf-8")
        manifest = folder / "out/manifest.json"
        text = json.loads(manifest.read_text(encoding="utf-8"))
        text["finished"] = None
        manifest.write_text(json.dumps(text), encoding="utf-8")
    return prepare


def _done(*more):
    def prepare(folder):
        _cut(_run, "cells.csv", None, "")(folder)
        (folder / "claims.toml").write_text(CLAIM, encoding="utf-8")
        shutil.copy(folder / "sweep.toml", folder / "out")
        for words in more:
            made = call(*words(folder))
            assert made.returncode == 0, made.stdout + made.stderr
    return prepare


def _verify(folder):
    return [VERIFY, "--results", folder / "out", "--claims", folder / "claims.toml",
            "--definitions", folder / "out", "--out", folder / "out/verdicts.json"]


def _report(folder):
    return [REPORT, "--results", folder / "out"]


def _report_outcome(folder):
    page = re.sub(r"\d{4}-\d\d-\d\d[^<]*", "", (folder / "out/report.html").read_text())
    drawn = sorted(p.name for p in (folder / "out/figures").iterdir()
                   if not p.name.startswith("."))
    return hashlib.sha256(page.encode()).hexdigest(), drawn


def _encode(folder):
    return [ENCODE, "--checkpoint", CHECKPOINT, "--input", CHECKPOINT / "in.npy",
            "--output", folder / "out/answer.npy", "--attention-map", folder / "out/map.png",
            "--threads", 1]


def _learned(folder):
    _definition(LEARNING, "few.toml")(folder)
    made = call(*_learn(folder))
    assert made.returncode == 0, made.stderr


def _export(folder):
    return [EXPORT, "--checkpoint", folder / "out/models/0-seed1", "--output", folder / "exported"]


SCENARIOS = {
    "smoke": Scenario(_smoke, _run, _run_outcome, _goes_on(_run, "out"), "out/cells.csv"),
    "run": Scenario(_definition(SWEEP, "sweep.toml"), _run, _run_outcome, _goes_on(_run, "out"),
                    "out/cells.csv"),
    "resume": Scenario(_cut(_run, "cells.csv", 10, "1,sweep,cut in"), _resumed(_run),
                       _run_outcome, _resumed(_run), "out/cells.csv"),
    "ranks": Scenario(_definition(OVER_RANKS, "sweep.toml"), _over_ranks, _ranks_outcome,
                      _goes_on(_over_ranks, "out"), "out/cells.csv", _one_of_ranks),
    "course": Scenario(_definition(COURSE, "few.toml"), _learn, _learn_outcome,
                       _goes_on(_learn, "out"), "out/curves.csv"),
    "learn": Scenario(_definition(LEARNING, "few.toml"), _learn, _learn_outcome,
                      _goes_on(_learn, "out"), "out/curves.csv"),
    "learn_resume": Scenario(_cut(_learn, "curves.csv", 3, "1,few,cut in"), _resumed(_learn),
                             _learn_outcome, _resumed(_learn), "out/curves.csv"),
    "verify": Scenario(_done(), _verify, lambda folder: hashes(folder, "verdicts.json"),
                       _verify),
    "report": Scenario(_done(_verify), _report, _report_outcome, _report),
    "encode": Scenario(lambda folder: (folder / "out").mkdir(), _encode,
                       lambda folder: hashes(folder, "*"), _encode),
    "export": Scenario(_learned, _export, lambda folder: hashes(folder / "exported", "*"),
                       _export),
}
