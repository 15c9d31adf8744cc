"""The notebook redraws the headline figures from the published rows: its cells, executed as a
kernel would, one after the other in one namespace."""
import json
import pathlib
import unittest

import matplotlib

matplotlib.use("Agg")
NOTEBOOK = pathlib.Path("docs/headline_figures.ipynb")


class NotebookTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
        cls.names = {"__name__": "__main__"}
        for number, cell in enumerate(cls.notebook["cells"]):
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), f"cell {number}", "exec"), cls.names)

    def test_it_draws_what_it_says(self):
        figures = [self.names["plt"].figure(n) for n in self.names["plt"].get_fignums()]
        self.assertEqual(len(figures), 5)
        for figure in figures:
            for line in figure.axes[0].lines[:1]:
                self.assertGreater(len(line.get_xdata()), 3)
            self.assertTrue(figure.axes[0].get_xlabel())

    def test_it_shows_linear_against_quadratic(self):
        slope, seconds = self.names["slope"], self.names["by_inputs"]
        # Medians of published rows: no clock runs here.
        self.assertAlmostEqual(slope(seconds.perceiver), 1, delta=0.1)
        self.assertAlmostEqual(slope(seconds.transformer), 2, delta=0.1)
        self.assertGreater(self.names["ratio"].iloc[-1], 50)

    def test_it_is_kept_without_what_it_drew(self):
        for cell in self.notebook["cells"]:
            self.assertFalse(cell.get("outputs"))
            self.assertIsNone(cell.get("execution_count"))


if __name__ == "__main__":
    unittest.main()
