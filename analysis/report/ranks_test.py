"""Speed-up and efficiency over ranks, of runs with known numbers."""
import dataclasses
import json
import unittest

from analysis.report import testing
from analysis.report.facts import title
from analysis.report.ranks import drawing, gains, scalings, strong, table, weak
from analysis.report.run import BadInput, read_run

# A read of N inputs is shared out; latents, worth 512 inputs, are not.
LATENTS = 512


def seconds(N, ranks, repetition):
    return 1e-6 * (LATENTS + N / ranks) * (1.01, 1.00, 1.02, 1.03)[repetition]


def rows(N, ranks, timed=True):
    common = {"contestant": "perceiver", "cell_id": f"perceiver/N={N}/ranks={ranks or ''}",
              "phase": "forward", "N": N, "M": 64, "B": 1, "C": 32, "D": 32, "H": 1, "L": 1,
              "batch": 1, "threads": 1, "scalar": "float", "attention": "streaming",
              "plan": "as_written", "ranks": ranks, "macs": 1000 * (LATENTS + N // (ranks or 1)),
              "logits": 0, "flops": 1, "bytes_moved": 1, "bytes_peak": 1, "parameters": 1}
    if not timed:
        return [{**common, "part": "total", "status": "skipped", "reason": "counted, not timed"}]
    found = []
    for repetition in range(4):
        whole = seconds(N, ranks or 1, repetition)
        for part, share in (("exchange", 0.25), ("scores", 0.75), ("total", 1)):
            found.append({**common, "status": "ok", "part": part, "repetition": repetition,
                          "seconds": share * whole})
    return found


class RanksTest(testing.FolderTest):
    def run_over(self, ranks, run_id=None, timed=True, sizes=(512, 1024, 2048)):
        folder = self.folder / f"ranks_{ranks}_{run_id}"
        folder.mkdir()
        run_id = run_id or f"1-{ranks}"
        testing.write_rows(folder, [row for N in sizes for row in rows(N, ranks, timed)],
                           run_id=run_id, more=["ranks"])
        (folder / "manifest.json").write_text(json.dumps(testing.manifest(run_id=run_id)))
        return read_run(folder)

    def together(self):
        return list(scalings([self.run_over(1), self.run_over(2), self.run_over(4)]))

    def test_runs_over_ranks_are_read_apart(self):
        self.assertEqual(title(self.run_over(4)), "trial, 4 ranks")
        self.assertEqual(title(self.run_over("", "1-0")), "trial")
        path = self.folder / "ranks_4_None" / "cells.csv"
        text = path.read_text()
        path.write_text(text.replace(",4\n", ",2\n", 1))
        with self.assertRaisesRegex(BadInput, 'cells.csv:3: ranks = "4", in the first row "2"'):
            read_run(path.parent)
        path.write_text(text.replace(",4\n", ",x\n"))
        with self.assertRaisesRegex(BadInput, 'ranks = "x" is no number of ranks'):
            read_run(path.parent)

    def test_only_runs_that_differ_in_ranks_stand_together(self):
        self.assertEqual(list(scalings([self.run_over(""), self.run_over(2)])), [])
        self.assertEqual(list(scalings([self.run_over(1)])), [])
        found, = self.together_with_older()
        over = found.places["perceiver", self.shape(1024)]
        self.assertEqual(sorted(over), [1, 2])
        self.assertEqual(max(over[2].seconds), seconds(1024, 2, 3), "the newest run counts")

    def together_with_older(self):
        older = self.run_over(2, "0-2", sizes=(64,))
        self.folder = self.folder / "newer"
        self.folder.mkdir()
        return list(scalings([older, self.run_over(1), self.run_over(2)]))

    @staticmethod
    def shape(N):
        return (("N", N), ("M", 64), ("B", 1), ("C", 32), ("D", 32), ("H", 1), ("L", 1),
                ("batch", 1))

    def test_strong_scaling_is_what_amdahl_foretells(self):
        found, = self.together()
        by_size = {shape["N"]: gained for _, shape, gained in strong(found)}
        self.assertEqual(sorted(by_size), [512, 1024, 2048])
        one, two, four = by_size[2048]
        self.assertEqual((one.value, one.low, one.high, one.ranks), (1, 1, 1, 1))
        self.assertAlmostEqual(two.value, (512 + 2048) / (512 + 1024))
        self.assertAlmostEqual(four.value, (512 + 2048) / (512 + 512))
        for gain in (two, four):
            self.assertAlmostEqual(gain.foretold, gain.value)
            self.assertLessEqual(gain.low, gain.value)
            self.assertGreaterEqual(gain.high, gain.value)
            # No pair of repetitions is farther off than the worst of each.
            self.assertGreater(gain.low, gain.value / 1.03)
            self.assertLess(gain.high, gain.value * 1.03)
            self.assertAlmostEqual(gain.exchange, 0.25)

    def test_weak_scaling_has_as_many_inputs_a_rank(self):
        found, = self.together()
        by_size = {shape["N"]: gained for _, shape, gained in weak(found)}
        self.assertEqual(sorted(by_size), [512, 1024])
        self.assertEqual([gain.ranks for gain in by_size[512]], [1, 2, 4])
        for gain in by_size[512]:
            self.assertAlmostEqual(gain.value, gain.ranks)

    def test_tables_say_the_efficiency_and_its_interval(self):
        found, = self.together()
        rows_of = table(found, "strong").rows
        self.assertEqual(len(rows_of), 9)
        last = next(row for row in rows_of if row[1].text == "N = 2,048" and row[2].text == "4")
        self.assertEqual([last[4].text, last[5].text, last[7].text, last[8].text],
                         ["2.50", "62.5", "62.5", "25.0"])
        self.assertEqual(len(table(found, "weak").rows), 5)

    def test_what_was_only_counted_is_foretold_alone(self):
        runs = [self.run_over(1), self.run_over(2), self.run_over(8, timed=False)]
        found, = scalings(runs)
        gained = {shape["N"]: gained for _, shape, gained in strong(found)}[1024]
        self.assertEqual([gain.ranks for gain in gained], [1, 2])
        measured, foretold, ideal = drawing(found).panels[0].items
        self.assertEqual([x for x, _ in measured.points], [1, 2])
        self.assertEqual([x for x, _ in foretold.points], [1, 2, 8])
        self.assertAlmostEqual(foretold.points[-1][1], (512 + 1024) / (512 + 128))
        self.assertEqual(ideal.points, [(1, 1), (8, 8)])

    def test_an_interval_is_the_same_each_time(self):
        found, = self.together()
        over = found.places["perceiver", self.shape(512)]
        first, again = (list(gains(over[1], over)) for _ in range(2))
        self.assertEqual(list(map(dataclasses.astuple, first)),
                         list(map(dataclasses.astuple, again)))


if __name__ == "__main__":
    unittest.main()
