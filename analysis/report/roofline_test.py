"""The roofline stands where its numbers say, and its texts can be read."""
import json
import unittest

from analysis.report import style, testing
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
        with style.styled():
            return roofline_drawing(self.run_with(**how), ["perceiver", "transformer"])

    def marks(self, drawing):
        """{contestant: {(x, y)}}, rounded."""
        return {axes.get_title("left"): {
            tuple(float(f"{v:.6g}") for v in line.get_xydata()[0])
            for line in axes.lines if len(line.get_xdata()) == 1}
            for axes in drawing.figure.axes}

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
            axes = self.drawn(fma=fma).figure.axes[0]
            slope = next(line for line in axes.lines
                         if len(line.get_xdata()) == 2 and len(set(line.get_ydata())) == 2)
            x, y = slope.get_xydata()[1]
            self.assertAlmostEqual(x, peak / 1e9)
            self.assertAlmostEqual(y, peak)

    def test_the_fma_peak_is_drawn_where_it_was_measured(self):
        old, new = self.drawn(), self.drawn(fma=FMA)
        self.assertNotIn("registers", old.caption)
        self.assertIn("multiply-adds from registers 10.5 GFLOP/s", new.caption)
        self.assertEqual([len(d.figure.axes[0].get_legend().get_texts()) for d in (old, new)],
                         [1, 2])

    def test_not_without_a_calibration(self):
        run = self.run_with()
        for before in (None, {"gemm_flops_per_second": 1e9}, {"bytes_per_second": 1e9}):
            run.manifest["calibration"] = {"before": before, "after": None}
            self.assertIsNone(roofline_drawing(run, ["perceiver"]))
        self.assertIsNone(roofline_drawing(self.run_with(), ["somebody"]))

    def test_texts_do_not_overlap(self):
        with style.styled():
            drawing = self.drawn(fma=FMA)
            figure = drawing.figure
            renderer = figure.canvas.get_renderer()
            figure.draw(renderer)
            for axes in figure.axes:
                texts = axes.texts + axes.get_legend().get_texts() + axes.get_yticklabels()
                boxes = [(text.get_text(), text.get_window_extent(renderer))
                         for text in texts if text.get_text()]
                self.assertGreater(len(boxes), 6)
                for i, (one, box) in enumerate(boxes):
                    for other, its_box in boxes[:i]:
                        self.assertFalse(box.overlaps(its_box), f"{one} on {other}")


if __name__ == "__main__":
    unittest.main()
