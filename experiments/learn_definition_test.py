"""After learning its curves are judged and drawn, whatever learning ended with."""
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

SCRIPT = pathlib.Path("experiments/learn_definition.sh").resolve()
PROGRAMS = {
    # Writes the folder of its results where it is asked to, and ends as it is told.
    "learn": """[ "$2" = --packages ] && exit 0
echo "learn $*" >> said
while [ "$1" != --folder-file ]; do shift; done
[ -e dry ] && exit 0
mkdir -p curves && echo rows > curves/curves.csv && printf %s "$PWD/curves" > "$2"
[ -e long ] && { trap 'exit 143' TERM; touch learns; sleep 9 & wait; }
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

    def test_what_ends_it_is_handed_on_and_nothing_is_judged(self):
        (self.folder / "long").touch()
        with subprocess.Popen([SCRIPT, "few.toml", "packages.sh", *PROGRAMS, "--"],
                              cwd=self.folder, env={"PATH": "/usr/bin:/bin"}) as process:
            while not (self.folder / "learns").exists():
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=60), 143)
        self.assertEqual(len((self.folder / "said").read_text().splitlines()), 1)

    def test_what_only_plans_is_not_judged(self):
        (self.folder / "dry").touch()
        ended, said = self.learn(0)
        self.assertEqual((ended, len(said)), (0, 1))


if __name__ == "__main__":
    unittest.main()
