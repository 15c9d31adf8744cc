"""What `new` writes and what it refuses. That it compiles and passes its conformance,
//baselines:scaffold_conformance_test says."""
import os
import pathlib
import subprocess
import tempfile
import unittest

NEW = pathlib.Path("baselines/new").resolve()


def run(checkout, *arguments):
    environment = dict(os.environ, BUILD_WORKSPACE_DIRECTORY=str(checkout))
    return subprocess.run([NEW, *arguments], env=environment, capture_output=True, text=True)


class NewTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.checkout = pathlib.Path(folder.name)
        self.variants = self.checkout / "baselines" / "attention"
        self.variants.mkdir(parents=True)

    def assert_refused(self, result, reason):
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(reason, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1)

    def test_it_writes_one_file_that_says_what_to_fill_in(self):
        result = run(self.checkout, "far_sight")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("//baselines:far_sight_conformance_test", result.stdout)
        self.assertEqual([path.name for path in self.variants.iterdir()], ["far_sight.cc"])
        text = (self.variants / "far_sight.cc").read_text()
        self.assertIn('.name = "far_sight"', text)
        self.assertIn("class FarSight ", text)
        self.assertNotIn("my_variant", text)
        self.assertGreaterEqual(text.count("Fill in:"), 5)

    def test_it_overwrites_nothing(self):
        (self.variants / "mine.cc").write_text("mine")
        self.assert_refused(run(self.checkout, "mine"), "is there already")
        self.assertEqual((self.variants / "mine.cc").read_text(), "mine")

    def test_it_refuses_what_is_no_name(self):
        for name in ("Far", "far-sight", "far__sight", "_far", "2far", "../far"):
            self.assert_refused(run(self.checkout, name), name)
        self.assertEqual(list(self.variants.iterdir()), [])

    def test_it_refuses_a_name_that_old_rows_have_for_a_form(self):
        self.assert_refused(run(self.checkout, "streaming"), "a form of softmax attention")
        self.assertEqual(list(self.variants.iterdir()), [])

    def test_it_needs_a_checkout(self):
        self.variants.rmdir()
        self.assert_refused(run(self.checkout, "far"), "no checkout")


if __name__ == "__main__":
    unittest.main()
