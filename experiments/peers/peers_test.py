"""The contest as a user meets it, with a peer that only pretends."""
import csv
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path("experiments/peers").resolve()
PRETENDER = HERE / "testing" / "pretender.py"

DEFINITION = """
shows = "A contest."
contestants = ["perceiver", "transformer"]
repetitions = 4
threads = 1
[base]
N = 64
M = 8
D = 16
H = 2
[[sweep]]
N = [32, 64]
"""


class PeersTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "out"
        self.diary = self.folder / "diary"
        self.definition = self.define(DEFINITION)

    def define(self, text):
        path = self.folder / "trial.toml"
        path.write_text(text)
        return path

    def run_peers(self, *words, behaviour="right"):
        return subprocess.run(
            [HERE / "peers", *map(str, words)], capture_output=True, text=True,
            env=os.environ | {"PRETENDER": behaviour, "PRETENDER_DIARY": str(self.diary),
                              "BUILD_WORKING_DIRECTORY": str(self.folder)})

    def contest(self, *words, behaviour="right", status=0):
        result = self.run_peers("--with", PRETENDER, "--out", self.out, self.definition, *words,
                                behaviour=behaviour)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result.stdout

    def rows(self, contestant=""):
        with open(self.out / "cells.csv", newline="") as file:
            return [row for row in csv.DictReader(file)
                    if row["part"] == "total" and row["contestant"].startswith(contestant)]

    def assert_refused(self, result, said):
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn(said, result.stderr)

    def test_a_peer_that_agrees_is_timed_in_turns_with_ours(self):
        text = self.contest()
        ours = [r for r in self.rows() if ":" not in r["contestant"]]
        theirs = self.rows("pretender:")
        self.assertEqual(len(ours), 4 * 4)
        self.assertEqual(len(theirs), 4 * 4)
        self.assertEqual({r["status"] for r in ours + theirs}, {"ok"})
        self.assertEqual({r["contestant"] for r in theirs},
                         {"pretender:perceiver", "pretender:transformer"})
        self.assertTrue(all(float(r["seconds"]) > 0 for r in theirs))
        self.assertIn("pretender:perceiver/N=32/M=8/", theirs[0]["cell_id"])
        # What was counted on our side alone is not said of the peer.
        self.assertEqual({r["macs"] for r in theirs}, {""})
        self.assertNotIn("", {r["macs"] for r in ours})
        self.assertIn("trial, threads = 1", text)
        self.assertRegex(text, r"pretender / ours: geometric mean \d+\.\d\d, worst .* 4 cells")
        # Rounds: who began moves to the end.
        order = [r["contestant"].partition(":")[0] for r in self.rows()][:8]
        self.assertEqual(order, ["perceiver", "pretender", "pretender", "perceiver"] * 2)

    def test_rows_have_the_columns_of_every_run(self):
        self.contest("--filter", "^perceiver/N=32")
        header = (self.out / "cells.csv").read_text().splitlines()[0]
        self.assertTrue(header.startswith("schema,experiment,definition_sha256,run_id,cell_id"))
        self.assertTrue(header.endswith("status,reason,ranks"))
        manifest = json.loads((self.out / "manifest.json").read_text())
        for key in ("machine", "build", "definition", "settings", "peers", "load", "finished",
                    "calibration"):
            self.assertTrue(manifest[key], key)
        self.assertIn("python", manifest["peers"]["pretender"]["versions"])
        self.assertEqual(manifest["definition"]["text"], DEFINITION)
        self.assertEqual(manifest["settings"]["filter"], "^perceiver/N=32")
        self.assertNotIn(str(self.folder), json.dumps(manifest["command_line"]))

    def test_a_wrong_answer_fails_before_it_is_timed(self):
        for behaviour, said in (("wrong", "differs from ours by 0.0"), ("nan", "differs from ours"),
                                ("short", "bytes, ours")):
            self.diary.unlink(missing_ok=True)
            text = self.contest("--filter", "^perceiver/N=32", behaviour=behaviour, status=1)
            row, = self.rows("pretender:")
            self.assertEqual(row["status"], "failed")
            self.assertIn(said, row["reason"])
            self.assertIn("pretender failed: ", text)
            self.assertEqual(self.diary.read_text().split().count("forward"), 1)
            self.assertEqual(len(self.rows("perceiver")), 4, "ours goes on")

    def test_what_a_peer_cannot_express_is_skipped(self):
        text = self.contest(behaviour="skips")
        self.assertEqual({(r["status"], r["reason"]) for r in self.rows("pretender:")},
                         {("skipped", "it only pretends")})
        self.assertIn("pretender skipped: it only pretends (4 cells)", text)
        self.assertIn("pretender: no cell", text)

    def test_a_peer_that_throws_or_dies_fails_and_the_next_cell_has_it_anew(self):
        for behaviour, said in (("throws", "ValueError: two lines"),
                                ("dies", "ended with status 3: last words"),
                                ("dies_late", "ended with status 3")):
            self.diary.unlink(missing_ok=True)
            self.contest("--filter", "^perceiver", behaviour=behaviour, status=1)
            failed = [r for r in self.rows("pretender:") if r["status"] == "failed"]
            self.assertEqual(len(failed), 2, behaviour)
            self.assertTrue(all(said in r["reason"] for r in failed), failed)
            starts = self.diary.read_text().split("\n").count("start 1")
            self.assertEqual(starts, 1 if behaviour == "throws" else 2)

    def test_speed_only_is_timed_unseen_and_marked(self):
        text = self.contest("--filter", "^transformer/N=32", behaviour="speed")
        self.assertEqual({(r["contestant"], r["status"], r["reason"])
                          for r in self.rows("pretender:")},
                         {("pretender:mime", "ok", "only as fast")})
        self.assertIn("* pretender: only as fast", text)
        self.assertIn("best peer: no cell", text)

    def test_a_table_for_each_number_of_threads(self):
        text = self.contest("--threads", "1,2", "--filter", "^perceiver/N=32")
        self.assertIn("threads = 1:", text)
        self.assertIn("threads = 2:", text)
        self.assertEqual({r["threads"] for r in self.rows()}, {"1", "2"})
        self.assertIn("start 2", self.diary.read_text())

    def test_axes_can_be_set_and_progress_is_told_without_a_terminal(self):
        result = self.run_peers("--with", PRETENDER, "--out", self.out, self.definition,
                                "--set", "N=16,48", "--repetitions", 1, "--budget", "5m")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual({row["N"] for row in self.rows()}, {"16", "48"})
        lines = [line for line in result.stderr.splitlines() if "/N=" in line]
        self.assertEqual([line.split()[0] for line in lines], ["1/4", "2/4", "3/4", "4/4"])
        self.assertRegex(lines[-1], r" · \d+:\d\d$")

    def test_cells_beyond_the_budget_or_refused_are_rows_too(self):
        text = self.contest("--budget", 1e-9)
        self.assertIn("ours skipped: the budget of 1e-09 s was used up (4 cells)", text)
        self.assertEqual({(r["status"], r["reason"]) for r in self.rows()},
                         {("skipped", "the budget of 1e-09 s was used up")})
        self.assertEqual(len(self.rows()), 8)
        self.define(DEFINITION.replace('"perceiver"', '"perceiver(cross_heads=3)"'))
        self.contest("--filter", "^perceiver.*N=32")
        self.assertTrue(all("heads do not divide" in r["reason"] for r in self.rows()))

    def test_bad_input_is_refused_in_one_line(self):
        refused = [
            (("smoke", "--with", "tensorflow"), "known are torch, torch_compiled, huggingface"),
            (("smoke", "--with", "torch,torch"), "named twice"),
            (("smoke", "--with", "none.py"), "--with none.py: no such file"),
            (("smoke", "--python", "none"), "no such file"),
            (("nothing",), "definition nothing: known are attention, cross_attention"),
            (("scalingn",), "did you mean scaling_n?"),
            (("none.toml",), "none.toml: no such file"),
            (("smoke", "--budget", "5x"), "--budget 5x: allowed are 0 to a year"),
            (("smoke", "--with", PRETENDER, "--set", "Q=1", "--out", "o"), "no letter Q"),
            ((), "definition"),
            (("smoke", "--threads", "many"), "--threads many: allowed are whole numbers"),
            (("smoke", "--threads", "1,5000"), "from 0 to 1024"),
            (("smoke", "--threads", "1,1"), "--threads 1,1: of several, each is from 1 on"),
            (("smoke", "--threads", "0,1"), "--threads 0,1: of several, each is from 1 on"),
            (("smoke", "--repetitions", "0"), "--repetitions 0"),
            (("smoke", "--filter", "("), "not a regular expression"),
            (("smoke", "--with", PRETENDER, "--filter", "nothing", "--out", "o"), "no cell"),
            (("smoke", "--with", PRETENDER, "--out", "/proc/nowhere"), "/proc/nowhere"),
        ]
        for words, said in refused:
            with self.subTest(words):
                self.assert_refused(self.run_peers(*words), said)
        self.define(DEFINITION.replace("N = 64", "X = 64"))
        self.assert_refused(self.run_peers("--with", PRETENDER, "trial.toml", "--out", "o"),
                            "trial.toml:7:1: unknown key base.X")
        self.define('scalar = "double"\n' + DEFINITION)
        self.assert_refused(self.run_peers("--with", PRETENDER, "trial.toml", "--out", "o"),
                            "peers are compared in float alone")

    def test_a_peer_that_does_not_start_is_refused(self):
        result = self.run_peers("--with", PRETENDER, "--out", self.out, self.definition,
                                behaviour="no_start")
        self.assert_refused(result, "pretender doesn't start: ImportError: no module named")


if __name__ == "__main__":
    unittest.main()
