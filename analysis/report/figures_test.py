"""Each figure is there, shows what it should, and only where there is something to show."""
import re
import unittest

from analysis.report import lines, testing
from analysis.report.figures import figures
from analysis.report.run import read_run
from analysis.report.sweep import sweeps


def texts(figure):
    """Of ticks, axes and titles, and of the legend."""
    found = [title for title, _, _ in figure.panels]
    for _, svg, _ in figure.panels:
        found += re.findall(r">([^<>\n]+)</text>", svg)
    return found + [each for _, name, note in figure.legend for each in (name, note)]


class FiguresTest(testing.FolderTest):
    @property
    def plain(self):
        """Of a run that nobody has judged. Drawing takes long: once is enough."""
        if not hasattr(FiguresTest, "_plain"):
            FiguresTest._plain = self.drawn()
        return FiguresTest._plain

    def drawn(self, rows=None, verdicts=(), definition=testing.DEFINITION, calibrated=True):
        """{name: figure}"""
        testing.write_run(self.folder, definition=definition)
        if rows is not None:
            testing.write_rows(self.folder, rows)
        run = read_run(self.folder)
        run.verdicts = list(verdicts)
        if not calibrated:
            run.manifest["calibration"] = {"before": None, "after": None}
        return {figure.name: figure for figure in figures(run, sweeps(run))}

    def test_all_of_them_and_none_is_trivial(self):
        found = self.drawn(verdicts=testing.verdicts())
        self.assertEqual(list(found), [
            "time_N", "memory_N", "ratio_N", "shares_N", "time_M", "memory_M", "shares_M",
            "crossover_meet", "roofline"])
        for figure in found.values():
            self.assertGreater(figure.svg.count("<path"), 5, figure.name)
            self.assertGreater(figure.csv.count("\n"), 3, figure.name)
            self.assertGreater(len(texts(figure)), 5, figure.name)
            self.assertTrue(figure.caption.endswith("."), figure.caption)

    def test_the_same_bytes_twice(self):
        first, second = self.drawn(verdicts=testing.verdicts()), \
            self.drawn(verdicts=testing.verdicts())
        for name, figure in first.items():
            self.assertEqual(figure.svg, second[name].svg)
            self.assertEqual(figure.csv, second[name].csv)
            self.assertEqual(figure.panels, second[name].panels)

    def test_axes_have_units_and_lines_have_names(self):
        found = self.plain
        for name, expected in (
                ("time_N", {"256", "512", "1k", "2k", "10 ms", "inputs N", "perceiver",
                            "transformer"}),
                ("memory_N", {"500 kB", "1 MB", "inputs N"}),
                ("ratio_N", {"transformer over perceiver", "10×", "N/M, M = 64", "whole time"}),
                ("shares_N", {"scores", "weighted sum", "mlp", "100 %"}),
                ("roofline", {"sgemm 10.0 GFLOP/s", "memory 1.00 GB/s", "FLOPs per byte"})):
            self.assertLessEqual(expected, set(texts(found[name])), name)

    def test_points_say_what_was_measured(self):
        svg = "".join(panel for _, panel, _ in self.plain["time_N"].panels)
        self.assertIn('data-t="N = 1,024 · 6.72 ms"', svg)
        shares = "".join(panel for _, panel, _ in self.plain["shares_N"].panels)
        self.assertIn('data-t="N = 1,024 · 50.0 %"', shares)
        self.assertIn("transformer,median,1024,0.1074", self.plain["time_N"].csv)

    def test_captions_say_what_was_measured(self):
        found = self.plain
        self.assertIn("At N = 1,024: perceiver 6.72 ms, transformer 107 ms.",
                      found["time_N"].caption)
        self.assertIn("At N = 1,024: 16.0 times against N/M = 16.0.", found["ratio_N"].caption)
        self.assertIn("Hollow: predicted", found["memory_N"].caption)
        self.assertNotIn("Hollow", found["memory_M"].caption)

    def test_a_verdicts_fit_is_drawn_on_its_series(self):
        plain, fitted = self.plain["time_N"], self.drawn(verdicts=[testing.verdict()])["time_N"]
        self.assertIn("exponent 1.02 [0.99, 1.04]", texts(fitted))
        self.assertIn("Dashed", fitted.caption)
        self.assertNotIn("Dashed", plain.caption)
        self.assertGreater(fitted.svg.count("<path"), plain.svg.count("<path"))

    def test_a_fit_of_a_part_gets_a_panel(self):
        points = [{**p, "y": 0.8 * p["y"]} for p in testing.verdict()["points"]]
        found = self.drawn(verdicts=[testing.verdict(part="attention", points=points)])
        self.assertIn("attention: scores, softmax, weighted sum", texts(found["time_N"]))
        self.assertIn("whole forward", texts(found["time_N"]))

    def test_a_fit_of_other_numbers_is_drawn_apart(self):
        points = [{**p, "y": 0.5 * p["y"]} for p in testing.verdict()["points"]]
        found = self.drawn(verdicts=[testing.verdict(id="less_$x$", points=points)])
        self.assertNotIn("Dashed", found["time_N"].caption)
        self.assertIn("less_$x$: exponent 1.02 [0.99, 1.04]", texts(found["fits"]))
        self.assertEqual(found["fits"].used, ("less_$x$",))

    def test_counts_that_verdicts_rest_on_are_drawn_too(self):
        points = [{"x": N, "y": 1e6 * N, "low": 1e6 * N, "high": 1e6 * N, "fit": 1e6 * N}
                  for N in (256, 512)]
        found = self.drawn(verdicts=[testing.verdict(quantity="macs", points=points)])["fits"]
        self.assertLessEqual({"multiply-adds", "500 MMAC"}, set(texts(found)))

    def test_no_panel_is_dropped(self):
        names = [f"transformer(rank={i})" for i in range(14)]
        rows = [{**row, "contestant": name, "cell_id": f"{name}/{N}"} for name in names
                for N in (256, 512) for row in testing.cell_rows("transformer", N, None)]
        definition = testing.DEFINITION.replace('"perceiver(form=streaming)", "transformer"',
                                                ", ".join(f'"{name}"' for name in names))
        found = self.drawn(rows, definition=definition)
        self.assertEqual(len(found["shares_N"].panels), 14)
        self.assertEqual(len(found["roofline"].panels), 14)
        looks = [(look.colour, look.dash) for look, _, _ in found["time_N"].legend]
        self.assertEqual((len(looks), len(set(looks))), (14, 14))
        self.assertEqual([look for look, _, _ in found["memory_N"].legend],
                         [look for look, _, _ in found["time_N"].legend])

    def test_a_fit_on_memory(self):
        points = [{"x": N, "y": 1000 * N, "low": None, "high": None, "fit": 1000 * N}
                  for N in (256, 512, 1024, 2048)]
        found = self.drawn(verdicts=[testing.verdict(quantity="bytes_peak", points=points)])
        self.assertIn("Dashed", found["memory_N"].caption)

    def test_the_crossing_is_marked_and_files_keep_to_their_folder(self):
        crossing = {**testing.verdicts()[4], "id": "../meet"}
        figure = self.drawn(verdicts=[crossing])["crossover__meet"]
        self.assertIn("they meet at N = 400", texts(figure))
        self.assertIn("N = 400 [380, 420]", figure.caption)

    def test_what_has_no_data_is_skipped(self):
        one = [row for row in testing.rows() if row["N"] == 1024]
        self.assertEqual(list(self.drawn(one)),
                         ["shares_N", "time_M", "memory_M", "shares_M", "roofline"])
        self.assertNotIn("roofline", self.drawn(calibrated=False))
        nothing = [testing.skipped(testing.cell_rows("perceiver", N, 64), "no") for N in (256, 512)]
        self.assertEqual(list(self.drawn(nothing)), ["memory_N"])
        latents = [row for row in testing.rows() if row["contestant"] == "perceiver"]
        self.assertNotIn("ratio_N", self.drawn(latents))

    def test_without_a_sweep_shares_are_bars(self):
        found = self.drawn(definition=testing.DEFINITION.split("[[")[0])
        self.assertEqual(list(found), ["shares_base", "roofline"])
        self.assertLessEqual({"50 %", "30 %", "20 %", "scores", "perceiver"},
                             set(texts(found["shares_base"])))

    def test_two_sweeps_of_one_dimension_have_files_of_their_own(self):
        twice = testing.DEFINITION + "[[sweep]]\nN = [256, 512]\n"
        self.assertIn("time_N_2", self.drawn(definition=twice))

    def test_a_dimension_may_be_0(self):
        rows = [{**row, "L": layers, "cell_id": f"L={layers}"} for layers in (0, 1, 2)
                for row in testing.cell_rows("perceiver", 256 * (layers + 1), 64)]
        rows = [{**row, "N": 1024} for row in rows]
        definition = testing.DEFINITION.split("[[")[0] + "[[sweep]]\nL = [0, 1, 2]\n"
        found = self.drawn(rows, definition=definition)
        self.assertLessEqual({"0", "1", "2", "latent layers per block L"},
                             set(texts(found["time_L"])))
        self.assertNotIn("logarithmic", found["time_L"].caption)

    def test_medians_and_repetitions_are_where_they_were_measured(self):
        testing.write_run(self.folder)
        run = read_run(self.folder)
        run.verdicts = []
        [panel] = lines.time_drawing(run, sweeps(run)[0]).panels
        line = panel.items[0]
        self.assertEqual(line.name, "perceiver")
        self.assertEqual([f"{x:g} {y:.9f}" for x, y in line.points],
                         [f"{N} {1.025 * N * 64 * 1e-7:.9f}" for N in (256, 512, 1024, 2048)])
        self.assertEqual(len(line.dots), 16)


if __name__ == "__main__":
    unittest.main()
