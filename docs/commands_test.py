"""The commands of the documents: programs know their flags, and those of blocks that say `sh`
under docs/start run, one page after the other, each in a folder of its own."""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path.cwd()
PAGES = [pathlib.Path("README.md"), pathlib.Path("CONTRIBUTING.md"), pathlib.Path("results/README.md"),
         *sorted(pathlib.Path("docs").rglob("*.md"))]
PROGRAMS = {
    "//analysis:compare": "analysis/compare/compare",
    "//analysis:export": "analysis/export/export",
    "//analysis:flops": "analysis/flops/flops",
    "//analysis:join": "analysis/join/join",
    "//analysis:judge_curves": "analysis/learning/judge_curves",
    "//analysis:report": "analysis/report/report",
    "//analysis:show": "analysis/show/show",
    "//analysis:tables": "analysis/tables/tables",
    "//analysis:variants": "analysis/variants/variants",
    "//analysis:verify": "analysis/verify/verify",
    "//experiments:learn": "experiments/learning/run/learn",
    "//experiments:peers": "experiments/peers/peers",
    "//experiments:roofline": "experiments/roofline/roofline",
    "//experiments:run": "experiments/run/run",
    "//pretrained:export": "pretrained/trained/export",
    "//pretrained:gradients": "pretrained/run/gradients",
    "//pretrained:run": "pretrained/run/run",
}
# What another builds and tests, has no flags worth asking for, or needs MPI or SimGrid.
OTHERS = {"//baselines:new", "//perceiver:worked_example", "//perceiver:encode",
          "//experiments:ranks", "//experiments:replay", "//tools/faults:failing_calls", "//tools/faults:kills",
          "//tools/faults:rank_kills", "//tools/faults:same_twice"}
# A user without a home, at a terminal of ASCII alone.
PLAIN = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONIOENCODING": "ascii",
         "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "OMP_WAIT_POLICY": "passive"}


def command(target, words):
    """(program, words) of what `./bazelw run TARGET -- WORDS` starts, or nothing."""
    if target in PROGRAMS:
        return PROGRAMS[target], words
    name = target.removeprefix("//experiments:")
    if name.startswith("learn_"):
        return PROGRAMS["//experiments:learn"], words
    definition = pathlib.Path("experiments/definitions", f"{name}.toml")
    if definition.exists():
        return PROGRAMS["//experiments:run"], [str(definition.resolve()), *words]
    return None


def commands(page):
    """(language of the block, target, words) of each command that runs something."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S):
        for line in block.splitlines():
            words = shlex.split(line, comments=True) if line.startswith("./bazelw run ") else []
            if words and words[2].startswith("//"):
                yield language, words[2], words[words.index("--") + 1:] if "--" in words else []


class CommandsTest(unittest.TestCase):
    def test_programs_know_the_flags_that_documents_give_them(self):
        asked, helps = 0, {}
        for page in PAGES:
            for _, target, words in commands(page):
                found = command(target, words)
                if found is None:
                    self.assertIn(target, OTHERS, page)
                    continue
                program = found[0]
                if program not in helps:
                    helps[program] = subprocess.run(
                        [ROOT / program, "--help"], capture_output=True, text=True, check=True).stdout
                for flag in (word.split("=")[0] for word in words if word.startswith("--")):
                    self.assertRegex(helps[program], rf"(?<![\w-]){flag}(?![\w-])", f"{page}: {target}")
                    asked += 1
        self.assertGreater(asked, 60)

    def test_every_program_says_what_it_knows_to_anyone(self):
        for program in PROGRAMS.values():
            with self.subTest(program):
                said = subprocess.run([ROOT / program, "--help"], capture_output=True,
                                      check=False, env=PLAIN)
                self.assertEqual((said.returncode, said.stderr), (0, b""))
                self.assertIn(b"--", said.stdout)
                wrong = subprocess.run([ROOT / program, "--no-such-flag-µ"],
                                       capture_output=True, check=False, env=PLAIN)
                self.assertEqual(wrong.returncode, 2, wrong.stderr)
                self.assertRegex(wrong.stderr, rb"\Aerror: [^\n]+\n\Z")

    def test_the_pages_of_the_start_run(self):
        ran = 0
        for page in sorted(pathlib.Path("docs/start").glob("*.md")):
            folder = tempfile.mkdtemp()
            self.addCleanup(shutil.rmtree, folder)
            for language, target, words in commands(page):
                if language != "sh":
                    continue
                program, words = command(target, words)
                with self.subTest(page=page.name, target=target, words=words):
                    result = subprocess.run(
                        [ROOT / program, *words], capture_output=True, text=True, check=False,
                        env=PLAIN | {"BUILD_WORKING_DIRECTORY": folder,
                                     "BUILD_WORKSPACE_DIRECTORY": folder})
                    # 1: a finding, as of a run in seconds; not of what runs and prints.
                    allowed = {0, 1} if "verify" in program or "compare" in program else {0}
                    self.assertIn(result.returncode, allowed, result.stdout + result.stderr)
                    self.assertNotIn("error:", result.stderr)
                    self.assertGreater(len(result.stdout), 50)
                    ran += 1
        self.assertGreater(ran, 12)


if __name__ == "__main__":
    unittest.main()
