"""Environments for peers: made once, made anew if cut short, refused in one line."""
import pathlib
import tempfile
import unittest

from experiments.peers import environment
from tools.command_line import Refused


class EnvironmentTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cache = pathlib.Path(folder.name) / "cache"
        self.list = pathlib.Path(folder.name) / "list.txt"

    def pretend(self, text):
        """A list of requirements, and what stands for its environment's folder."""
        self.list.write_text(text)
        self.asked = []
        self.addCleanup(setattr, environment, "_run", environment._run)

        def run(command, log, failure):
            self.asked.append([str(word) for word in command])
            if "venv" in self.asked[-1]:
                pathlib.Path(self.asked[-1][-1], "bin").mkdir(parents=True)
        environment._run = run

    def test_it_is_made_once_for_a_list_and_anew_for_another(self):
        self.pretend("numpy==1\n")
        first = environment.python_with(self.list, self.cache)
        self.assertEqual(len(self.asked), 2)
        self.assertEqual(self.asked[0][1:3], ["-m", "venv"])
        self.assertEqual(self.asked[1][-2:], ["-r", str(self.list)])
        self.assertEqual(environment.python_with(self.list, self.cache), first)
        self.assertEqual(len(self.asked), 2)
        self.list.write_text("numpy==2\n")
        self.assertNotEqual(environment.python_with(self.list, self.cache), first)
        self.assertEqual(len(self.asked), 4)

    def test_an_installation_cut_short_is_made_anew(self):
        self.pretend("numpy==1\n")
        python = environment.python_with(self.list, self.cache)
        (python.parent.parent / "complete").unlink()
        (python.parent / "rest").touch()
        environment.python_with(self.list, self.cache)
        self.assertEqual(len(self.asked), 4)
        self.assertFalse((python.parent / "rest").exists())

    def test_what_fails_is_refused_with_its_reason_and_the_log(self):
        log = self.cache / "log"
        self.cache.mkdir()
        with self.assertRaisesRegex(Refused, "cannot install x: ERROR: no such thing; the log is"):
            environment._run(
                ["sh", "-c", "echo ERROR: a; echo ERROR: no such thing; echo hint; exit 1"],
                log, "cannot install x")


if __name__ == "__main__":
    unittest.main()
