"""The roofline stands where its numbers say."""
import json
import unittest

from analysis.report import testing
from analysis.report.charts.chart import Line, Mark
from analysis.report.roofline import largest_cells, roofline_drawing
from analysis.report.run import read_run

# Roofs of the FMA peak and of sgemm that are as close as they are on real machines.
FMA = 1.05e10


class RooflineTest(testing.FolderTest):
    def run_with(self, fma=None, rows=None):
        testing.write_run(self.folder)
        if rows is not None:
            testing.write_rows(self.folder, rows)
        path = self.folder / "manifest.json"
        manifest = json.loads(path.read_text())
        if fma:
            manifest["calibration"]["after"]["fma_flops_per_second"] = fma
        path.write_text(json.dumps(manifest))
        return read_run(self.folder)

    def drawn(self, **how):
        return roofline_drawing(self.run_with(**how), ["perceiver", "transformer"])

    def marks(self, drawing):
        """{contestant: {(x, y)}}, rounded."""
        return {panel.title: {(float(f"{item.x:.6g}"), float(f"{item.y:.6g}"))
                              for item in panel.items if isinstance(item, Mark)}
                for panel in drawing.panels}

    def roofs(self, drawing):
        """{name: its two ends}"""
        return {item.name: item.points for item in drawing.panels[0].items if isinstance(item, Line)}

    def test_one_mark_a_part_at_the_largest_cell(self):
        marks = self.marks(self.drawn())
        self.assertEqual(list(marks), ["perceiver", "transformer"])
        # All cells of the test's transformer have its MACs: the first counts.
        macs, seconds = testing.MACS["transformer"], 256 * 256 * 1e-7 * 1.025
        self.assertEqual(marks["transformer"], {(20.0, float(f"{2 * macs / seconds:.6g}"))})

    def test_the_largest_is_the_one_with_the_most_macs(self):
        rows = testing.rows()
        for row in rows:
            if row["contestant"] == "transformer" and row["N"] == 1024:
                row["macs"] = 2 * row["macs"]
        found = largest_cells(self.run_with(rows=rows))
        found = found[found["contestant"] == "transformer"]
        self.assertEqual(set(found["cell_id"]), {"transformer/N=1024/M=None"})
        self.assertEqual(set(found["x"]), {40.0})

    def test_parts_without_macs_or_bytes_have_no_place(self):
        rows = testing.rows()
        for row in rows:
            if row["part"] == "scores":
                row["bytes_moved"] = 0
            if row["part"] == "mlp":
                row["macs"], row["logits"] = 0, 1000
        found = largest_cells(self.run_with(rows=rows))
        self.assertEqual(set(found["part"]), {"weighted_sum"})

    def test_roofs_meet_at_the_ridge(self):
        for fma, peak in ((None, 1e10), (FMA, FMA)):
            roofs = self.roofs(self.drawn(fma=fma))
            low, ridge = roofs["memory 1.00 GB/s"]
            self.assertAlmostEqual(low[1] / low[0] / 1e9, 1)
            self.assertAlmostEqual(ridge[0], peak / 1e9)
            self.assertAlmostEqual(ridge[1], peak)

    def test_the_fma_peak_is_drawn_where_it_was_measured(self):
        old, new = self.drawn(), self.drawn(fma=FMA)
        self.assertNotIn("registers", old.caption)
        self.assertIn("multiply-adds from registers 10.5 GFLOP/s", new.caption)
        self.assertEqual(list(self.roofs(old)), ["memory 1.00 GB/s", "sgemm 10.0 GFLOP/s"])
        self.assertEqual(list(self.roofs(new)), ["memory 1.00 GB/s", "FMA peak 10.5 GFLOP/s",
                                                 "sgemm 10.0 GFLOP/s"])

    def test_every_contestant_has_a_panel(self):
        rows = [{**row, "contestant": f"transformer(rank={i})", "cell_id": f"{i}"}
                for i in range(20) for row in testing.cell_rows("transformer", 256, None)]
        run = self.run_with(rows=rows)
        drawing = roofline_drawing(run, [f"transformer(rank={i})" for i in range(20)])
        self.assertEqual(len(drawing.panels), 20)

    def test_not_without_a_calibration(self):
        run = self.run_with()
        for before in (None, {"gemm_flops_per_second": 1e9}, {"bytes_per_second": 1e9}):
            run.manifest["calibration"] = {"before": before, "after": None}
            self.assertIsNone(roofline_drawing(run, ["perceiver"]))
        self.assertIsNone(roofline_drawing(self.run_with(), ["somebody"]))


if __name__ == "__main__":
    unittest.main()
