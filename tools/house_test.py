"""The checkout keeps the rules of the house, and each rule finds its breach."""
import pathlib
import shutil
import tempfile
import unittest

from tools import house

# README.md is linked to, in the checkout itself.
ROOT = pathlib.Path("README.md").resolve().parent

# For each check a file that breaks its rule; {}: as many as it takes.
BREACHES = {
    house.rules_are_loaded:
        ("docs/BUILD", 'cc_library(name = "a")\n'),
    house.both_bazels_have_the_same_repositories:
        ("WORKSPACE", 'system_libraries(name = "another")\n'),
    house.there_is_one_version:
        ("CITATION.cff", "version: 0.0.1\n"),
    house.made_files_are_of_today:
        ("tools/packages.txt", "g++\ngit\n"),
    house.arrows_point_down:
        ("perceiver/a.cc", '#include "baselines/transformer/transformer.h"\n'),
    house.each_library_has_its_place:
        ("contract/a.cc", "#include <xtensor/xtensor.hpp>\n"),
    house.targets_depend_on_what_they_include:
        ("support/broken/BUILD", 'suite_library(name = "a", srcs = ["../csv.cc"])\n'),
    house.folders_are_not_crowded:
        ("support/crowd/{}.cc", "// one of many\n"),
    house.files_hold_one_thing:
        ("analysis/a.cc", "// line\n" * 401),
    house.nothing_names_this_machine:
        ("docs/a.md", "see /home/" + "someone/results\n"),
    house.paths_in_documents_exist:
        ("docs/a.md", "see `primitives/nowhere.h`\n"),
    house.targets_in_documents_exist:
        ("docs/a.md", "run //experiments:nothing\n"),
    house.columns_are_explained:
        ("experiments/rows/record.h", 'kColumns = {"schema", "unheard_of"};\n'),
    house.survivors_are_planted:
        ("tools/faults/survivors.toml",
         '[[survivor]]\nfile = "support/csv.cc"\nbug = "a → b"\nalike = "it is none"\n'),
    house.the_picture_is_true:
        ("primitives/a.cc", '#include "contract/shape.h"\n'),
}


class HouseTest(unittest.TestCase):
    def test_every_rule_is_kept(self):
        for check in house.CHECKS:
            with self.subTest(check.__name__):
                self.assertEqual(list(check(ROOT)), [])

    def test_every_rule_finds_its_breach(self):
        for check in house.CHECKS:
            with self.subTest(check.__name__), tempfile.TemporaryDirectory() as folder:
                copy = pathlib.Path(folder) / "copy"
                shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(
                    ".git", "bazel-*", "local"))
                pattern, text = BREACHES[check]
                for i in range(house.MOST_SOURCES + 1):
                    path = copy / pattern.format(i)
                    path.parent.mkdir(exist_ok=True)
                    path.write_text(text)
                found = list(check(copy))
                self.assertNotEqual(found, [])
                for problem in found:
                    self.assertIn(":", problem)

    def test_there_is_something_to_check(self):
        self.assertGreater(len(list(house.files(ROOT, house.SOURCES))), 100)


if __name__ == "__main__":
    unittest.main()
