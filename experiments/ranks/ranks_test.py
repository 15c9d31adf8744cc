"""Runs over ranks: rows, refusals, and ranks that die, hang or differ."""
import csv
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

HERE = pathlib.Path("experiments/ranks").resolve()
ROOT = pathlib.Path.cwd()
CORES = len(os.sched_getaffinity(0))
SOON = 15  # seconds, within which a run that lost a rank has ended

DEFINITION = """\
shows = "A run over ranks."
contestants = [%s]
repetitions = %d
threads = 1
[base]
N = 1024
M = 24
B = 2
C = 32
D = 32
H = 2
L = 1
[[sweep]]
N = [1024, 4096]
"""


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def processes(program):
    """{rank: process} of those that mpirun has started of a program."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(folder / "exe") != str(program):
                continue
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        for each in environment:
            if each.startswith(b"OMPI_COMM_WORLD_RANK="):
                found[int(each.partition(b"=")[2])] = int(folder.name)
    return found


class RanksTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "out"

    def define(self, *contestants, repetitions=2):
        path = self.folder / "trial.toml"
        names = ", ".join(f'"{name}"' for name in contestants or ["perceiver"])
        path.write_text(DEFINITION % (names, repetitions))
        return path

    def words(self, *words, program="one_rank"):
        return [str(HERE / "ranks.sh"), f"experiments/ranks/{program}", "--", *map(str, words)]

    def run_ranks(self, *words, program="one_rank"):
        return subprocess.run(self.words(*words, program=program), capture_output=True,
                              text=True, cwd=ROOT)

    def start(self, *words):
        run = subprocess.Popen(self.words(*words), stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, cwd=ROOT)
        self.addCleanup(run.stderr.close)
        return run

    def rows(self):
        return table(self.out / "cells.csv")

    def await_rows(self, least):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            cells = self.out / "cells.csv"
            if cells.exists() and len(cells.read_text().splitlines()) > least:
                return
            time.sleep(0.05)
        self.fail("no rows were written")

    @unittest.skipIf(CORES < 2, "two ranks need two cores")
    def test_rows_are_the_slowest_ranks(self):
        result = self.run_ranks("--ranks", 2, self.define(), "--out", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        totals = [row for row in self.rows() if row["part"] == "total"]
        self.assertEqual(len(totals), 4)
        self.assertEqual({(row["ranks"], row["threads"], row["status"]) for row in totals},
                         {("2", "1", "ok")})
        ranks = table(self.out / "ranks.csv")
        for total in totals:
            own = [row for row in ranks if row["cell_id"] == total["cell_id"]
                   and row["repetition"] == total["repetition"]]
            self.assertEqual([row["rank"] for row in own], ["0", "1"])
            self.assertEqual(max(float(row["seconds"]) for row in own),
                             float(total["seconds"]))
        # S·log2(P) a block, whatever N: 24 latents are whole panels of 8, 12 or 16.
        width = {(-24 % lanes) + 24 for lanes in (8, 16, 48, 24)}
        for row in self.rows():
            if row["part"] == "exchange":
                self.assertIn(int(row["bytes_moved"]),
                              {2 * 4 * m * (32 + 2 * 2) for m in width | {32, 48, 64}})
        self.assertEqual(len({row["bytes_moved"] for row in self.rows()
                              if row["part"] == "exchange"}), 1)

    def test_several_numbers_of_ranks_are_a_run_each(self):
        definition = self.define(repetitions=1)
        words = ["--ranks", "1,2", definition]
        result = self.run_ranks(*words, "--out", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        for ranks in ("1", "2"):
            rows = table(self.out / f"ranks_{ranks}" / "cells.csv")
            self.assertEqual({row["ranks"] for row in rows}, {ranks})
        shutil.rmtree(self.out / "ranks_2")  # as if it had not begun
        again = self.run_ranks(*words, "--resume", self.out)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertTrue((self.out / "ranks_2" / "cells.csv").exists())
        refused = self.run_ranks("--ranks", "1,3", definition, "--out", self.folder / "other")
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertFalse((self.folder / "other").exists())

    def test_more_ranks_than_cores_are_counted_and_not_timed(self):
        ranks = 2
        while ranks <= CORES:
            ranks *= 2
        result = self.run_ranks("--ranks", ranks, self.define(), "--out", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual({(row["status"], row["seconds"]) for row in self.rows()},
                         {("skipped", "")})
        for row in self.rows():
            self.assertIn("counted, not timed", row["reason"])

    def test_a_transformer_sends_keys_and_values(self):
        names = ["transformer", "transformer(exchange=ring)", "bare_transformer(exchange=heads)"]
        result = self.run_ranks("--ranks", 2, self.define(*names, repetitions=1),
                                "--out", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        sent = {(row["contestant"], int(row["N"])): int(row["bytes_moved"])
                for row in self.rows() if row["part"] == "exchange"}
        # 2·s·N·D·(P−1)/P in each of 2 blocks; by heads 4·s·N·D·(P−1)/P², which is as much.
        self.assertEqual(sent, {(name, n): 2 * 2 * 4 * n * 32 // 2
                                for name in names for n in (1024, 4096)})

    def test_what_does_not_run_over_ranks_is_skipped(self):
        other = "transformer(attention=linear)"
        result = self.run_ranks("--ranks", 2, self.define(other, "perceiver"),
                                "--out", self.out)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual({row["reason"] for row in self.rows()
                          if row["contestant"] == other},
                         {f"{other} is not run over ranks"})
        self.assertTrue(any(row["contestant"] == "perceiver" for row in self.rows()))

    def test_refusals_are_one_line(self):
        for words, said in ((["--ranks", 3], "3 ranks"), (["--ranks", "two"], "--ranks"),
                            (["--ranks", 2, "--threads", 0], "--threads 0"),
                            (["--ranks", 2, "--threads", "1,2"], "--threads")):
            result = self.run_ranks(*words, self.define(), "--out", self.out)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
            self.assertIn(said, result.stderr)
        self.assertFalse(self.out.exists())

    def mpirun(self, *placed_and_words):
        status = self.folder / "status"
        definition = self.define()
        words = ["mpirun", "--oversubscribe"]
        for word in placed_and_words:
            words += [str(HERE / "one_rank"), "--ranks", "2", str(definition), "--out",
                      str(self.out), "--status-file", str(status)] if word is None else [word]
        environment = os.environ | {
            "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_btl_vader_single_copy_mechanism": "none", "TMPDIR": "/tmp"}
        result = subprocess.run(words, capture_output=True, text=True, env=environment)
        return status.read_text().strip(), result.stderr

    def test_ranks_that_differ_are_named(self):
        status, said = self.mpirun("-n", "1", "--bind-to", "none", None, "--seed", "1", ":",
                                   "-n", "1", None, "--seed", "2")
        self.assertEqual(status, "2", said)
        self.assertIn("rank 1 on", said)
        self.assertIn("in the seed", said)
        self.assertFalse(self.out.exists())

    def test_ranks_on_the_same_cpus_are_not_timed(self):
        status, said = self.mpirun("-n", "2", "--bind-to", "none", None)
        self.assertEqual(status, "2", said)
        self.assertIn("are both bound to CPU", said)

    def test_an_error_on_one_rank_is_a_row_that_names_it(self):
        for contestant, said in (("refuses_on_rank_1", "rank 1 of 2: broken on purpose"),
                                 ("answers_otherwise_on_rank_1",
                                  "rank 1 of 2 answers otherwise than rank 0"),
                                 ("miscounts_on_rank_1", "rank 1 of 2: exchange counted")):
            self.out = self.folder / contestant
            result = self.run_ranks("--ranks", 2, self.define(contestant, "perceiver"),
                                    "--out", self.out, program="one_broken_rank")
            self.assertEqual(result.returncode, 1, result.stderr)
            failed = [row for row in self.rows() if row["contestant"] == contestant]
            self.assertEqual({row["status"] for row in failed}, {"failed"})
            self.assertTrue(all(said in row["reason"] for row in failed), failed)
            self.assertNotIn("failed", {row["status"] for row in self.rows()
                                        if row["contestant"] == "perceiver"})

    @unittest.skipIf(CORES < 2, "two ranks need two cores")
    def lose(self, how, *words):
        """A long run one of whose ranks gets a signal; what it said."""
        definition = self.define(repetitions=2000)
        run = self.start("--ranks", 2, definition, "--out", self.out, *words)
        self.await_rows(20)
        victim = processes(HERE.joinpath("one_rank").resolve())[1]
        os.kill(victim, how)
        began = time.monotonic()
        try:
            said = run.communicate(timeout=SOON)[1]
        finally:
            if how == signal.SIGSTOP:
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        self.assertLess(time.monotonic() - began, SOON)
        self.assertNotEqual(run.returncode, 0)
        kept = self.rows()
        self.assertGreaterEqual(len(kept), 20)
        # It goes on where it was, and repeats nothing.
        again = self.start("--ranks", 2, definition, "--resume", self.out, *words)
        self.await_rows(len(kept) + 20)
        for each in processes(HERE.joinpath("one_rank").resolve()).values():
            os.kill(each, signal.SIGKILL)
        again.communicate(timeout=SOON)
        totals = [(row["cell_id"], row["repetition"]) for row in self.rows()
                  if row["part"] == "total"]
        self.assertEqual(len(totals), len(set(totals)))
        return said

    @unittest.skipIf(CORES < 2, "two ranks need two cores")
    def test_interrupted_rank_0_tells_what_is_there(self):
        definition = self.define(repetitions=2000)
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            self.out = self.folder / number.name
            run = subprocess.Popen(
                self.words("--ranks", 2, definition, "--out", self.out), text=True, cwd=ROOT,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
            self.await_rows(20)
            os.killpg(run.pid, number)  # as a terminal does
            said, complained = run.communicate(timeout=SOON)
            self.assertEqual(run.returncode, status, complained)
            self.assertIn(f"{len(self.rows())} rows in {self.out}", said)
            self.assertIn(f"interrupted: --resume {self.out} goes on", complained)
            self.assertEqual({row["status"] for row in self.rows()}, {"ok"})
            self.assertEqual(processes(HERE.joinpath("one_rank").resolve()), {})

    def test_a_rank_that_dies_ends_the_run(self):
        self.lose(signal.SIGKILL)

    def test_a_rank_that_hangs_ends_the_run_and_is_named(self):
        self.assertIn("s for rank 1", self.lose(signal.SIGSTOP, "--patience", 3))


if __name__ == "__main__":
    unittest.main()
