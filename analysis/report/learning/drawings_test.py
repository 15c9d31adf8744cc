"""Each figure has a line a learner, with a band, where its numbers are."""
import unittest

from analysis.report import style
from analysis.report.figures import rendered
from analysis.report.learning import testing
from analysis.report.learning.curves import read_learning_run
from analysis.report.learning.drawings import drawings
from analysis.report.learning.learners import learners
from analysis.report.learning.panels import looks
from analysis.report.testing import FolderTest


def points(line):
    return [(round(float(x), 6), round(float(y), 6)) for x, y in zip(*line.get_data())]


def bands(axes):
    """Each band's least and most at its last look."""
    found = []
    for each in axes.collections:
        if type(each).__name__ in ("PolyCollection", "FillBetweenPolyCollection"):
            corners = each.get_paths()[0].vertices
            last = [y for x, y in corners if x == corners[:, 0].max()]
            found.append((round(min(last), 6), round(max(last), 6)))
    return found


class DrawingsTest(FolderTest):
    def run_of(self, rows=None):
        testing.write_run(self.folder, rows)
        return read_learning_run(self.folder)

    def drawn(self, rows=None):
        """{name: drawing}"""
        with style.styled():
            return {each.name: each for each in drawings(self.run_of(rows))}

    def test_accuracy_against_time_and_multiply_adds(self):
        drawing = self.drawn()["accuracy"]
        by_time, by_macs = drawing.figure.axes
        self.assertEqual([len(axes.lines) for axes in (by_time, by_macs)], [3, 3])
        self.assertEqual(points(by_time.lines[0]), [(0, 0.1), (1.2, 0.67), (2.4, 0.82)])
        self.assertEqual(points(by_time.lines[2]), [(0, 0.1), (4.8, 0.67), (9.6, 0.82)])
        self.assertEqual(points(by_macs.lines[1]), [(0, 0.1), (32e9, 0.67), (64e9, 0.82)])
        self.assertEqual(bands(by_time), 3 * [(0.81, 0.86)])
        self.assertEqual([text.get_text() for text in by_time.texts],
                         ["perceiver, M=8", "perceiver, M=16", "transformer"])
        self.assertEqual((by_time.get_xlabel(), by_macs.get_xlabel()),
                         ("time of training", "multiply-adds of training"))
        self.assertIn("perceiver, M=16 82.0 %; transformer 82.0 %.", drawing.caption)
        self.assertIn("bands reach from the least to the most", drawing.caption)

    def test_ticks_have_units(self):
        by_time, by_macs = self.drawn()["accuracy"].figure.axes
        self.assertIn("2.5 s", [text.get_text() for text in by_time.get_xticklabels()])
        self.assertIn("50 GMAC", [text.get_text() for text in by_macs.get_xticklabels()])
        self.assertIn("80 %", [text.get_text() for text in by_time.get_yticklabels()])

    def test_loss_against_steps_of_both_kinds_of_examples(self):
        held_out, learned_from = self.drawn()["loss"].figure.axes
        self.assertEqual((len(held_out.lines), len(learned_from.lines)), (3, 3))
        self.assertEqual(points(held_out.lines[0]), [(0, 2.02), (100, 0.755759), (200, 0.290671)])
        self.assertEqual(points(learned_from.lines[0]), [(100, 0.367879), (200, 0.135335)])
        self.assertEqual(bands(held_out), 3 * [(0.280671, 0.300671)])
        self.assertEqual(held_out.get_yscale(), "log")

    def test_information_where_there_are_latents(self):
        drawing = self.drawn()["latents"]
        [axes] = drawing.figure.axes
        self.assertEqual([points(line) for line in axes.lines],
                         2 * [[(0, 0.22), (100, 0.52), (200, 0.82)]])
        self.assertEqual(bands(axes), 2 * [(0.81, 0.83)])
        self.assertEqual(axes.get_ylim()[0], 0)
        self.assertIn("perceiver, M=8 0.82 nats", drawing.caption)
        self.assertNotIn("latents", self.drawn(testing.rows([testing.TRANSFORMER])))

    def test_one_seed_has_no_band(self):
        drawing = self.drawn(testing.rows(seeds=(2,)))["accuracy"]
        self.assertEqual([bands(axes) for axes in drawing.figure.axes], [[], []])
        self.assertIn("One seed each.", drawing.caption)

    def test_what_takes_far_longer_makes_the_axis_logarithmic(self):
        slow = (*testing.TRANSFORMER[:2], 0.2, 9e6)
        drawing = self.drawn(testing.rows([testing.PERCEIVER, slow]))["accuracy"]
        by_time, by_macs = drawing.figure.axes
        self.assertEqual((by_time.get_xscale(), by_macs.get_xscale()), ("log", "linear"))
        self.assertEqual(points(by_time.lines[0]), [(1.2, 0.67), (2.4, 0.82)])
        self.assertIn("no place for what was before training", drawing.caption)
        self.assertNotIn("logarithmic", self.drawn()["accuracy"].caption)

    def test_labels_stand_in_one_column(self):
        [axes] = self.drawn()["latents"].figure.axes
        self.assertEqual({text.xy[0] for text in axes.texts}, {axes.get_xlim()[1]})

    def test_twelve_learners_are_told_apart(self):
        many = [(f"perceiver(form={form})", {"M": m, "latents": latents}, 0.01, 2e6)
                for form in ("streaming", "materialised", "folded") for m in (8, 16)
                for latents in ("learned", "frozen")]
        run = self.run_of(testing.rows(many))
        found = list(looks(learners(run)))
        self.assertEqual(len({how["color"] for how in found}), 8)
        self.assertEqual(len({(how["color"], how["linestyle"]) for how in found}), 12)
        self.assertEqual(len({how["marker"] for how in found}), 12)
        with style.styled():
            drawing = next(drawings(run))
            axes = drawing.figure.axes[0]
            self.assertEqual((len(axes.lines), len(axes.texts)), (12, 12))
            boxes = sorted((text.get_window_extent(drawing.figure.canvas.get_renderer())
                            for text in axes.texts), key=lambda box: box.y0)
            box = axes.get_window_extent()
        self.assertGreaterEqual(boxes[0].y0, box.y0)
        self.assertLessEqual(boxes[-1].y1, box.y1)
        for below, above in zip(boxes, boxes[1:]):
            self.assertLessEqual(below.y1, above.y0 + 1, "labels overlap")
        self.assertNotIn("Last", drawing.caption)

    def test_colours_are_those_of_other_figures(self):
        run = self.run_of(testing.rows([testing.TRANSFORMER, ("perceiver", {"M": 8}, 0.01, 2e6)]))
        self.assertEqual([how["color"] for how in looks(learners(run))],
                         [style.CONTESTANTS["transformer"], style.CONTESTANTS["perceiver"]])
        # Of two of one name each has its own.
        self.assertEqual(len({how["color"] for how in looks(learners(self.run_of()))}), 3)

    def test_a_logarithm_has_no_place_for_0(self):
        found = testing.curve(testing.PERCEIVER, 1)
        found[2]["loss"] = 0
        axes = self.drawn(found)["loss"].figure.axes[0]
        self.assertEqual([x for x, _ in points(axes.lines[0])], [0, 100])

    def test_what_failed_at_once_is_left_out(self):
        found = testing.curve(testing.PERCEIVER, 1) + [
            testing.failure(testing.TRANSFORMER, 1, 0, "step 1: nan")]
        drawing = self.drawn(found)["accuracy"]
        self.assertEqual([len(axes.lines) for axes in drawing.figure.axes], [1, 1])
        self.assertEqual(self.drawn(found[-1:]), {})

    def test_they_are_rendered(self):
        found = rendered((None, each) for each in drawings(self.run_of()))
        self.assertEqual([figure.name for figure in found], ["accuracy", "loss", "latents"])
        for figure in found:
            self.assertTrue(figure.png.startswith(b"\x89PNG"))
            self.assertTrue(figure.caption.endswith("."), figure.caption)


if __name__ == "__main__":
    unittest.main()
