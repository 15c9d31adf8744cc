"""Each latent has its picture, with the right cells in the right places."""
import unittest

import numpy

from analysis.report import style
from analysis.report.figures import rendered
from analysis.report.learning import testing
from analysis.report.learning.curves import read_learning_run
from analysis.report.learning.drawings import drawings
from analysis.report.learning.maps import latent_drawings
from analysis.report.testing import FolderTest

# Each latent looks at one input of a row of its own: after learning at the next.
MAPS = numpy.zeros((2, 8, 64))
for M in range(8):
    MAPS[0, M, 8 * M + 1] = MAPS[1, M, 8 * M + 2] = 1


def image(axes):
    [shown] = axes.images
    return shown


def numbers(axes):
    return [text.get_text() for text in axes.texts]


class MapsTest(FolderTest):
    def drawn(self, task="digits", learners=(testing.PERCEIVER,), maps=MAPS, rise=None):
        """{name: drawing}"""
        testing.write_run(self.folder, [{**row, "N": 64, "task": task}
                                        for row in testing.rows(learners)])
        if maps is not None:
            testing.write_latents(self.folder, "0-seed2", maps, rise)
        with style.styled():
            return {each.name: each for each in latent_drawings(read_learning_run(self.folder))}

    def test_a_run_without_files_is_silent(self):
        self.assertEqual(self.drawn(maps=None), {})

    def test_pictures_have_the_right_cells(self):
        drawing = self.drawn()["maps_0"]
        *panes, bar = drawing.figure.axes
        self.assertEqual(len(panes), 16)
        boxes = [axes.get_position() for axes in panes]
        for m in range(8):
            before, after = panes[2 * m], panes[2 * m + 1]
            for when, axes in enumerate((before, after)):
                shown = image(axes).get_array()
                self.assertEqual(shown.shape, (8, 8))
                # As a multiple of an even look, in row m.
                self.assertEqual(shown[m, 1 + when], 64)
                self.assertEqual(shown.sum(), 64)
            self.assertEqual(before.get_title(), str(m))
            # Before above after, latents from left to right.
            self.assertGreater(boxes[2 * m].y0, boxes[2 * m + 1].y1)
            self.assertEqual(boxes[2 * m].x0, boxes[2 * m + 1].x0)
        self.assertEqual(sorted(box.x0 for box in boxes), [box.x0 for box in boxes])
        self.assertEqual([axes.get_ylabel() for axes in panes[:3]], ["before", "after", ""])
        self.assertEqual({image(axes).norm for axes in panes}, {image(panes[0]).norm})
        self.assertIn("10 ×", [text.get_text() for text in bar.get_yticklabels()])
        self.assertIn("seed 2 look, a picture each", drawing.caption)

    def test_more_latents_than_fit_stand_below(self):
        drawing = self.drawn(learners=[testing.WIDER], maps=numpy.full((2, 16, 64), 1 / 64))
        panes = drawing["maps_0"].figure.axes[:-1]
        self.assertEqual(len(panes), 32)
        lefts = [round(axes.get_position().x0, 6) for axes in panes]
        self.assertEqual(lefts[:16], lefts[16:])
        self.assertGreater(panes[1].get_position().y0, panes[16].get_position().y1)
        for axes in panes:
            numpy.testing.assert_allclose(image(axes).get_array(), 1)
            box = axes.get_position()
            self.assertTrue(0 <= box.x0 and box.x1 <= 1 and 0 <= box.y0 and box.y1 <= 1)

    def test_what_is_no_picture_is_a_line_a_latent(self):
        drawing = self.drawn("points(points=64)")["maps_0"]
        before, after, _ = drawing.figure.axes
        for when, axes in enumerate((before, after)):
            shown = image(axes).get_array()
            self.assertEqual(shown.shape, (8, 64))
            numpy.testing.assert_array_equal(shown, 64 * MAPS[when])
        self.assertEqual([axes.get_title("left") for axes in (before, after)],
                         ["before", "after"])
        self.assertLess(before.get_position().x1, after.get_position().x0)
        self.assertIn("a line each", drawing.caption)

    def test_losses_are_a_table_of_numbers(self):
        rise = {"bag": [0.5, -0.25, -0.001] + 5 * [0.0], "coat": 8 * [0.125]}
        drawing = self.drawn(rise=rise)["ablation_0"]
        [axes] = drawing.figure.axes
        self.assertEqual(image(axes).get_array().shape, (3, 8))
        self.assertEqual([text.get_text() for text in axes.get_yticklabels()],
                         ["bag", "coat", "all"])
        self.assertEqual(numbers(axes)[:4], ["0.50", "−0.25", "0.00", "0.00"])
        self.assertEqual([numbers(axes)[8], len(numbers(axes))], ["0.12", 24])
        # The same colour is the same far from 0, either way.
        self.assertEqual(image(axes).get_clim(), (-0.5, 0.5))

    def test_where_cells_are_many_colours_must_do(self):
        many = {str(each): 8 * [0.1] for each in range(60)}
        [axes] = self.drawn(rise=many)["ablation_0"].figure.axes
        self.assertEqual(numbers(axes), [])

    def test_they_come_last_and_are_rendered(self):
        self.drawn(rise={"bag": 8 * [0.5]})
        found = rendered((None, each) for each in drawings(read_learning_run(self.folder)))
        self.assertEqual([figure.name for figure in found],
                         ["accuracy", "loss", "latents", "maps_0", "ablation_0"])
        for figure in found:
            self.assertTrue(figure.png.startswith(b"\x89PNG"))
            self.assertTrue(figure.caption.endswith("."), figure.caption)
        # Sharp however large the page shows them; the last is the bar of colours.
        self.assertEqual(found[3].svg.count("<image"), 16 + 1)
        self.assertEqual(found[3].svg.count("image-rendering:pixelated"), 16)


if __name__ == "__main__":
    unittest.main()
