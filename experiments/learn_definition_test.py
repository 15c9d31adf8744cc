"""After learning its curves are judged and drawn, whatever learning ended with."""
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path("experiments/learn_definition.sh").resolve()
PROGRAMS = {
    # Writes the folder of its results where it is asked to, and ends as it is told.
    "learn": """[ "$2" = --packages ] && exit 0
echo "learn $*" >> said
while [ "$1" != --folder-file ]; do shift; done
[ -e dry ] && exit 0
mkdir -p curves && echo rows > curves/curves.csv && printf %s "$PWD/curves" > "$2"
exit "$(cat status)"
""",
    "judge": 'echo "judge $*" >> said; exit 1\n',  # a surprise
    "report": 'echo "report $*" >> said; exit 2\n'}


class LearnDefinition(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        (self.folder / "packages.sh").write_text("")
        for name, text in PROGRAMS.items():
            (self.folder / name).write_text("#!/bin/sh\n" + text)
            (self.folder / name).chmod(0o755)

    def learn(self, status):
        """Its exit status, and who was called with what."""
        (self.folder / "status").write_text(str(status))
        ended = subprocess.run(
            [SCRIPT, "few.toml", "packages.sh", *PROGRAMS, "--", "--seeds", "1"],
            cwd=self.folder, check=False, env={"PATH": "/usr/bin:/bin"}).returncode
        return ended, (self.folder / "said").read_text().splitlines()

    def test_judges_and_draws_what_was_learned(self):
        for status in (0, 1):
            with self.subTest(status):
                (self.folder / "said").unlink(missing_ok=True)
                ended, said = self.learn(status)
                self.assertEqual(ended, status)
                self.assertRegex(said[0], f"^learn {self.folder}/few.toml --seeds 1 --folder-file ")
                self.assertEqual(said[1:], [f"judge --results {self.folder}/curves --write",
                                            f"report --results {self.folder}/curves"])

    def test_what_only_plans_is_not_judged(self):
        (self.folder / "dry").touch()
        ended, said = self.learn(0)
        self.assertEqual((ended, len(said)), (0, 1))


if __name__ == "__main__":
    unittest.main()
