"""Each figure has a line a learner, with a band, where its numbers are."""
import re
import unittest

from analysis.report.charts.colours import REGISTERED
from analysis.report.figures import rendered
from analysis.report.learning import testing
from analysis.report.learning.curves import read_learning_run
from analysis.report.learning.drawings import drawings
from analysis.report.learning.learners import learners
from analysis.report.learning.panels import looks
from analysis.report.testing import FolderTest


def points(line):
    return [(round(float(x), 6), round(float(y), 6)) for x, y in line.points]


def bands(panel):
    """Each band's least and most at its last look."""
    return [(round(line.low[-1], 6), round(line.high[-1], 6)) for line in panel.items if line.low]


class DrawingsTest(FolderTest):
    def run_of(self, rows=None):
        testing.write_run(self.folder, rows)
        return read_learning_run(self.folder)

    def drawn(self, rows=None):
        """{name: drawing}"""
        return {each.name: each for each in drawings(self.run_of(rows))}

    def test_accuracy_against_time_and_multiply_adds(self):
        drawing = self.drawn()["accuracy"]
        by_time, by_macs = drawing.panels
        self.assertEqual([len(panel.items) for panel in (by_time, by_macs)], [3, 3])
        self.assertEqual(points(by_time.items[0]), [(0, 0.1), (1.2, 0.67), (2.4, 0.82)])
        self.assertEqual(points(by_time.items[2]), [(0, 0.1), (4.8, 0.67), (9.6, 0.82)])
        self.assertEqual(points(by_macs.items[1]), [(0, 0.1), (32e9, 0.67), (64e9, 0.82)])
        self.assertEqual(bands(by_time), 3 * [(0.81, 0.86)])
        self.assertEqual([line.name for line in by_time.items],
                         ["perceiver, M=8", "perceiver, M=16", "transformer"])
        self.assertEqual((by_time.x.title, by_macs.x.title),
                         ("time of training", "multiply-adds of training"))
        self.assertIn("perceiver, M=16 82.0 %; transformer 82.0 %.", drawing.caption)
        self.assertIn("bands reach from the least to the most", drawing.caption)

    def test_ticks_have_units(self):
        figure = next(each for each in rendered((None, d) for d in drawings(self.run_of())))
        texts = [re.findall(">([^<>]+)</text>", svg) for _, svg, _ in figure.panels]
        self.assertIn("2.5 s", texts[0])
        self.assertIn("50 GMAC", texts[1])
        self.assertIn("80 %", texts[0])

    def test_loss_against_steps_of_both_kinds_of_examples(self):
        held_out, learned_from = self.drawn()["loss"].panels
        self.assertEqual((len(held_out.items), len(learned_from.items)), (3, 3))
        self.assertEqual(points(held_out.items[0]), [(0, 2.02), (100, 0.755759), (200, 0.290671)])
        self.assertEqual(points(learned_from.items[0]), [(100, 0.367879), (200, 0.135335)])
        self.assertEqual(bands(held_out), 3 * [(0.280671, 0.300671)])
        self.assertTrue(held_out.y.log)

    def test_information_where_there_are_latents(self):
        drawing = self.drawn()["latents"]
        [panel] = drawing.panels
        self.assertEqual([points(line) for line in panel.items],
                         2 * [[(0, 0.22), (100, 0.52), (200, 0.82)]])
        self.assertEqual(bands(panel), 2 * [(0.81, 0.83)])
        self.assertIn("perceiver, M=8 0.82 nats", drawing.caption)
        self.assertNotIn("latents", self.drawn(testing.rows([testing.TRANSFORMER])))

    def test_one_seed_has_no_band(self):
        drawing = self.drawn(testing.rows(seeds=(2,)))["accuracy"]
        self.assertEqual([bands(panel) for panel in drawing.panels], [[], []])
        self.assertIn("One seed each.", drawing.caption)

    def test_what_takes_far_longer_makes_the_axis_logarithmic(self):
        slow = (*testing.TRANSFORMER[:2], 0.2, 9e6)
        drawing = self.drawn(testing.rows([testing.PERCEIVER, slow]))["accuracy"]
        by_time, by_macs = drawing.panels
        self.assertEqual((by_time.x.log, by_macs.x.log), (True, False))
        self.assertEqual(points(by_time.items[0]), [(1.2, 0.67), (2.4, 0.82)])
        self.assertIn("no place for what was before training", drawing.caption)
        self.assertNotIn("logarithmic", self.drawn()["accuracy"].caption)

    def test_twelve_learners_are_told_apart(self):
        many = [(f"perceiver(form={form})", {"M": m, "latents": latents}, 0.01, 2e6)
                for form in ("streaming", "materialised", "folded") for m in (8, 16)
                for latents in ("learned", "frozen")]
        run = self.run_of(testing.rows(many))
        found = looks(learners(run))
        self.assertEqual(len({(how.colour, how.dash) for how in found}), 12)
        self.assertEqual(len({how.marker for how in found}), 12)
        drawing = next(drawings(run))
        self.assertEqual([len(panel.items) for panel in drawing.panels], [12, 12])
        self.assertNotIn("Last", drawing.caption)

    def test_colours_are_those_of_other_figures(self):
        run = self.run_of(testing.rows([testing.TRANSFORMER, ("perceiver", {"M": 8}, 0.01, 2e6)]))
        self.assertEqual([how.colour for how in looks(learners(run))],
                         [f"c{REGISTERED.index(name)}" for name in ("transformer", "perceiver")])
        # Of two of one name each has its own.
        self.assertEqual(len({how.colour for how in looks(learners(self.run_of()))}), 3)

    def test_a_logarithm_has_no_place_for_0(self):
        found = testing.curve(testing.PERCEIVER, 1)
        found[2]["loss"] = 0
        panel = self.drawn(found)["loss"].panels[0]
        self.assertEqual([x for x, _ in points(panel.items[0])], [0, 100])

    def test_what_failed_at_once_is_left_out(self):
        found = testing.curve(testing.PERCEIVER, 1) + [
            testing.failure(testing.TRANSFORMER, 1, 0, "step 1: nan")]
        drawing = self.drawn(found)["accuracy"]
        self.assertEqual([len(panel.items) for panel in drawing.panels], [1, 1])
        self.assertEqual(self.drawn(found[-1:]), {})

    def test_they_are_rendered(self):
        found = rendered((None, each) for each in drawings(self.run_of()))
        self.assertEqual([figure.name for figure in found], ["accuracy", "loss", "latents"])
        for figure in found:
            self.assertGreater(figure.csv.count("\n"), 6, figure.name)
            self.assertTrue(figure.caption.endswith("."), figure.caption)


if __name__ == "__main__":
    unittest.main()
