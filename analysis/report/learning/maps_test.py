"""Each latent has its picture, with the right cells in the right places."""
import base64
import re
import struct
import unittest

import numpy

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


class MapsTest(FolderTest):
    def drawn(self, task="digits", learners=(testing.PERCEIVER,), maps=MAPS, rise=None):
        """{name: drawing}"""
        testing.write_run(self.folder, [{**row, "N": 64, "task": task}
                                        for row in testing.rows(learners)])
        if maps is not None:
            testing.write_latents(self.folder, "0-seed2", maps, rise)
        return {each.name: each for each in latent_drawings(read_learning_run(self.folder))}

    def test_a_run_without_files_is_silent(self):
        self.assertEqual(self.drawn(maps=None), {})

    def test_pictures_have_the_right_cells(self):
        drawing = self.drawn()["maps_0"]
        self.assertEqual([panel.title for panel in drawing.panels[:3]],
                         ["0 before", "0 after", "1 before"])
        self.assertEqual(len(drawing.panels), 16)
        for m in range(8):
            for when, panel in enumerate(drawing.panels[2 * m:2 * m + 2]):
                self.assertEqual(panel.values.shape, (8, 8))
                # As a multiple of an even look, in row m.
                self.assertEqual(panel.values[m, 1 + when], 64)
                self.assertEqual(panel.values.sum(), 64)
                shades = panel.shade(panel.values)
                self.assertEqual((shades[m][1 + when], shades.sum()), (255, 255))
        self.assertEqual(drawing.scale[1:], ("0.1 ×", "64 ×"))
        self.assertIn("seed 2 look, a picture each", drawing.caption)

    def test_one_logarithmic_scale_for_all(self):
        drawing = self.drawn(learners=[testing.WIDER], maps=numpy.full((2, 16, 64), 1 / 64))
        self.assertEqual(len(drawing["maps_0"].panels), 32)
        for panel in drawing["maps_0"].panels:
            # 1 lies halfway from 0.1 to 10.
            self.assertEqual(set(panel.shade(panel.values).ravel()) - {127, 128}, set())

    def test_what_is_no_picture_is_a_line_a_latent(self):
        drawing = self.drawn("points(points=64)")["maps_0"]
        for when, panel in enumerate(drawing.panels):
            numpy.testing.assert_array_equal(panel.values, 64 * MAPS[when])
        self.assertEqual([panel.title for panel in drawing.panels], ["before", "after"])
        self.assertIn("a line each", drawing.caption)

    def test_losses_are_a_table_of_numbers(self):
        rise = {"bag": [0.5, -0.25, -0.001] + 5 * [0.0], "coat": 8 * [0.125]}
        [panel] = self.drawn(rise=rise)["ablation_0"].panels
        self.assertEqual(panel.values.shape, (3, 8))
        self.assertEqual(panel.names, ["bag", "coat", "all"])
        self.assertEqual([panel.texts(v) for v in panel.values[0][:4]],
                         ["0.50", "−0.25", "0.00", "0.00"])
        # The same colour is the same far from 0, either way.
        self.assertEqual(list(panel.shade(numpy.array([-0.5, 0, 0.5]))), [0, 128, 255])

    def test_where_cells_are_many_colours_must_do(self):
        many = {str(each): 8 * [0.1] for each in range(60)}
        [panel] = self.drawn(rise=many)["ablation_0"].panels
        self.assertIsNone(panel.texts)

    def test_they_come_last_and_are_rendered(self):
        self.drawn(rise={"bag": 8 * [0.5]})
        found = rendered((None, each) for each in drawings(read_learning_run(self.folder)))
        self.assertEqual([figure.name for figure in found],
                         ["accuracy", "loss", "latents", "maps_0", "ablation_0"])
        for figure in found:
            self.assertTrue(figure.caption.endswith("."), figure.caption)
        self.assertEqual(found[3].svg.count("<image"), 16)
        self.assertEqual(found[3].svg.count("data:image/png;base64,"), 16)
        self.assertEqual(found[4].csv.splitlines()[1], ",bag,cell,0,0.5,,")
        picture = base64.b64decode(re.search('base64,([^"]+)"', found[3].svg)[1])
        self.assertEqual(struct.unpack(">2I", picture[16:24]), (8, 8))
        self.assertIn(">64 ×</text>", found[3].svg, "its scale is in the file")


if __name__ == "__main__":
    unittest.main()
