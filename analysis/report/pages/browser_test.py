"""Pages as Chromium lays them out: nothing is cut, covered, off the screen or too faint.
Without a `chromium` it says so and is skipped."""
import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from analysis.report import testing
from analysis.report.learning import testing as learning

REPORT = pathlib.Path("analysis/report/report").resolve()
CHECKS = pathlib.Path(__file__).parent / "browser_checks.js"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# A phone, a desk, and between the margins of A4 at 96 pixels an inch.
WIDTHS, PAPER = (390, 1400), 688
LONG = "transformer(attention=a_variant_with_a_long_name, rank=4096, window=128, positions=learned)"

FRAMES = """<!DOCTYPE html><meta charset="utf-8"><body><script>
const found = {};
async function visit(name, url, width, look) {
  const frame = document.createElement("iframe");
  frame.style.cssText = `width:${width}px;height:900px;border:0`;
  frame.src = url;
  document.body.append(frame);
  await new Promise(done => { frame.onload = done; });
  await new Promise(done => setTimeout(done, 50));
  found[name] = look(frame.contentWindow);
  frame.remove();
}
CHECKS
(async () => {
  for (const [name, url, width] of JOBS) await visit(name, url, width, LOOK);
  document.body.textContent = "";
  const out = document.createElement("pre");
  out.id = "found";
  out.textContent = JSON.stringify(found);
  document.body.append(out);
})();
</script>"""


def chromium(*words):
    with tempfile.TemporaryDirectory() as profile:
        # It writes below HOME whatever it is told.
        return subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--allow-file-access-from-files", "--hide-scrollbars", f"--user-data-dir={profile}",
             *words], capture_output=True, text=True, timeout=240, check=True,
            env={**os.environ, "HOME": profile}).stdout


def on_paper(text):
    """The page with its rules for paper in force, in place of those for a screen."""
    return text.replace("@media print", "@media all").replace("@media screen", "@media speech")


@unittest.skipUnless(CHROMIUM, "no chromium here: apt-get install chromium")
class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A report is made once."""
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        results = cls.folder / "results"
        # Many contestants, of which one has a name as long as they come.
        names = [f"transformer(rank={2**i})" for i in range(14)] + [LONG]
        rows = [{**row, "contestant": name, "cell_id": f"{name}/{N}"} for name in names
                for N in (256, 512, 1024) for row in testing.cell_rows("transformer", N, None)]
        listed = ", ".join(f'"{name}"' for name in names)
        definition = testing.DEFINITION.replace('"perceiver(form=streaming)", "transformer"', listed)
        testing.write_run(results / "many", "many", definition=definition, judged=False)
        testing.write_rows(results / "many", rows, "many")
        bars = definition.split("[[")[0]
        testing.write_run(results / "bars", "bars", definition=bars, judged=False)
        testing.write_rows(results / "bars", rows, "bars")
        testing.write_run(results / "trial", judged=False)
        testing.write_verdicts(results, testing.verdicts())
        learning.write_run(results / "digits", [
            {**row, "N": 64, "task": "digits"} for row in learning.rows()], learning.verdicts(), "digits")
        learning.write_latents(results / "digits", "0-seed1", [[[1 / 64] * 64] * 8] * 2,
                               {"bag": 8 * [0.25], "coat": 8 * [-0.5]})
        subprocess.run([REPORT, results], check=True, capture_output=True)
        cls.pages = [results / "report.html", *sorted((results / "report").glob("*.html"))]

    def found(self, dark=False):
        """{(page, width): [problem]}"""
        jobs = []
        for page in self.pages:
            for width in WIDTHS:
                jobs.append((f"{page.stem} at {width}", page.as_uri(), width))
            paper = page.with_name(f"{page.stem}.paper.html")
            paper.write_text(on_paper(page.read_text()))
            jobs.append((f"{page.stem} on paper", paper.as_uri(), PAPER))
        how = ["--blink-settings=preferredColorScheme=0"] if dark else []
        found = self.visited(jobs, "check", *how)
        for name, each in found.items():
            self.assertGreater(each["texts"], 40, f"{name} was not looked at")
            self.assertEqual(each["dark"], dark and not name.endswith("on paper"), name)
        return found

    def visited(self, jobs, look, *how):
        """{name: what a function of browser_checks.js says} of (name, address, width)."""
        frames = self.folder / "frames.html"
        frames.write_text(FRAMES.replace("CHECKS", CHECKS.read_text()).replace(
            "JOBS", json.dumps(jobs)).replace("LOOK", look))
        told = chromium("--window-size=1500,1000", "--virtual-time-budget=120000", *how, "--dump-dom",
                        frames.as_uri())
        found = json.loads(html.unescape(re.search(r'<pre id="found">(.*?)</pre>', told, re.S)[1]))
        self.assertEqual(set(found), {name for name, _, _ in jobs})
        return found

    def assert_clean(self, found):
        problems = [f"{name}: {problem}" for name, each in found.items()
                    for problem in each["problems"]]
        self.assertEqual(problems, [], "\n" + "\n".join(problems[:40]))

    def test_pages_by_day(self):
        self.assert_clean(self.found())

    def test_pages_by_night(self):
        self.assert_clean(self.found(dark=True))

    def test_what_is_pointed_at_and_clicked(self):
        page = next(page for page in self.pages if page.stem == "trial")
        seen = self.visited([("trial", page.as_uri(), 1400)], "use")["trial"]
        self.assertEqual(seen["alone"], ["perceiver"])
        self.assertEqual(seen["both"], ["perceiver", "transformer"])
        self.assertEqual(seen["hover"], "perceiver · N = 256 · 1.68 ms")
        self.assertEqual(seen["ascending"][:3], ["1.679", "3.359", "6.717"])
        self.assertEqual(seen["descending"][:3], ["107.5", "26.87", "13.43"])
        self.assertEqual(seen["filtered"], 3 * ["transformer"])
        self.assertEqual(seen["marked"], 4 * ["perceiver"])
        self.assertEqual([seen[each] for each in ("restored", "unsorted", "unfiltered")], 3 * [True])

    def test_as_pdf(self):
        target = self.folder / "trial.pdf"
        chromium("--no-pdf-header-footer", f"--print-to-pdf={target}", self.pages[-1].as_uri())
        content = target.read_bytes()
        self.assertTrue(content.startswith(b"%PDF"))
        self.assertIn(len(re.findall(rb"/Type\s*/Page\b", content)), range(2, 8))


if __name__ == "__main__":
    unittest.main()
