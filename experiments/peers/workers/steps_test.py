"""The order of steps, and Fourier's formula's frame, without any peer's package."""
import pathlib
import unittest

from experiments.peers.workers.cell import Cell, Skipped
from experiments.peers.workers.parameters import Parameters
from experiments.peers.workers.steps import reading_blocks, steps

OPTIONS = {"sharing": "all_but_first", "cross_attends": "every", "cross_heads": "0",
           "query_residual": "true", "gelu": "erf"}


def names(contestant="perceiver", letters=None, **options):
    cell = Cell(contestant, OPTIONS | options, {"B": 3, "L": 1, "H": 2} | (letters or {}), {},
                pathlib.Path())
    return [step.name for step in steps(cell)]


class StepsTest(unittest.TestCase):
    def test_sharing_decides_which_blocks_have_the_same_weights(self):
        self.assertEqual(names(), ["cross0", "block0.layer0", "cross1", "block0.layer0",
                                   "cross1", "block0.layer0"])
        self.assertEqual(names(sharing="all"), ["cross0", "block0.layer0"] * 3)
        self.assertEqual(names(sharing="none"),
                         ["cross0", "block0.layer0", "cross1", "block1.layer0",
                          "cross2", "block2.layer0"])

    def test_blocks_that_do_not_read_have_no_cross_attention(self):
        self.assertEqual(names(cross_attends="first", letters={"L": 2})[:5],
                         ["cross0", "block0.layer0", "block0.layer1", "block0.layer0",
                          "block0.layer1"])
        # Sets are numbered by what reads, blocks by all.
        self.assertEqual(names(cross_attends="0+2", sharing="none"),
                         ["cross0", "block0.layer0", "block1.layer0", "cross1", "block2.layer0"])
        self.assertEqual(reading_blocks("1+2", 4), {1, 2})

    def test_the_other_contestants(self):
        self.assertEqual(names("transformer"), ["layer0", "layer1", "layer2"])
        self.assertEqual(names("bare_transformer"), ["layer0", "layer1", "layer2"])
        self.assertEqual(names("bare_perceiver", {"B": 2, "L": 2}),
                         ["cross0", "self0", "self1", "cross1", "self2", "self3"])
        self.assertEqual(names("attention"), [])

    def test_an_unknown_contestant_is_skipped_with_the_known_ones(self):
        with self.assertRaisesRegex(Skipped, "no peer knows linformer; known are attention"):
            names("linformer")

    def test_a_parameter_left_out_is_an_error(self):
        parameters = Parameters({"latents": 1, "cross0.query.weight": 2})
        self.assertIn("latents", parameters)
        self.assertEqual(parameters["latents"], 1)
        with self.assertRaisesRegex(RuntimeError, "cross0.query.weight"):
            parameters.require_all_taken()


if __name__ == "__main__":
    unittest.main()
