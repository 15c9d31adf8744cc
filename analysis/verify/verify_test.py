"""verify, as a user meets it."""
import csv
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

VERIFY = pathlib.Path("analysis/verify/verify").resolve()
RUN = pathlib.Path("experiments/run/run").resolve()
SMOKE = pathlib.Path("experiments/definitions/smoke.toml").resolve()

CLAIM = """
[[claim]]
id = "counted"
statement = "Streaming and materialised attention make the same scores"
source = "arithmetic"
experiment = ["smoke"]
kind = "ratio"
contestant = "perceiver(sharing=none, form=materialised)"
versus = {contestant = "perceiver"}
part = "scores"
quantity = "macs"
variable = "N"
value = 1
tolerance = 0
[[claim]]
id = "timed"
statement = "A transformer is at least a millionth of a Perceiver"
source = "arithmetic"
experiment = ["smoke"]
kind = "at_least"
contestant = "transformer"
versus = {contestant = "perceiver"}
quantity = "seconds"
value = 1e-6
anchor = "counted"
"""


def verify(*words):
    return subprocess.run([VERIFY, *map(str, words)], capture_output=True, text=True)


class VerifyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.results = cls.folder / "results"
        subprocess.run([RUN, SMOKE, "--out", cls.results, "--repetitions", "5"], check=True,
                       capture_output=True)

    def claims(self, text):
        path = self.folder / "claims.toml"
        path.write_text(text)
        return path

    def copy_of_results(self):
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        return shutil.copytree(self.results, copy)

    def test_claims_are_judged_and_written(self):
        result = verify("--results", self.results, "--claims", self.claims(CLAIM), "--write")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("2 supported, 0 refuted, 0 inconclusive", result.stdout)
        written = json.loads((self.results / "verdicts.json").read_text())["verdicts"]
        self.assertEqual([v["verdict"] for v in written], ["SUPPORTED"] * 2)
        self.assertEqual(written[0]["estimate"], 1)
        self.assertLess(written[1]["low"], written[1]["high"])
        # Further digits would be the CPU's.
        for number in re.findall(r"\d+\.\d+", (self.results / "verdicts.json").read_text()):
            self.assertLessEqual(len(number.replace(".", "").lstrip("0")), 12, number)

    def test_a_claim_in_old_words_is_judged_with_a_notice(self):
        old = self.claims(CLAIM.replace("form=", "attention="))
        result = verify("--results", self.results, "--claims", old)
        self.assertEqual((result.returncode, result.stderr), (
            0, "notice: perceiver: the option attention is called form now\n"))
        self.assertIn("2 supported, 0 refuted, 0 inconclusive", result.stdout)

    def test_a_surprise_is_the_exit_code(self):
        wrong = self.claims(CLAIM.replace("value = 1e-6", "value = 1e6"))
        result = verify("--results", self.results, "--claims", wrong)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("REFUTED       timed  !", result.stdout)
        expected = self.claims(CLAIM.replace("value = 1e-6",
                                             'value = 1e6\nexpected = "REFUTED"'))
        self.assertEqual(verify("--results", self.results, "--claims", expected).returncode, 0)

    def test_measurements_for_extra_p(self):
        result = verify("--results", self.results, "--export", "extrap")
        self.assertEqual(result.returncode, 0, result.stderr)
        path = next(p for p in result.stdout.split() if p.endswith("smoke.transformer.jsonl"))
        lines = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
        self.assertEqual({tuple(line["params"]) for line in lines}, {("B", "N")})
        self.assertIn("total", {line["callpath"] for line in lines})
        self.assertTrue(all(line["value"] > 0 for line in lines))

    def test_each_count_of_threads_is_judged_by_itself(self):
        results = self.folder / "threads"
        subprocess.run([RUN, SMOKE, "--out", results, "--repetitions", "5", "--threads", "1,2",
                        "--filter", "^(perceiver|transformer)/"], check=True, capture_output=True)
        result = verify("--results", results, "--claims", self.claims(CLAIM), "--write")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("4 supported, 0 refuted, 0 inconclusive", result.stdout)
        self.assertLess(result.stdout.index("smoke, 1 thread\n"),
                        result.stdout.index("smoke, 2 threads\n"))
        written = json.loads((results / "verdicts.json").read_text())["verdicts"]
        self.assertEqual([v["threads"] for v in written], [1, 1, 2, 2])
        result = verify("--results", results, "--export", "extrap")
        self.assertIn("smoke.transformer.threads_2.jsonl", result.stdout)

    def test_each_number_of_ranks_is_judged_by_itself(self):
        both = self.folder / "ranks"
        shutil.copytree(self.results, both / "plain")
        over = shutil.copytree(self.results, both / "over_2")
        path = over / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest["machine"]["cores"] = 1  # those that rank 0 is bound to
        path.write_text(json.dumps(manifest))
        with open(over / "cells.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        with open(over / "cells.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(row | {"ranks": "2"} for row in rows)
        result = verify("--results", both, "--claims", self.claims(CLAIM), "--write")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertLess(result.stdout.index("smoke, 2 ranks\n"), result.stdout.index("smoke\n"))
        written = json.loads((both / "verdicts.json").read_text())["verdicts"]
        self.assertEqual([(v["id"], v["verdict"], v.get("ranks")) for v in written], [
            ("counted", "INCONCLUSIVE", 2), ("timed", "SUPPORTED", 2),
            ("counted", "SUPPORTED", None), ("timed", "SUPPORTED", None)])
        self.assertIn("one pass", written[0]["reason"])

    def assert_refused(self, said, *words):
        result = verify(*words)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn(said, result.stderr)

    def test_bad_input_is_one_line(self):
        self.assert_refused("--results DIR is missing")
        self.assert_refused("no such folder", "--results", self.folder / "nowhere")
        self.assert_refused("excludes", "--results", self.results, "--counts")
        self.assert_refused(":6:15: unknown experiment smok", "--counts", "--claims",
                            self.claims(CLAIM.replace('"smoke"', '"smok"')).resolve())
        self.assert_refused("nothing.toml", "--counts", "--claims", self.folder / "nothing.toml")
        copy = self.copy_of_results()
        text = (copy / "cells.csv").read_text()
        (copy / "cells.csv").write_text(text[:-7])
        self.assert_refused("cells.csv:", "--results", copy)
        (copy / "cells.csv").write_text(text.replace("seconds,cpu", "second,cpu", 1))
        self.assert_refused("cells.csv:1: ", "--results", copy)

    def edit_code(self, copy, change):
        path = copy / "manifest.json"
        manifest = json.loads(path.read_text())
        change(manifest["build"])
        path.write_text(json.dumps(manifest))

    def test_a_run_is_of_this_code_or_says_so(self):
        claims = self.claims(CLAIM)
        self.assertNotIn("note:", verify("--results", self.results, "--claims", claims).stdout)
        copy = self.copy_of_results()
        for change, said in (
                (lambda build: build["code"].update(primitives="0" * 64),
                 "note: smoke: older than the code that it measures; changed since: primitives\n"),
                (lambda build: build["code"].update(decoders="0" * 64),
                 "changed since: decoders, primitives\n"),
                (lambda build: build.pop("code"),
                 "note: smoke: of which code it was is not recorded\n")):
            self.edit_code(copy, change)
            result = verify("--results", copy, "--claims", claims)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertIn(said, result.stdout)

    def test_a_run_that_says_it_is_of_this_code_has_its_counts(self):
        copy = self.copy_of_results()
        with open(copy / "cells.csv", newline="") as file:
            header, *rows = csv.reader(file)
        cell, macs = header.index("cell_id"), header.index("macs")
        for row in rows:
            if row[cell] == rows[-1][cell] and row[header.index("part")] == "total":
                row[macs] = str(int(row[macs]) + 1)
        with open(copy / "cells.csv", "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])
        self.assert_refused(f"of {rows[-1][cell]} it has {rows[-1][macs]} MACs in total",
                            "--results", copy, "--claims", self.claims(CLAIM))
        self.edit_code(copy, lambda build: build["code"].update(contract="0" * 64))
        self.assertEqual(verify("--results", copy, "--claims", self.claims(CLAIM)).returncode, 0)

    def test_what_is_judged_is_left_untouched(self):
        copy = self.copy_of_results()
        (copy / "verdicts.json").unlink(missing_ok=True)
        before = {path.name: path.read_bytes() for path in copy.iterdir() if path.is_file()}
        out = self.folder / "elsewhere.json"
        verify("--results", copy, "--claims", self.claims(CLAIM), "--out", out)
        self.assertEqual({path.name: path.read_bytes() for path in copy.iterdir()
                          if path.is_file()}, before)
        self.assertEqual(len(json.loads(out.read_text())["verdicts"]), 2)
        verify("--results", copy, "--claims", self.claims(CLAIM), "--write")
        self.assertEqual((copy / "verdicts.json").read_text(), out.read_text())

    def test_runs_of_two_machines_are_verified_apart(self):
        both = self.folder / "both"
        for name in ["a", "b"]:
            shutil.copytree(self.results, both / name)
        path = both / "b" / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest["machine"]["cpu"] = "another"
        path.write_text(json.dumps(manifest))
        self.assert_refused("verify them apart", "--results", both)


if __name__ == "__main__":
    unittest.main()
