"""The report of the published runs: small, whole, and every link leads somewhere."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from analysis.report.run import run_folders

REPORT = pathlib.Path("analysis/report/report").resolve()
PUBLISHED = pathlib.Path("results/reference").resolve()
PAGE, WHOLE = 500_000, 4_000_000  # bytes


class PublishedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.runs = run_folders(PUBLISHED)
        subprocess.run([REPORT, PUBLISHED, "--out", cls.folder / "report.html"], check=True)

    def files(self, kind):
        return sorted(self.folder.rglob(f"*.{kind}"))

    def test_each_run_has_a_page(self):
        self.assertGreater(len(self.runs), 20)
        self.assertEqual(len(self.files("html")), len(self.runs) + 1)
        self.assertEqual(len(self.files("svg")), len(self.files("csv")))

    def test_pages_are_small(self):
        for path in self.files("html"):
            self.assertLess(path.stat().st_size, PAGE, path.name)
        machines = {run.relative_to(PUBLISHED).parts[0] for run in self.runs}
        size = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
        self.assertLess(size, WHOLE * len(machines))

    def test_every_link_leads_somewhere(self):
        found = 0
        texts = {path.resolve(): path.read_text() for path in self.files("html")}
        places = {path: set(re.findall(r'id="([^"]+)"', text)) for path, text in texts.items()}
        for path, text in texts.items():
            for target in re.findall(r'<a [^>]*href="([^"]+)"', text):
                file, _, place = target.partition("#")
                file = (path.parent / file).resolve() if file else path
                self.assertTrue(file.is_file(), f"{path.name}: {target}")
                if place:
                    self.assertIn(place, places[file], f"{path.name}: {target}")
                found += 1
        self.assertGreater(found, 10 * len(texts))

    def test_the_index_has_what_a_reader_asks_first(self):
        index = (self.folder / "report.html").read_text()
        for place in ("surprises", "exponents", "crossings", "variants", "learning", "all", "made"):
            self.assertIn(f'<h2 id="{place}">', index)


if __name__ == "__main__":
    unittest.main()
