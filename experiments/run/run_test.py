"""The program behind the experiments, as a user meets it."""

import csv
import json
import signal
import subprocess
import time
import unittest

from experiments.run.testing import (CALIBRATED, RUN, RUN_WITH_BROKEN, SMOKE, RunTestCase,
                                     rows_of, run)

LONG = """
shows = "Long enough to be killed."
contestants = ["perceiver"]
repetitions = 40
[base]
N = 512
M = 32
D = 32
[[sweep]]
B = [1, 2, 3]
"""


class RunTest(RunTestCase):
    def test_smoke_writes_every_repetition_of_every_cell(self):
        out = self.folder / "out"
        result = run(SMOKE, "--out", out, "--repetitions", 2)
        self.assertEqual(result.returncode, 0, result.stderr)
        # That others use the machine is no fault of the program.
        said = [line for line in result.stderr.splitlines()
                if "the machine drifted" not in line]
        self.assertEqual(said, [], "silent when piped")
        rows = rows_of(out)
        totals = [row for row in rows if row["part"] == "total"]
        repetitions = {}
        for row in totals:
            self.assertEqual(row["status"], "ok")
            self.assertGreater(float(row["seconds"]), 0)
            repetitions.setdefault(row["cell_id"], set()).add(row["repetition"])
        self.assertTrue(all(r == {"0", "1"} for r in repetitions.values()))
        self.assertGreater(len(repetitions), 10)
        for row in rows:
            self.assertEqual(
                int(row["flops"]), 2 * int(row["macs"]) + 3 * int(row["logits"]))
        # A transformer has no latents; the column says so by being empty.
        self.assertEqual({r["M"] for r in rows if r["contestant"] == "transformer"},
                         {""})
        for cell in repetitions:
            parts = sum(int(r["macs"]) for r in rows
                        if r["cell_id"] == cell and r["part"] != "total")
            total = sum(int(r["macs"]) for r in totals if r["cell_id"] == cell)
            self.assertEqual(parts, total)

    def test_old_words_are_read_with_a_notice_and_written_in_todays(self):
        text = SMOKE.read_text()
        self.assertIn("form=materialised", text)
        old = self.define(text.replace("form=materialised", "attention=materialised"))
        out = self.folder / "out"
        result = run(old, "--out", out, "--repetitions", 1, "--filter", "attention=materialised")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual([line for line in result.stderr.splitlines() if "notice" in line], [
            "notice: perceiver: the option attention is called form now",
            "notice: --filter attention=materialised is read as form=materialised"])
        self.assertEqual({(row["contestant"], row["attention"]) for row in rows_of(out)},
                         {("perceiver(sharing=none, form=materialised)", "materialised")})
        both = self.define(text.replace("form=materialised",
                                        "form=materialised, attention=streaming"))
        self.assert_refused(run(both, "--out", self.folder / "both"),
                            "perceiver: attention is the old name of form: give form alone")

    def test_the_manifest_says_how_the_numbers_were_made(self):
        out = self.folder / "out"
        run(SMOKE, "--out", out, "--repetitions", 1, "--filter", "^bare", program=CALIBRATED)
        manifest = json.loads((out / "manifest.json").read_text())
        for key in ("machine", "build", "load", "calibration", "definition",
                    "settings", "command_line", "warnings", "accounts"):
            self.assertIn(key, manifest)
        for flag in ("--compilation_mode=", "-march=", "-std=", "-fopenmp"):
            self.assertIn(flag, manifest["build"]["flags"])
        self.assertIn("OpenBLAS", manifest["build"]["blas"])
        for when in ("before", "after"):
            self.assertGreater(
                manifest["calibration"][when]["gemm_flops_per_second"], 1e8)
            self.assertGreater(
                manifest["calibration"][when]["fma_flops_per_second"], 1e8)
        # Measured, each time anew.
        self.assertNotEqual(manifest["calibration"]["before"], manifest["calibration"]["after"])
        self.assertEqual(manifest["definition"]["text"], SMOKE.read_text())
        self.assertIsNotNone(manifest["finished"])

    def test_the_filter_keeps_only_what_it_finds(self):
        out = self.folder / "out"
        result = run(SMOKE, "--out", out, "--filter", "^transformer/N=64/")
        self.assertEqual(result.returncode, 0, result.stderr)
        found = {row["cell_id"] for row in rows_of(out)}
        self.assertEqual(len(found), 1)
        self.assertTrue(found.pop().startswith("transformer/N=64/"))

    def test_the_same_seed_makes_the_same_rows_but_for_time(self):
        definition = self.define("""
shows = "What a seed decides."
contestants = ["perceiver", "transformer", "transformer(attention=performer)"]
repetitions = 2
seed = 7
[base]
N = 64
M = 16
D = 32
H = 2
[errors]
patterns = ["random"]
""")
        rows, errors = {}, {}
        for name, seed in (("first", 7), ("second", 7), ("another", 8)):
            out = self.folder / name
            result = run(definition, "--out", out, "--seed", seed)
            self.assertEqual(result.returncode, 0, result.stderr)
            rows[name] = sorted(
                [row[key] for key in row if key not in ("run_id", "seconds", "cpu_seconds")]
                for row in rows_of(out))
            with open(out / "errors.csv", newline="") as file:
                errors[name] = {row["contestant"]: row["error"] for row in csv.DictReader(file)}
        self.assertEqual(rows["first"], rows["second"])
        self.assertEqual(errors["first"], errors["second"])
        performer = "transformer(attention=performer)"
        self.assertNotEqual(errors["first"][performer], errors["another"][performer])

    def test_killed_and_resumed_nothing_is_lost_or_done_twice(self):
        definition = self.define(LONG)
        out = self.folder / "out"
        process = subprocess.Popen(
            [RUN, definition, "--out", out], stdout=subprocess.DEVNULL)
        cells = out / "cells.csv"
        deadline = time.time() + 60
        while time.time() < deadline:
            if cells.exists() and cells.read_text().count(",total,") >= 10:
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        before = cells.read_text()
        self.assertGreaterEqual(before.count(",total,"), 10)
        self.assertLess(before.count(",total,"), 120)
        with open(cells, "a") as file:
            file.write("1,trial,cut in the mid")
        result = run(definition, "--resume", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("notice: dropped 1 incomplete line", result.stderr)
        self.assertTrue(cells.read_text().startswith(before))
        seen = [(r["cell_id"], r["repetition"]) for r in rows_of(out)
                if r["part"] == "total"]
        self.assertEqual(len(seen), 3 * 40)
        self.assertEqual(len(set(seen)), 3 * 40)

    def test_resume_refuses_another_definition_and_other_settings(self):
        out = self.folder / "out"
        definition = self.define(LONG)
        run(definition, "--out", out, "--repetitions", 1)
        self.assert_refused(run(definition, "--resume", out, "--seed", 9,
                                "--repetitions", 1), "seed or scalar differ")
        self.define(LONG + "# changed\n")
        self.assert_refused(run(definition, "--resume", out, "--repetitions", 1),
                            "the definition differs")
        self.define(LONG)
        path = out / "manifest.json"
        kept = path.read_text()
        for key, changed, said in (
                ("machine", {"cpu": "another"}, "the machine differs"),
                ("build", {"binary_sha256": "another"}, "the program differs")):
            manifest = json.loads(kept)
            manifest[key].update(changed)
            path.write_text(json.dumps(manifest))
            self.assert_refused(
                run(definition, "--resume", out, "--repetitions", 1), said)
        self.assert_refused(run(definition, "--resume", self.folder / "none"),
                            "manifest.json")

    def test_bad_cells_become_failed_rows_and_the_rest_goes_on(self):
        definition = self.define("""
shows = "What breaks."
contestants = ["answers_nan", "throws", "answers_wrong", "miscounts", "miscounts_once",
               "transformer"]
repetitions = 2
[base]
N = 600
M = 8
D = 8
""")
        out = self.folder / "out"
        result = run(definition, "--out", out, program=RUN_WITH_BROKEN)
        self.assertEqual(result.returncode, 1)
        reasons = {r["contestant"]: r["reason"] for r in rows_of(out)
                   if r["status"] == "failed"}
        self.assertIn("not finite", reasons["answers_nan"])
        self.assertIn("broken on purpose", reasons["throws"])
        self.assertIn("differs from the oracle", reasons["answers_wrong"])
        self.assertIn("counted 1 MACs", reasons["miscounts"])
        self.assertRegex(reasons["miscounts_once"],
                         r"mlp counted 1 MACs in \d+ forwards: not the same in each")
        self.assertNotIn("transformer", reasons)
        ok = [r for r in rows_of(out)
              if r["status"] == "ok" and r["part"] == "total"]
        self.assertEqual(len(ok), 2)

    def test_what_does_not_fit_is_skipped_with_its_prediction(self):
        definition = self.define("""
shows = "What is too large."
contestants = ["perceiver", "perceiver(positions=fourier, cross_heads=2)"]
repetitions = 1
[base]
N = 64
M = 8
D = 8
[[sweep]]
N = [64, 100000000]
""")
        out = self.folder / "out"
        result = run(definition, "--out", out, "--memory", 10**8)
        self.assertEqual(result.returncode, 0, result.stderr)
        skipped = [r for r in rows_of(out) if r["status"] == "skipped"]
        reasons = [r["reason"] for r in skipped]
        self.assertTrue(any("exceed the memory budget of 100000000" in r
                            for r in reasons), reasons)
        self.assertTrue(any("do not divide" in r for r in reasons), reasons)
        large = next(r for r in skipped
                     if r["N"] == "100000000" and r["contestant"] == "perceiver")
        self.assertGreater(int(large["bytes_peak"]), 10**8)
        out = self.folder / "again"
        run(definition, "--out", out, "--budget", 0)
        self.assertTrue(all("left of the budget" in r["reason"] or
                            "do not divide" in r["reason"] or
                            "memory" in r["reason"] for r in rows_of(out)))

    def test_a_budget_that_ends_between_repetitions_skips_the_others(self):
        definition = self.define("""
shows = "A budget that ends."
contestants = ["transformer"]
[base]
N = 512
M = 8
D = 16
H = 2
B = 1
[[sweep]]
N = [512, 1024, 2048]
""")
        ended_between = []
        budget = 0.2  # seconds: where it ends depends on the machine
        while not ended_between and budget < 100:
            out = self.folder / f"within_{budget}"
            result = run(definition, "--out", out, "--repetitions", 9, "--budget", budget)
            self.assertEqual(result.returncode, 0, result.stderr)
            rows = rows_of(out)
            ok = {r["cell_id"] for r in rows if r["status"] == "ok"}
            ended_between = [r for r in rows
                             if r["status"] == "skipped" and r["cell_id"] in ok]
            budget *= 2
        self.assertTrue(ended_between, "no budget ended between repetitions")
        for row in ended_between:
            self.assertIn("was used up after", row["reason"])

    def test_cells_that_make_room_for_others_hold_what_they_did(self):
        # Any two of them exceed the budget.
        definition = self.define(LONG.replace("B = [1, 2, 3]", "N = [4096, 4097, 4098]"))
        out = self.folder / "out"
        result = run(definition, "--out", out, "--repetitions", 3, "--memory", 12 * 10**5)
        self.assertEqual(result.returncode, 0, result.stderr)
        held = {}
        for row in rows_of(out):
            if row["part"] == "total":
                held.setdefault(row["N"], set()).add(int(row["bytes_peak"]))
        self.assertEqual({len(each) for each in held.values()}, {1}, held)
        self.assertGreater(min(min(each) for each in held.values()), 8 * 10**5,
                           "not all is counted, or two fit beside each other")

    def test_errors_are_measured_where_the_definition_asks(self):
        definition = self.define("""
shows = "How far are they?"
contestants = ["transformer", "transformer(attention=sliding_window, window=8)",
               "transformer(attention=isab)"]
[base]
N = 64
M = 8
D = 32
H = 2
[[sweep]]
N = [32, 64]
[errors]
patterns = ["peaked", "copy"]
""")
        out = self.folder / "out"
        result = run(definition, "--out", out, "--repetitions", 2)
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(out / "errors.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        cells = {row["cell_id"] for row in rows_of(out)}
        for row in rows:
            self.assertIn(row["cell_id"], cells)
            self.assertIn("/N=64/", row["cell_id"], "the base's letters")
        errors = {(row["contestant"], row["pattern"]): float(row["error"]) for row in rows}
        self.assertEqual(len(errors), 4, "an encoder of its own has none")
        self.assertLess(errors["transformer", "copy"], 1e-5)
        window = "transformer(attention=sliding_window, window=8)"
        self.assertGreater(errors[window, "copy"], 0.5)
        self.assertLess(errors[window, "peaked"], errors[window, "copy"])
        run(SMOKE, "--out", self.folder / "smoke", "--repetitions", 1)
        self.assertFalse((self.folder / "smoke" / "errors.csv").exists())

    def test_a_dry_run_prints_cells_and_writes_nothing(self):
        out = self.folder / "out"
        result = run(SMOKE, "--dry-run", "--out", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("transformer/N=64", result.stdout)
        self.assertRegex(result.stdout, r"\d+ cells would be run: .*; 0 would be skipped")
        self.assertFalse(out.exists())

    def test_a_dry_run_says_what_would_be_skipped(self):
        result = run(SMOKE, "--dry-run", "--filter", "^transformer/N=64", "--memory", 1000)
        self.assertIn("  SKIPPED: predicted ", result.stdout)
        self.assertIn("memory budget of 1000", result.stdout)
        self.assertRegex(result.stdout, r"\n0 cells would be run: .*; [1-9]\d* would be skipped")

    def test_axes_of_a_definition_can_be_set(self):
        out = self.folder / "out"
        words = (SMOKE, "--set", "N=48,96", "--filter", "^bare_perceiver", "--repetitions", 1)
        result = run(*words, "--out", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertLessEqual({"48", "96"}, {row["N"] for row in rows_of(out)})
        manifest = json.loads((out / "manifest.json").read_text())
        self.assertTrue(manifest["definition"]["text"].startswith("# smoke with --set N=48,96\n"))
        self.assertEqual(run(*words, "--resume", out).returncode, 0)
        self.assert_refused(run(SMOKE, "--resume", out), "definition")
        self.assert_refused(run(SMOKE, "--set", "Q=4"), "--set Q=4: no letter Q; known are N, M")
        self.assert_refused(run(SMOKE, "--set", "N=4,"), "--set N=4,: ")

    def test_list_names_contestants_and_options(self):
        result = run("--list")
        self.assertEqual(result.returncode, 0)
        for word in ("perceiver:", "transformer:", "sharing = all_but_first"):
            self.assertIn(word, result.stdout)

    def test_google_benchmarks_own_flags_pass_through(self):
        out = self.folder / "out"
        report = self.folder / "benchmark.json"
        result = run(SMOKE, "--out", out, "--repetitions", 2, "--filter",
                     "^bare_perceiver/N=64", f"--benchmark_out={report}",
                     "--benchmark_out_format=json")
        self.assertEqual(result.returncode, 0, result.stderr)
        names = {b["run_name"]
                 for b in json.loads(report.read_text())["benchmarks"]}
        self.assertTrue(any("bare_perceiver/N=64" in n for n in names), names)

    def test_bad_input_is_refused_in_one_line(self):
        self.assert_refused(run(), "no definition is given")
        self.assert_refused(run("none.toml"), "cannot read none.toml")
        self.assert_refused(run("smokes"), "neither a file nor an experiment; known are attention, ")
        self.assert_refused(run("smokes"), "did you mean smoke?")
        self.assertIn("smoke: ", run("smoke", "--dry-run").stdout)
        for counts in (-1, "0,1", "1,", "1,1", "one", "1,1025"):
            self.assert_refused(run(SMOKE, "--threads", counts), f"--threads {counts}: allowed")
        self.assert_refused(run(SMOKE, "--repetitions", 0), "--repetitions")
        self.assert_refused(run(SMOKE, "--frobnicate"), "--frobnicate")
        self.assert_refused(run(SMOKE, "--filter", "("), "regular expression")
        self.assert_refused(run(SMOKE, "--filter", "nothing"), "no cell")
        self.assert_refused(run(SMOKE, "--out", "a", "--resume", "b"), "exclude")
        self.assert_refused(
            run(SMOKE, "--out", "/proc/nowhere"), "/proc/nowhere")
        self.assert_refused(run(self.define(LONG.replace("N =", "X ="))),
                            "unknown key base.X")
        self.assert_refused(
            run(SMOKE, "--out", self.folder / "o", "--benchmark_min_time=1",
                "--filter", "^bare_perceiver/N=64"), "--benchmark_min_time")

    def test_cells_too_noisy_are_repeated_more(self):
        text = LONG.replace("repetitions = 40", "repetitions = 3").replace(
            "[base]", "[precision]\nhalf_width = 1e-9\nmost_repetitions = 8\n[base]")
        out = self.folder / "out"
        result = run(self.define(text), "--out", out, "--filter", "B=1")
        self.assertEqual(result.returncode, 0, result.stderr)
        done = sorted(int(r["repetition"]) for r in rows_of(out) if r["part"] == "total")
        self.assertEqual(done, list(range(8)))
        # With an interval that is narrow enough nothing is added.
        out = self.folder / "wide"
        run(self.define(text.replace("1e-9", "100.0")), "--out", out, "--filter", "B=1")
        self.assertEqual(len({r["repetition"] for r in rows_of(out)}), 3)


if __name__ == "__main__":
    unittest.main()
