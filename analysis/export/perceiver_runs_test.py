"""The loader of rows: numbers as they were written, and refusals in a line."""
import gzip
import math
import pathlib
import shutil
import tempfile
import unittest

from analysis.report.learning import testing
from analysis.runs.old_words import in_todays_words
from analysis.runs.written_run import row, timed, write
from tools import perceiver_runs
from tools.perceiver_runs import curves, manifest, runs

MANY = 2**63 - 1  # no double has it
PRECISE = 0.1 + 2**-56  # its last bit is not 0.1's


class PerceiverRunsTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def written(self, name="a", cpu="made", **fields):
        rows = timed("perceiver", {"N": 4, "M": 2}, [PRECISE, 0.2], **fields)
        return write(self.folder / name, rows, run_id=name, cpu=cpu)

    def test_numbers_are_those_that_were_written(self):
        rows = runs(self.written(macs=MANY // 4))
        self.assertEqual(rows.seconds.tolist(), [PRECISE, 0.2])
        self.assertEqual(rows.bytes_peak.tolist(), [MANY // 4 * 4] * 2)
        self.assertEqual([str(rows[name].dtype) for name in ("N", "B", "cpu_seconds")],
                         ["Int64", "Int64", "float64"])
        self.assertTrue(rows.B.isna().all() and rows.cpu_seconds.isna().all())
        self.assertEqual(rows.reason.tolist(), ["", ""])

    def test_several_runs_are_one_table_that_says_whose_each_row_is(self):
        first, second = self.written("a"), self.written("b", cpu="other")
        rows = runs(self.folder)
        self.assertEqual(rows.run_id.tolist(), ["a", "a", "b", "b"])
        self.assertEqual(rows.cpu.tolist(), ["made", "made", "other", "other"])
        self.assertEqual(set(rows.folder), {str(first), str(second)})
        self.assertTrue(runs(first, second).equals(rows))
        self.assertEqual(manifest(second)["machine"]["cpu"], "other")

    def test_old_words_are_todays(self):
        for name in ("a(attention=materialised, x=1)", "transformer(attention=linear)"):
            path = write(self.folder / str(len(name)), [row(name, {"N": 1})])
            self.assertEqual(runs(path).contestant[0], in_todays_words(name))

    def test_what_learned(self):
        testing.write_run(self.folder / "learned")
        looks = curves(self.folder)
        self.assertEqual(set(looks.split), {"held_out", "train", "test"})
        self.assertEqual(str(looks.step.dtype), "Int64")
        self.assertGreater(len(looks[looks.accuracy == testing.accuracy(1, 200)]), 0)

    def test_what_is_not_finite_is_read(self):
        looks = [testing.row(testing.PERCEIVER, 1, 0, loss=word) for word in ("nan", "inf", "-nan")]
        testing.write_run(self.folder / "learned", looks)
        loss = curves(self.folder).loss.tolist()
        self.assertTrue(math.isnan(loss[0]) and math.isinf(loss[1]) and math.isnan(loss[2]))

    def test_published_rows_are_those_of_the_run(self):
        path = self.written()
        plain = runs(self.folder)
        table = path / "cells.csv"
        packed = gzip.compress(table.read_bytes())
        (path / "cells.csv.gz").write_bytes(packed)
        with self.assertRaisesRegex(ValueError, "cells.csv.gz are both there"):
            runs(path)
        table.unlink()
        self.assertTrue(runs(self.folder).equals(plain))
        for broken in (packed[:-9], b"cells", packed[:40] + b"\0\0" + packed[42:]):
            (path / "cells.csv.gz").write_bytes(broken)
            with self.assertRaisesRegex(ValueError, "^[^\n]*cells.csv.gz: no gzip file[^\n]*$"):
                runs(path)

    def test_bad_files_are_one_line(self):
        path = self.written()
        text = (path / "cells.csv").read_text()
        for broken, said in (
                (text[:-3], "the last line is cut off"),
                ("", "the last line is cut off"),
                (text.replace("\n1,", "\n2,"), "no rows of schema 1"),
                (text.replace(repr(PRECISE), "fast"), "fast"),
                (text + "1,2\n" + "," * 40 + "\n", "cells.csv: ")):
            (path / "cells.csv").write_text(broken)
            with self.assertRaisesRegex(ValueError, "(?s)^[^\n]*$") as refusal:
                runs(path)
            self.assertIn(said, str(refusal.exception))
        with self.assertRaisesRegex(ValueError, "no cells.csv in it"):
            runs(self.folder / "nowhere")
        (path / "cells.csv").write_text(text)
        (path / "manifest.json").write_text("{")
        with self.assertRaisesRegex(ValueError, "manifest.json: "):
            runs(path)

    def test_every_column_is_known(self):
        # A new number that nobody lists would be text.
        known = set(perceiver_runs.WHOLE + perceiver_runs.MEASURED)
        explained = pathlib.Path("results/README.md").read_text(encoding="utf-8")
        for unit in ("MACs", "FLOPs", "bytes", "examples", "s", "nats"):
            for line in explained.splitlines():
                cells = [each.strip() for each in line.split("|")]
                if len(cells) > 3 and cells[2] == unit:
                    self.assertLessEqual(set(cells[1].split(", ")), known, line)


if __name__ == "__main__":
    unittest.main()
