"""Medians, quartiles and places, against numbers known beforehand."""
import unittest

from analysis.report import testing
from analysis.report.run import read_run
from analysis.report.sweep import cells, measured_names, parse_name, quartiles, sweeps


class SweepTest(testing.FolderTest):
    def run_of(self, rows=None, definition=testing.DEFINITION):
        testing.write_run(self.folder, definition=definition)
        if rows is not None:
            testing.write_rows(self.folder, rows)
        return read_run(self.folder)

    def test_median_and_quartiles_of_the_repetitions(self):
        cell = cells(self.run_of()).loc["perceiver/N=1024/M=64"]
        exact = 1024 * 64 * 1e-7
        self.assertAlmostEqual(cell["seconds"], 1.025 * exact)
        self.assertAlmostEqual(cell["low"], 1.0175 * exact)
        self.assertAlmostEqual(cell["high"], 1.0475 * exact)
        self.assertEqual(cell["repetitions"], 4)
        self.assertEqual((cell["macs"], cell["bytes_peak"]), (1e6, 1024000))

    def test_attention_is_the_sum_of_its_parts(self):
        times = quartiles(self.run_of(), "attention")["seconds"]
        self.assertAlmostEqual(times["perceiver/N=512/M=64"], 0.8 * 1.025 * 512 * 64 * 1e-7)

    def test_a_repetition_that_lacks_a_part_is_left_out(self):
        rows = [row for row in testing.rows()
                if not (row["part"] == "scores" and row["repetition"] == 3)]
        times = quartiles(self.run_of(rows), "attention")
        self.assertEqual(times.loc["perceiver/N=512/M=64", "repetitions"], 3)
        self.assertAlmostEqual(times.loc["perceiver/N=512/M=64", "seconds"],
                               0.8 * 1.02 * 512 * 64 * 1e-7)

    def test_a_skipped_cell_has_a_reason_and_no_time(self):
        cell = cells(self.run_of()).loc["transformer/N=2048/M=None"]
        self.assertEqual(cell["status"], "skipped")
        self.assertIn("too", cell["reason"])
        self.assertTrue(cell["seconds"] != cell["seconds"])

    def test_each_sweep_has_its_cells(self):
        by_N, by_M = sweeps(self.run_of())
        self.assertEqual((by_N.dimension, by_M.dimension), ("N", "M"))
        self.assertEqual(len(by_N.cells), 8)
        self.assertEqual(set(by_M.cells.index), {
            "perceiver/N=1024/M=32", "perceiver/N=1024/M=64", "transformer/N=1024/M=None"})
        perceiver, transformer = by_M.series()
        self.assertEqual(list(perceiver.cells["x"]), [32, 64])
        self.assertTrue(transformer.is_flat)
        self.assertFalse(perceiver.is_flat)

    def test_a_contestant_without_the_dimension_stands_at_all_of_its_values(self):
        places = list(sweeps(self.run_of())[1].places())
        self.assertEqual([values for values, _ in places], [{"M": 32}, {"M": 64}])
        for _, here in places:
            self.assertEqual(list(here["contestant"]), ["perceiver", "transformer"])

    def test_two_dimensions_make_a_series_for_each_value_of_the_other(self):
        rows = [row for N in (256, 512, 1024) for M in (32, 64)
                for row in testing.cell_rows("perceiver", N, M)]
        definition = testing.DEFINITION.split("[[")[0] + \
            "[[sweep]]\nN = [256, 512, 1024]\nM = [32, 64]\n"
        [sweep] = sweeps(self.run_of(rows, definition))
        self.assertEqual(sweep.dimension, "N")
        self.assertEqual([each.fixed for each in sweep.series()], [{"M": 32}, {"M": 64}])
        self.assertEqual(len(list(sweep.places())), 6)

    def test_without_a_sweep_the_base_is_the_only_place(self):
        [sweep] = sweeps(self.run_of(definition=testing.DEFINITION.split("[[")[0]))
        self.assertIsNone(sweep.dimension)
        self.assertEqual(len(list(sweep.places())), 1)
        self.assertEqual(len(sweep.cells), 2)

    def test_contestants_are_found_without_the_options_at_their_defaults(self):
        self.assertEqual(parse_name("a(b=c, d=1)"), ("a", {("b", "c"), ("d", "1")}))
        self.assertEqual(
            measured_names(["a(s=none)", "a(s=some)", "a(s=all,h=1)", "b"],
                           ["a(s=all)", "a", "a(s=none)"]),
            {"a(s=none)": "a(s=none)", "a(s=some)": "a", "a(s=all,h=1)": "a(s=all)"})

    def test_a_definition_in_old_words_is_read_in_todays(self):
        rows = testing.rows()
        for row in rows:
            row["contestant"] = row["contestant"].replace(
                "perceiver", "perceiver(attention=materialised)")
        definition = testing.DEFINITION.replace("form=streaming", "attention=materialised")
        by_N, _ = sweeps(self.run_of(rows, definition))
        self.assertEqual(by_N.contestants, ["perceiver(form=materialised)", "transformer"])

    def test_a_sweep_of_its_own_contestants_has_no_others(self):
        definition = testing.DEFINITION + 'contestants = ["perceiver"]\n'
        _, by_M = sweeps(self.run_of(definition=definition))
        self.assertEqual(by_M.contestants, ["perceiver"])


if __name__ == "__main__":
    unittest.main()
