"""The leaderboard and its figures, of numbers known beforehand."""
import json
import unittest

from analysis.report import testing
from analysis.report.charts.chart import Line, Rule
from analysis.report.names import short_names
from analysis.report.run import BadInput, read_run
from analysis.report.sweep import sweeps
from analysis.report.variants import (leaderboard, read_errors, read_variants, speed_drawing,
                                      trade_off_drawing)

LINEAR, WINDOW = "transformer(attention=linear)", "transformer(attention=window)"
DEFINITION = """shows = "Which pays?"
contestants = ["transformer(attention=*)"]
[base]
N = 1024
M = 64
D = 32
[[sweep]]
N = [256, 512, 1024]
"""


def variant(contestant, **keys):
    interval = {"estimate": 1.01, "low": 0.99, "high": 1.03}
    return {"contestant": contestant, "label": contestant[22:-1] or "softmax", "paper": "A & B 2020",
            "idea": "less", "cost": "O(N<D)", "exact": False, "limit": "rank = N",
            "exponent": interval, "verdict": "SUPPORTED", "stated": 1, "pays": "480 [470, 490]",
            "pays_from": interval, "N": 1024, "speed": {"estimate": 2, "low": 1.9, "high": 2.1},
            "memory": None, "errors": {}, **keys}


class VariantsTest(testing.FolderTest):
    def setUp(self):
        super().setUp()
        found = []
        for name, factor in (("transformer", 1), (LINEAR, 0.5), (WINDOW, 0.25)):
            for N in (256, 512, 1024):
                rows = list(testing.cell_rows("transformer", N, None))
                for row in rows:
                    row["contestant"], row["cell_id"] = name, f"{name}/N={N}"
                    row["seconds"] *= factor
                found += rows
        testing.write_rows(self.folder, found)
        manifest = testing.manifest(definition=DEFINITION)
        manifest["definition"]["contestants"] = [["transformer", LINEAR, WINDOW]]
        (self.folder / "manifest.json").write_text(json.dumps(manifest))
        self.write_variants([variant("transformer", exact=True), variant(LINEAR)])
        self.write_errors([(LINEAR, "random", "0.25"), (LINEAR, "copy", "1.5"),
                           (WINDOW, "random", "0.5"), ("transformer", "random", "1e-7")])

    def write_variants(self, rows):
        (self.folder / "variants.json").write_text(
            json.dumps({"schema": 1, "baseline": "transformer", "variants": rows}))

    def write_errors(self, rows):
        lines = ["schema,experiment,run_id,cell_id,contestant,pattern,error"]
        lines += [f"1,trial,1-1,{name}/N=1024,{name},{pattern},{error}"
                  for name, pattern, error in rows]
        (self.folder / "errors.csv").write_text("\n".join(lines) + "\n")

    def run_of(self):
        run = read_run(self.folder)
        run.variants, run.errors = read_variants(self.folder), read_errors(self.folder)
        return run

    def refusal(self, read):
        with self.assertRaises(BadInput) as caught:
            read(self.folder)
        return str(caught.exception).removeprefix(f"{self.folder}/")

    def board(self):
        return [[cell.text or cell.verdict for cell in row]
                for row in leaderboard(read_variants(self.folder)).rows]

    def test_the_leaderboard_says_what_was_found(self):
        self.assertIn("N = 1,024", leaderboard(read_variants(self.folder)).note)
        self.assertEqual(self.board(), [
            ["softmax", "O(N<D)", "1.01 [0.99, 1.03]", "SUPPORTED", "480 [470, 490]", "2.00×", "–",
             "exact"],
            ["linear", "O(N<D)", "1.01 [0.99, 1.03]", "SUPPORTED", "480 [470, 490]", "2.00×", "–",
             "rank = N"]])

    def test_a_speed_at_another_length_is_not_shown(self):
        self.write_variants([variant("transformer"), variant(LINEAR, N=512)])
        self.assertEqual([row[5] for row in self.board()], ["2.00×", "–"])

    def test_sweeps_hold_what_the_star_stood_for(self):
        self.assertEqual(sweeps(self.run_of())[0].contestants, ["transformer", LINEAR, WINDOW])

    def test_a_run_in_old_words_is_read_in_todays(self):
        files = [self.folder / name for name in ("cells.csv", "manifest.json", "errors.csv")]
        for path in files:
            path.write_text(path.read_text().replace("attention=linear", "attention=materialised"))
        self.write_variants([variant("transformer(attention=materialised)")])
        run, today = self.run_of(), "transformer(form=materialised)"
        self.assertEqual(sweeps(run)[0].contestants, ["transformer", today, WINDOW])
        self.assertEqual([row["contestant"] for row in run.variants["variants"]], [today])
        self.assertIn("materialised", trade_off_drawing(run).series())

    def test_speeds_are_ratios_to_softmax(self):
        run = self.run_of()
        [panel] = speed_drawing(run, sweeps(run)[0]).panels
        lines = {item.name: item.points for item in panel.items if isinstance(item, Line)}
        self.assertEqual(list(lines), ["linear", "window"])
        for (name, points), expected in zip(lines.items(), (2, 4)):
            self.assertEqual([x for x, _ in points], [256, 512, 1024])
            for _, ratio in points:
                self.assertAlmostEqual(ratio, expected)

    def test_each_pattern_has_a_panel_with_time_and_error(self):
        panels = trade_off_drawing(self.run_of()).panels
        self.assertEqual([panel.title.split(":")[0] for panel in panels], ["random", "copy"])
        points = {(round(x, 4), y) for item in panels[0].items if isinstance(item, Line)
                  for x, y in item.points}
        seconds = testing.total_seconds("transformer", 1024, None, 1) * 1.025 / 1.02
        self.assertEqual(points, {(round(0.5 * seconds, 4), 0.25), (round(0.25 * seconds, 4), 0.5)},
                         "what is exact is no trade")
        [exact] = [item.x for item in panels[0].items if isinstance(item, Rule)]
        self.assertAlmostEqual(exact, seconds)

    def test_a_variant_looks_alike_in_all_figures(self):
        run = self.run_of()
        speed = speed_drawing(run, sweeps(run)[0]).series()
        trade_off = trade_off_drawing(run).series()
        for name in ("linear", "window"):
            self.assertEqual(speed[name][0], trade_off[name][0])
        self.assertNotEqual(speed["linear"][0].colour, speed["window"][0].colour)

    def test_without_variants_nothing_is_drawn(self):
        run = read_run(self.folder)
        self.assertIsNone(speed_drawing(run, sweeps(run)[0]))
        self.assertIsNone(trade_off_drawing(run))

    def test_a_filter_may_leave_no_cell_with_an_error(self):
        self.write_errors([])
        self.assertIsNone(read_errors(self.folder))
        self.assertIsNone(trade_off_drawing(self.run_of()))

    def test_bad_files_are_refused(self):
        self.write_variants([{"contestant": "a"}])
        self.assertEqual(self.refusal(read_variants), "variants.json:1: a variant has no "
                         "contestant, label, cost or paper")
        self.write_variants([variant(LINEAR, speed=2)])
        self.assertEqual(self.refusal(read_variants),
                         f"variants.json:1: speed of {LINEAR} is no interval")
        self.write_errors([(LINEAR, "random", "much")])
        self.assertEqual(self.refusal(read_errors), 'errors.csv:2: error = "much" is not a number')

    def test_a_family_is_called_by_its_values(self):
        names = short_names(["transformer", LINEAR, WINDOW])
        self.assertEqual(list(names.values()), ["transformer", "linear", "window"])
        names = short_names(["transformer", "transformer(form=materialised)", LINEAR])
        self.assertEqual(list(names.values()), ["transformer", "materialised", "linear"])
        names = short_names(["transformer", "perceiver", LINEAR])
        self.assertEqual(names[LINEAR], "transformer, attention=linear")


if __name__ == "__main__":
    unittest.main()
