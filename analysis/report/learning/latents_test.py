"""Files of latents are read whole, of the learner that they are of, or refused."""
import json
import unittest

import numpy

from analysis.report.learning import testing
from analysis.report.learning.curves import read_learning_run
from analysis.report.run import BadInput
from analysis.report.testing import FolderTest

EVEN = numpy.full((2, 8, 64), 1 / 64)


class LatentsTest(FolderTest):
    def setUp(self):
        super().setUp()
        self.write()

    def write(self, **keys):
        testing.write_run(self.folder, [{**row, "N": 64, **keys} for row in testing.rows()])

    def latents(self):
        return read_learning_run(self.folder).latents

    def assert_refused(self, said, file="latents/0-seed1-maps.npy"):
        with self.assertRaises(BadInput) as caught:
            self.latents()
        self.assertTrue(str(caught.exception).startswith(f"{self.folder / file}:"),
                        caught.exception)
        self.assertIn(said, str(caught.exception))

    def test_a_run_without_them_has_none(self):
        self.assertEqual(self.latents(), {})

    def test_they_are_of_the_learner_at_that_place_and_of_its_first_seed(self):
        maps = numpy.arange(2 * 16 * 64).reshape(2, 16, 64)
        testing.write_latents(self.folder, "1-seed3", EVEN)
        testing.write_latents(self.folder, "1-seed2", maps)
        found = self.latents()
        self.assertEqual(list(found), [testing.identity(testing.WIDER)])
        [latents] = found.values()
        self.assertEqual((latents.seed, latents.edge, latents.rise), ("2", 8, None))
        numpy.testing.assert_array_equal(latents.maps, maps)

    def test_a_filter_hides_whose_they_are(self):
        testing.write_latents(self.folder, "0-seed1", EVEN)
        self.assertEqual(len(self.latents()), 1)
        path = self.folder / "manifest.json"
        whole = json.loads(path.read_text())
        for words in (["--filter", "frozen"], ["--filter=frozen"]):
            path.write_text(json.dumps({**whole, "command_line": words}))
            self.assertEqual(self.latents(), {})

    def test_what_inputs_make_a_picture(self):
        testing.write_latents(self.folder, "0-seed1", EVEN)
        for task, edge in (("digits", 8), ("fashion(patch=2)", 8), ("digits(permuted=true)", 0),
                           ("fashion(permuted=false, train=9)", 8), ("points(points=64)", 0)):
            self.write(task=task)
            self.assertEqual([each.edge for each in self.latents().values()], [edge], task)
        testing.write_latents(self.folder, "0-seed1", EVEN[:, :, :60])
        self.write(task="digits", N=60)
        self.assertEqual([each.edge for each in self.latents().values()], [0])

    def test_losses_rise_by_class_and_over_all(self):
        rise = {"b": [0.01 * m for m in range(8)], "aaa": 8 * [-0.5]}
        testing.write_latents(self.folder, "0-seed1", EVEN, rise)
        [latents] = self.latents().values()
        self.assertEqual(list(latents.rise.index), ["b", "aaa", "all"])
        self.assertEqual(list(latents.rise.loc["b"]), rise["b"])
        # Three examples of one class, and one of the other.
        self.assertAlmostEqual(latents.rise.loc["all", 7], (0.07 - 3 * 0.5) / 4)

    def test_what_is_not_theirs_is_refused(self):
        for maps in (EVEN[:1], EVEN[:, :7], EVEN[:, :, :63], EVEN[0]):
            testing.write_latents(self.folder, "0-seed1", maps)
            self.assert_refused("maps are floats of shape [2, 8, 64]")
        path = self.folder / "latents/0-seed1-maps.npy"
        numpy.save(path, EVEN.astype(int))
        self.assert_refused("int64 of shape [2, 8, 64], its learner's maps are floats")
        numpy.save(path, EVEN)
        whole = path.read_bytes()
        for content in (whole[:-9], b"", b"no array"):
            path.write_bytes(content)
            self.assert_refused("not an array")

    def test_losses_are_refused_with_their_line(self):
        testing.write_latents(self.folder, "0-seed1", EVEN, {"a": 8 * [0.5], "b": 8 * [0.25]})
        path = self.folder / "latents/0-seed1-loss.csv"
        whole = path.read_text()
        for text, said in ((whole.replace("loss_rise", "rise"), ":1: the header is not latent,"),
                           (whole.replace("0.25", "much", 1), ":10: not a latent, a class and"),
                           (whole.replace("0,a", "zero,a", 1), ":2: not a latent, a class and"),
                           (whole.replace("7,b", "6,b"), ":17: not a row for each class and each"),
                           (whole[:-3], ":17: the last line is cut off")):
            path.write_text(text)
            self.assert_refused(said, "latents/0-seed1-loss.csv")


if __name__ == "__main__":
    unittest.main()
