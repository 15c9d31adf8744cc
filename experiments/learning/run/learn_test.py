"""Learning as a user runs it: rows, resuming after a kill, and what goes wrong."""
import csv
import json
import os
import pathlib
import re
import signal
import struct
import subprocess
import tempfile
import time
import unittest

LEARN = pathlib.Path("experiments/learning/run/learn").resolve()
DEFINITION = """
shows = "Few needles in a small haystack."
task = "needles(facts=2, inputs=8, symbols=4, types=4)"
contestant = "perceiver_io"
schedule = "warm_up_cosine(rate=0.004, warm_up=10, steps=120)"
batch = 16
steps = 120
seeds = [1, 2]
evaluate_every = 30
held_out = 64

[base]
M = 4
B = 1
D = 16
H = 2
L = 1

[[sweep]]
latents = ["learned", "frozen"]
"""
# What a clock says is not the same twice.
CLOCKS = ("seconds", "run_id")


def rows(folder):
    with open(folder / "curves.csv", encoding="utf-8", newline="") as file:
        return [{column: value for column, value in row.items() if column not in CLOCKS}
                for row in csv.DictReader(file)]


class Learn(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, text=DEFINITION):
        path = self.folder / "few.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def learn(self, *words):
        return subprocess.run([LEARN, *words], capture_output=True, text=True, check=False)

    def run_whole(self, text=DEFINITION):
        out = self.folder / "whole"
        said = self.learn(self.write(text), "--out", out, "--threads", "1")
        return said, out

    def test_writes_a_row_for_every_look(self):
        said, out = self.run_whole()
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertEqual(said.stderr, "")  # nobody watches
        self.assertIn("test accuracy", said.stdout)
        found = rows(out)
        # Steps 0 to 120 on held-out examples, then those learned from and the test.
        self.assertEqual(len(found), 2 * 2 * (5 + 2))
        first = [row for row in found if row["seed"] == "1" and row["latents"] == "frozen"]
        self.assertEqual([row["step"] for row in first],
                         ["0", "30", "60", "90", "120", "120", "120"])
        self.assertEqual([row["split"] for row in first[-3:]], ["held_out", "train", "test"])
        self.assertEqual({row["asked_of"] for row in first[:5]}, {"64"})
        self.assertLess(float(first[4]["loss"]), float(first[0]["loss"]))
        self.assertGreater(float(first[4]["macs"]), 0)
        # Perceiver IO's answer is not its latents: there are maps alone.
        self.assertEqual(sorted(os.listdir(out / "latents")),
                         [f"{learner}-seed{seed}-maps.npy" for learner in (0, 1)
                          for seed in (1, 2)])
        # The weights that were tested, as //pretrained:run reads them.
        for learner in ("0-seed1", "0-seed2", "1-seed1", "1-seed2"):
            last = weights(out / "checkpoints" / f"{learner}.safetensors")
            self.assertEqual(weights(out / "models" / learner / "model.safetensors"),
                             {name: values for name, values in last.items()
                              if not name.startswith("optimiser/")})
            config = json.loads((out / "models" / learner / "config.json").read_text())
            self.assertEqual(config["contestant"], "perceiver_io")

    def test_two_runs_have_the_same_bits(self):
        said, one = self.run_whole()
        self.assertEqual(said.returncode, 0, said.stderr)
        other = self.folder / "other"
        self.learn(self.write(), "--out", other, "--threads", "1")
        self.assertEqual(rows(one), rows(other))
        # Another number of threads is written down, and changes nothing else.
        two = self.folder / "two"
        self.learn(self.write(), "--out", two, "--threads", "2")
        without = [{**row, "threads": ""} for row in rows(one)]
        self.assertEqual(without, [{**row, "threads": ""} for row in rows(two)])

    def test_a_killed_run_goes_on_to_the_same_bits(self):
        _, whole = self.run_whole()
        out = self.folder / "cut"
        for rows_before in (3, 9, 15, 22):
            words = ["--resume", out] if out.exists() else ["--out", out]
            self.kill_when(words, out, rows_before)
        said = self.learn(self.write(), "--resume", out, "--threads", "1")
        self.assertEqual(said.returncode, 0, said.stderr)
        # Turns differ after a kill; what each learner became doesn't.
        order = lambda row: (row["seed"], row["learner"], int(row["step"]), row["split"])
        self.assertEqual(sorted(rows(out), key=order), sorted(rows(whole), key=order))
        for name in os.listdir(whole / "checkpoints"):
            with self.subTest(name):
                self.assertEqual(weights(whole / "checkpoints" / name),
                                 weights(out / "checkpoints" / name))

    def test_interrupted_it_ends_with_the_table_of_what_is_there(self):
        _, whole = self.run_whole()
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            out = self.folder / number.name
            with subprocess.Popen([LEARN, self.write(), "--out", out, "--threads", "1"],
                                  text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as process:
                while not (out / "curves.csv").exists() or len(rows(out)) < 5:
                    time.sleep(0.01)
                process.send_signal(number)
                said, complained = process.communicate(timeout=60)
            self.assertEqual(process.returncode, status, complained)
            self.assertRegex(said, r"seed 1: step \d+ of 120, held-out accuracy [\d.]+ %")
            self.assertIn(f"curves in {out}\n", said)
            self.assertIn(f"interrupted: --resume {out} goes on\n", complained)
            again = self.learn(self.write(), "--resume", out, "--threads", "1")
            self.assertEqual(again.returncode, 0, again.stderr)
            order = lambda row: (row["seed"], row["learner"], int(row["step"]), row["split"])
            self.assertEqual(sorted(rows(out), key=order), sorted(rows(whole), key=order))

    def test_a_filter_leaves_the_others_their_files(self):
        _, whole = self.run_whole()
        out = self.folder / "parts"
        self.learn(self.write(), "--out", out, "--threads", "1", "--filter", "frozen")
        self.assertEqual({row["latents"] for row in rows(out)}, {"frozen"})
        said = self.learn(self.write(), "--resume", out, "--threads", "1")
        self.assertEqual(said.returncode, 0, said.stderr)
        for name in os.listdir(whole / "checkpoints"):
            with self.subTest(name):
                self.assertEqual(weights(whole / "checkpoints" / name),
                                 weights(out / "checkpoints" / name))

    def kill_when(self, words, out, count):
        with subprocess.Popen([LEARN, self.write(), *words, "--threads", "1"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            path = out / "curves.csv"
            while process.poll() is None:
                if path.exists() and path.read_bytes().count(b"\n") > count:
                    process.send_signal(signal.SIGKILL)
                    break
                time.sleep(0.002)

    def test_what_is_not_finite_becomes_a_row(self):
        said, out = self.run_whole(DEFINITION.replace("rate=0.004", "rate=1e30"))
        self.assertEqual(said.returncode, 1)
        self.assertIn("4 learners failed", said.stderr)
        failed = [row for row in rows(out) if row["status"] == "failed"]
        self.assertEqual(len(failed), 4)
        for row in failed:
            self.assertRegex(row["reason"], r"^step \d+: ")
        # The last good state is there, and a resumed run doesn't try again.
        self.assertEqual(len(os.listdir(out / "checkpoints")), 4)
        before = rows(out)
        self.learn(self.write(DEFINITION.replace("rate=0.004", "rate=1e30")), "--resume", out,
                   "--threads", "1")
        self.assertEqual(rows(out), before)

    def test_a_step_that_fails_right_after_a_look_is_not_lost(self):
        diverges = DEFINITION.replace("rate=0.004", "rate=1e30").replace(
            "evaluate_every = 30", "evaluate_every = 1")
        said, out = self.run_whole(diverges)
        self.assertEqual(said.returncode, 1)
        failed = [row for row in rows(out) if row["status"] == "failed"]
        self.assertEqual(len(failed), 4)
        looked = {(row["learner"], row["seed"], row["step"])
                  for row in rows(out) if row["status"] == "ok"}
        for row in failed:
            self.assertIn((row["learner"], row["seed"], row["step"]), looked)

    def test_bad_input_is_one_line(self):
        for change, complaint in (
                (("needles(facts=2", "noodles(facts=2"), "few.toml:3:8: "),
                (("batch = 16", "batch = 0"), "few.toml:6:9: batch = 0"),
                (("steps = 120\n", ""), "steps is missing"),
                (("H = 2", "H = 3"), "H = 3 heads do not divide D = 16"),
                (("frozen", "cold"), "latents = cold: allowed are learned, frozen, identical"),
                (("seeds = [1, 2]", "seeds = [1, 1]"), "few.toml:8:13: seeds: 1 stands there"),
                (("M = 4", "M = 4\nN = 9"), "base.N"),
                (("perceiver_io", "perceiver"), "perceiver answers with 4 rows")):
            with self.subTest(change):
                said, _ = self.run_whole(DEFINITION.replace(*change))
                self.assertEqual(said.returncode, 2, said.stdout)
                self.assertEqual(said.stderr.count("\n"), 1, said.stderr)
                self.assertIn(complaint, said.stderr)

    def test_a_dry_run_says_what_is_left(self):
        said = self.learn(self.write(), "--dry-run")
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        self.assertIn("few: Few needles in a small haystack.\n2 learners × 2 seeds\n", said.stdout)
        plan = re.findall(r"^ +(\d+) +([\d.]+) +(\S+)  perceiver_io/.+$", said.stdout, re.M)
        self.assertEqual([steps for steps, _, _ in plan], ["240", "240"])
        self.assertTrue(all(float(macs) > 0 and float(seconds) > 0 for _, macs, seconds in plan))
        self.assertRegex(said.stdout, r"\n4 curves would be learned: 480 steps, [\d.]+ GMACs in about "
                         r"\S+ s of training; 0 have ended\n$")
        # Of one that was cut: a learner has ended, another has come half way.
        _, out = self.run_whole()
        path = out / "curves.csv"
        kept = [line for line in path.read_text().splitlines(keepends=True)
                if "frozen" not in line or ",1,0," in line or ",1,30," in line or ",1,60," in line]
        path.write_text("".join(kept))
        said = self.learn(self.write(), "--resume", out, "--dry-run")
        self.assertIn("  SKIPPED: 2 of 2 seeds have ended\n", said.stdout)
        self.assertRegex(said.stdout, r"\n2 curves would be learned: 180 steps, .*; 2 have ended\n$")
        self.assertEqual(path.read_text(), "".join(kept))
        # A budget holds for each curve.
        said = self.learn(self.write(DEFINITION + "\n[budget]\nseconds = 1e-6\n"), "--dry-run")
        self.assertIn("about 4e-06 s", said.stdout)

    def test_another_definition_does_not_go_on(self):
        _, out = self.run_whole()
        said = self.learn(self.write(DEFINITION.replace("steps = 120\n", "steps = 90\n")),
                          "--resume", out, "--threads", "1")
        self.assertEqual(said.returncode, 2)
        self.assertIn("the definition differs", said.stderr)
        told = self.folder / "told"
        self.assertIn("exists; go on with it by --resume",
                      self.learn(self.write(), "--out", out, "--threads", "1",
                                 "--folder-file", told).stderr)
        self.assertFalse(told.exists(), "another run's curves would be judged as this one's")
        (out / "curves.csv").rename(out / "curves.csv.gz")
        said = self.learn(self.write(), "--resume", out, "--threads", "1")
        self.assertIn("curves.csv.gz exists: a published run", said.stderr)
        self.assertFalse((out / "curves.csv").exists())


def weights(path):
    """The tensors of a checkpoint, without its notes, which have the clock."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    body = data[8 + length:]
    return {name: body[slice(*entry["data_offsets"])] for name, entry in header.items()
            if name != "__metadata__" and not name.startswith("note/")}


if __name__ == "__main__":
    unittest.main()
