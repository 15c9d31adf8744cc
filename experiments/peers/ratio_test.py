"""Intervals of ratios, on numbers whose truth is known."""
import math
import random
import unittest

from experiments.peers.ratio import paired_ratio, t_quantile


class RatioTest(unittest.TestCase):
    def test_quantiles_are_those_of_printed_tables(self):
        for freedom, expected in ((1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (6, 2.447),
                                  (7, 2.365), (20, 2.086), (29, 2.045)):
            self.assertAlmostEqual(t_quantile(0.975, freedom), expected, 3, freedom)
        self.assertAlmostEqual(t_quantile(0.95, 5), 2.015, 3)

    def test_what_slows_both_is_no_uncertainty(self):
        ours = [1.0, 3.0, 0.5, 7.0]
        ratio = paired_ratio([2 * seconds for seconds in ours], ours)
        for value in (ratio.estimate, ratio.low, ratio.high):
            self.assertAlmostEqual(value, 2)

    def test_swapping_inverts_the_ratio(self):
        a, b = [1.0, 1.2, 0.9], [2.0, 2.1, 2.2]
        ratio, inverse = paired_ratio(a, b), paired_ratio(b, a)
        self.assertAlmostEqual(ratio.estimate * inverse.estimate, 1)
        self.assertAlmostEqual(ratio.low * inverse.high, 1)

    def test_the_interval_holds_the_truth_in_95_of_100_runs(self):
        draw = random.Random(1)
        trials, inside = 2000, 0
        for _ in range(trials):
            speed = [draw.lognormvariate(0, 0.3) for _ in range(7)]  # the machine's mood
            ours = [s * draw.lognormvariate(0, 0.02) for s in speed]
            peer = [1.5 * s * draw.lognormvariate(0, 0.05) for s in speed]
            ratio = paired_ratio(peer, ours)
            inside += ratio.low <= 1.5 <= ratio.high
        self.assertAlmostEqual(inside / trials, 0.95, delta=0.015)

    def test_one_repetition_says_nothing_of_its_spread(self):
        ratio = paired_ratio([3.0], [2.0])
        self.assertEqual((ratio.estimate, ratio.low, ratio.high), (1.5, 0, math.inf))

    def test_rounds_must_pair(self):
        with self.assertRaises(ValueError):
            paired_ratio([1.0, 2.0], [1.0])


if __name__ == "__main__":
    unittest.main()
