"""The table and its last lines, of entrants with chosen seconds."""
import unittest

from experiments.peers import table
from experiments.peers.contest import Entrant


def cell(name, **letters):
    return {"name": name, "letters": letters}


def entrant(name, seconds, speed_only="", trouble=""):
    made = Entrant(name, None, {}, speed_only=speed_only, trouble=trouble)
    made.seconds = [seconds] * 3
    return made


LINES = [
    table.line_of(cell("perceiver", N=64, M=8, D=32), [
        entrant("ours", 0.002), entrant("torch", 0.003), entrant("jax", 0.004)]),
    table.line_of(cell("transformer", N=64, D=32), [
        entrant("ours", 0.010), entrant("torch", 0.010),
        entrant("jax", 0.001, speed_only="not the same")]),
    table.line_of(cell("perceiver", N=128, M=8, D=32), [
        entrant("ours", 0.001), entrant("torch", 0.001, trouble="failed: differs from ours"),
        entrant("jax", 0.004)]),
]


class TableTest(unittest.TestCase):
    def setUp(self):
        self.text = table.table(LINES, ["torch", "jax"])

    def line(self, start):
        return next(line for line in self.text.splitlines() if line.startswith(start))

    def test_a_line_a_cell_with_medians_and_ratios(self):
        line = self.line("perceiver N=64")
        self.assertRegex(line, r"2\.000 ms +3\.000 ms +1\.50 \[1\.50, 1\.50\] +4\.000 ms +2\.00")

    def test_letters_that_all_cells_share_stand_once(self):
        self.assertIn("all cells: D=32\n", self.text)
        self.assertNotIn("N=64 M=8 D=32", self.text)

    def test_an_untimed_peer_has_a_status_and_its_reason_below(self):
        self.assertIn("failed", self.line("perceiver N=128"))
        self.assertIn("torch failed: differs from ours (1 cells)", self.text)

    def test_speed_only_is_marked_and_never_the_best(self):
        self.assertIn("1.000 ms*", self.line("transformer"))
        self.assertIn("* jax: not the same; no best peer (1 cells)", self.text)
        best = table.verdict(LINES, ["torch", "jax"]).splitlines()[-1]
        # 1.5 of torch, 1.0 of torch and not jax's 0.1, 4 of jax.
        self.assertEqual(best, "best peer / ours: geometric mean 1.82, worst 1.00 at transformer "
                               "N=64, over 3 cells")

    def test_a_line_a_peer_with_mean_and_worst(self):
        first = table.verdict(LINES, ["torch", "jax"]).splitlines()[0]
        self.assertEqual(first, "torch / ours: geometric mean 1.22, worst 1.00 at transformer "
                                "N=64, over 2 cells")

    def test_a_peer_that_timed_nothing_is_said_so(self):
        self.assertEqual(table.verdict(LINES, ["none"]).splitlines()[0], "none: no cell")

    def test_a_single_cell_shows_all_its_letters(self):
        text = table.table(LINES[:1], ["torch"])
        self.assertIn("perceiver N=64 M=8 D=32", text)


if __name__ == "__main__":
    unittest.main()
