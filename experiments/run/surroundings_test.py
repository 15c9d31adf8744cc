"""What users, shells, disks and other runs do to a run."""
import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from experiments.run.testing import RUN, SMOKE, RunTestCase, rows_of, run

ONE = ("--repetitions", 1, "--filter", "^bare_perceiver/N=64")

LONG = """
shows = "Long enough to be met."
contestants = ["bare_perceiver"]
repetitions = 400
[base]
N = 4096
M = 64
D = 64
"""


class SurroundingsTest(RunTestCase):
    def test_numbers_have_units_and_ranges(self):
        for option, value, said in (
                ("--budget", "nan", "allowed are 0 to a year"),
                ("--budget", "-1", "allowed are 0 to a year"),
                ("--memory", "-1", "allowed are 1 to 2^62"),
                ("--memory", "18446744073709551616", "allowed are 1 to 2^62"),
                ("--seed", "-1", "allowed are whole numbers from 0"),
                ("--repetitions", "2000000000", "whole numbers from 1 to 10000")):
            self.assert_refused(run(SMOKE, f"{option}={value}"), f"{option} {value}: ")
            self.assert_refused(run(SMOKE, f"{option}={value}"), said)
        result = run(SMOKE, *ONE, "--out", self.folder / "o", "--budget", "5m",
                     "--memory", "1GB")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_filters_that_would_not_end_are_refused(self):
        self.assert_refused(run(SMOKE, "--filter", "(" * 30000 + ")" * 30000), "allowed are")
        self.assert_refused(run(SMOKE, "--filter", "(.*)*(.*)*(.*)*Z"), "no cell")

    def test_what_the_suite_decides_is_not_left_to_google_benchmark(self):
        for flag in ("--benchmark_filter=nosuch", "--benchmark_list_tests"):
            self.assert_refused(run(SMOKE, *ONE, flag, "--out", self.folder / flag), flag)

    def test_fewer_threads_than_asked_is_an_error(self):
        limited = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        out = self.folder / "out"
        result = run(SMOKE, *ONE, "--out", out, "--threads", 2, env=limited, timeout=60)
        self.assert_refused(result, "threads = 2: OMP_THREAD_LIMIT allows 1")
        self.assertFalse(out.exists())
        result = run(SMOKE, *ONE, "--out", out, env=limited, timeout=300)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_a_full_disk_is_no_success(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([RUN, "--list"], stdout=full, check=False,
                                    stderr=subprocess.PIPE, text=True)
        self.assert_refused(result, "No space left on device")

    def test_messages_never_land_in_a_file(self):
        out = self.folder / "out"
        words = [str(word) for word in (RUN, SMOKE, *ONE, "--out", out, "--threads", 33)]
        subprocess.run(["sh", "-c", '"$@" 2>&-', "sh", *words], check=True,
                       stdout=subprocess.DEVNULL)
        self.assertEqual({row["schema"] for row in rows_of(out)}, {"1"})

    def test_a_run_that_still_runs_is_not_gone_on_with(self):
        out = self.folder / "out"
        definition = self.define(LONG)
        with subprocess.Popen([RUN, definition, "--out", out],
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            self.wait_for(out / "cells.csv")
            self.assert_refused(run(definition, "--resume", out), "still writes into")
            process.send_signal(signal.SIGKILL)

    def test_interrupted_it_ends_with_the_table_of_what_is_there(self):
        definition = self.define(LONG.replace("400", "4000"))
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            out = self.folder / number.name
            with subprocess.Popen([RUN, definition, "--out", out], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                self.wait_for(out / "cells.csv")
                while len(rows_of(out)) < 100:
                    time.sleep(0.01)
                process.send_signal(number)
                said, complained = process.communicate(timeout=60)
            self.assertEqual(process.returncode, status, complained)
            rows = rows_of(out)
            self.assertIn(f"{len(rows)} rows in {out}", said)
            self.assertRegex(said, r"bare_perceiver +[\d.]+ ms")
            self.assertIn(f"interrupted: --resume {out} goes on\n", complained)
            self.assertIsNone(json.loads((out / "manifest.json").read_text())["finished"])
            self.assertEqual({row["status"] for row in rows}, {"ok"})
            # Whole repetitions, and each once.
            totals = [(row["cell_id"], row["repetition"]) for row in rows
                      if row["part"] == "total"]
            self.assertEqual(len(totals), len(set(totals)))
            self.assertLess(len(totals), 4000)

    def test_killed_at_once_it_starts_over(self):
        out = self.folder / "out"
        with subprocess.Popen([RUN, SMOKE, *map(str, ONE), "--out", out],
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            self.wait_for(out / "cells.csv")
            process.send_signal(signal.SIGKILL)
        result = run(SMOKE, *ONE, "--resume", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        manifest = json.loads((out / "manifest.json").read_text())
        self.assertIsNotNone(manifest["calibration"]["before"])

    def wait_for(self, path):
        deadline = time.time() + 60
        while not path.exists() and time.time() < deadline:
            time.sleep(0.001)
        self.assertTrue(path.exists())

    def test_a_path_is_no_command(self):
        if shutil.which("git") is None:
            self.skipTest("there is no git")
        checkout = self.folder / "it's $(touch ran)"
        checkout.mkdir()
        self.assertEqual(self.commit_of(checkout, "none"), "unavailable")

        def git(*words):
            subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words],
                           cwd=checkout, check=True, capture_output=True)
        git("init")
        git("commit", "--allow-empty", "-m", "first")
        self.assertRegex(self.commit_of(checkout, "own"), "^[0-9a-f]{40}$")
        self.assertFalse((self.folder / "ran").exists())
        # Unpacked inside another's checkout it has no commit.
        inner = checkout / "inner"
        inner.mkdir()
        self.assertEqual(self.commit_of(inner, "inner"), "unavailable")

    def commit_of(self, checkout, name):
        out = self.folder / name
        run(SMOKE, *ONE, "--out", out, cwd=self.folder,
            env={**os.environ, "BUILD_WORKSPACE_DIRECTORY": str(checkout)})
        return json.loads((out / "manifest.json").read_text())["build"]["git"]["commit"]

    def test_names_that_are_no_utf8_are_escaped(self):
        definition = os.fsencode(self.folder) + b"/odd\xff.toml"
        shutil.copy(SMOKE, definition)
        out = self.folder / "out"
        result = subprocess.run(
            [RUN, definition, *map(str, ONE), "--out", out], check=False, capture_output=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        manifest = json.loads((out / "manifest.json").read_text())
        self.assertEqual(manifest["experiment"], "odd\\xff")
        self.assertIn("odd\\xff.toml", manifest["command_line"])


if __name__ == "__main__":
    unittest.main()
