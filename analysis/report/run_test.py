"""Files are read whole, or refused with file and line."""
import gzip
import json
import unittest

from analysis.report import testing
from analysis.report.run import BadInput, Refused, by_threads, read_run, run_folders


class RunTest(testing.FolderTest):
    def setUp(self):
        super().setUp()
        testing.write_run(self.folder)
        self.cells = self.folder / "cells.csv"

    def assert_refused(self, *said, file="cells.csv"):
        with self.assertRaises(BadInput) as caught:
            read_run(self.folder)
        text = str(caught.exception)
        self.assertTrue(text.startswith(str(self.folder / file)), text)
        for each in said:
            self.assertIn(each, text)

    def edit(self, line, old, new):
        lines = self.cells.read_text().split("\n")
        self.assertIn(old, lines[line - 1])
        lines[line - 1] = lines[line - 1].replace(old, new, 1)
        self.cells.write_text("\n".join(lines))

    def edit_manifest(self, **keys):
        path = self.folder / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **keys}, indent=2))

    def test_numbers_and_empty_fields(self):
        run = read_run(self.folder)
        self.assertEqual((run.experiment, run.run_id), ("trial", "1-1"))
        self.assertEqual(run.gemm_flops_per_second, 1e10)
        self.assertEqual(run.bytes_per_second, 1e9)
        first = run.rows.iloc[0]
        self.assertEqual((first["N"], first["part"], first["macs"]), (256, "scores", 5e6))
        self.assertEqual(first["seconds"], 0.5 * 256 * 256 * 1e-7 * 1.01)
        self.assertTrue(first["M"] != first["M"])

    def test_published_rows_are_read_as_they_were(self):
        plain = read_run(self.folder).rows
        packed = self.folder / "cells.csv.gz"
        packed.write_bytes(gzip.compress(self.cells.read_bytes()))
        with self.assertRaisesRegex(Refused, "cells.csv.gz are both there"):
            read_run(self.folder)
        self.cells.unlink()
        self.assertEqual(run_folders(self.folder), [self.folder])
        self.assertTrue(read_run(self.folder).rows.equals(plain))
        packed.write_bytes(gzip.compress(b"schema\n2\n"))
        self.assert_refused("cells.csv.gz:1: column experiment is missing", file="cells.csv.gz")
        packed.write_bytes(packed.read_bytes()[:-4])
        with self.assertRaisesRegex(Refused, "^[^\n]*cells.csv.gz: no gzip file[^\n]*$"):
            read_run(self.folder)

    def test_quotes_and_line_ends_in_a_field_count_as_lines(self):
        rows = read_run(self.folder).rows
        skipped = rows[rows["status"] == "skipped"]
        self.assertEqual(list(skipped["reason"]), ['takes "too" long,\nit seems'])
        line = skipped.index[0]
        self.assertIn("skipped", self.cells.read_text().split("\n")[line - 1])
        self.edit(line + 2, ",0.0", ",x0.0")
        self.assert_refused(f"cells.csv:{line + 2}: seconds = \"x0.0")

    def test_what_is_no_number_is_refused(self):
        for bad in ("nan", "inf", "-1", "two"):
            testing.write_run(self.folder)
            self.edit(3, ",256,", f",{bad},")
            self.assert_refused(f'cells.csv:3: N = "{bad}" is not a number')

    def test_a_measured_row_needs_its_time(self):
        rows = testing.rows()
        rows[4]["seconds"] = ""
        testing.write_rows(self.folder, rows)
        self.assert_refused("cells.csv:6: seconds")

    def test_structure_is_checked(self):
        whole = self.cells.read_text()
        for text, said in (
                (whole[:-7], f"cells.csv:{whole.count(chr(10))}: the last line is cut off"),
                (whole.replace("macs", "mocs", 1), "cells.csv:1: column macs is missing"),
                (whole.split("\n")[0] + "\n", "cells.csv:1: has no rows"),
                ("", "cells.csv:1: column schema is missing"),
                (whole.replace("\n1,", "\n2,", 1), "cells.csv:2: schema 2"),
                (whole.replace(",ok,", ",fine,", 1), 'cells.csv:2: status = "fine"'),
                (whole.replace(",ok,", ",ok,,", 1), "cells.csv:2: 33 fields"),
                (whole.replace("\n1,", "\n\n1,", 1), "cells.csv:2: 0 fields"),
                (whole + whole.split("\n")[1].replace("1-1", "2-2") + "\n", "a row of run 2-2")):
            self.cells.write_text(text)
            self.assert_refused(said)
        self.cells.write_bytes(whole.encode().replace(b"ok", b"\xff", 1))
        self.assert_refused("cells.csv:2: not UTF-8")
        self.cells.unlink()
        self.assert_refused("cells.csv:1: No such file")

    def test_the_manifest_is_checked(self):
        path = self.folder / "manifest.json"
        whole = path.read_text()
        broken = whole.replace('"run_id"', '"run_id', 1)
        for text, said in (
                (broken, "manifest.json:4: not JSON"),
                (whole.replace('"schema": 1', '"schema": 7'), "manifest.json:2: schema 7"),
                (whole.replace("1-1", "2-2"), "manifest.json:4: of run 2-2"),
                (whole.replace("[base]", "[base"), "manifest.json:5: definition.text is not TOML"),
                (whole.replace("[base]", "[bass]"), "is not a definition"),
                (whole.replace('"text"', '"test"'), "definition.text is missing"),
                (whole.replace("8000000000.0", "NaN"), "NaN is no number"),
                (whole.replace("8000000000.0", '"fast"'), "gemm_flops_per_second = 'fast'"),
                (whole.replace('"machine": {', '"machine": [], "x": {'),
                 "manifest.json:11: machine = [] is not an object"),
                (whole.replace('"warnings": [', '"warnings": "hot", "x": ['), "is not a list"),
                ("[]", "not a JSON object")):
            path.write_text(text)
            self.assert_refused(said, file="manifest.json")

    def test_a_run_that_was_not_calibrated_has_no_peak(self):
        self.edit_manifest(calibration={"before": None, "after": None})
        self.assertIsNone(read_run(self.folder).gemm_flops_per_second)

    def test_the_fma_peak_came_later_than_the_first_runs(self):
        self.assertIsNone(read_run(self.folder).fma_flops_per_second)
        speeds = {"gemm_flops_per_second": 1e9, "bytes_per_second": 1e8}
        self.edit_manifest(calibration={"before": {**speeds, "fma_flops_per_second": 2e9},
                                        "after": speeds})
        self.assertEqual(read_run(self.folder).fma_flops_per_second, 2e9)
        self.edit_manifest(calibration={"before": {**speeds, "fma_flops_per_second": "fast"}})
        self.assert_refused("fma_flops_per_second = 'fast'", file="manifest.json")

    def test_a_run_of_several_counts_of_threads_is_several(self):
        self.assertEqual(len(by_threads(read_run(self.folder))), 1)
        speeds = {"gemm_flops_per_second": 5e9, "bytes_per_second": 1e9}
        testing.write_threads(self.folder, {"1": {"before": speeds, "after": None}})
        one, two = by_threads(read_run(self.folder))
        self.assertEqual((one.threads, two.threads), (1, 2))
        self.assertEqual((one.name, two.name), ("threads_1", "threads_2"))
        self.assertEqual(len(one.rows), len(two.rows))
        self.assertEqual(set(one.rows["threads"]), {1})
        self.assertEqual((one.gemm_flops_per_second, two.gemm_flops_per_second), (5e9, None))
        testing.write_threads(self.folder, {"1": {"before": {"bytes_per_second": "fast"}}})
        self.assert_refused("bytes_per_second = 'fast'", file="manifest.json")

    def test_runs_are_found_at_any_depth(self):
        self.assertEqual(run_folders(self.folder), [self.folder])
        self.cells.unlink()
        testing.write_run(self.folder / "b")
        testing.write_run(self.folder / "a" / "deep")
        self.assertEqual(run_folders(self.folder),
                         [self.folder / "a" / "deep", self.folder / "b"])


if __name__ == "__main__":
    unittest.main()
