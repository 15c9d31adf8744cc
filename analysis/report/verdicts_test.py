"""Verdicts are checked, and each gets to the run that it is about."""
import json
import types
import unittest

from analysis.report import testing
from analysis.report.run import BadInput
from analysis.report.verdicts import hand_out, is_surprise, points_of, read_verdicts


def run(experiment, verdicts=None):
    return types.SimpleNamespace(experiment=experiment, verdicts=verdicts)


class VerdictsTest(testing.FolderTest):
    def assert_refused(self, said, *verdicts, **keys):
        content = {"schema": 1, "verdicts": list(verdicts), **keys}
        (self.folder / "verdicts.json").write_text(json.dumps(content, indent=1))
        with self.assertRaises(BadInput) as caught:
            read_verdicts(self.folder)
        self.assertIn(said, str(caught.exception))

    def test_none_is_not_an_empty_list(self):
        self.assertIsNone(read_verdicts(self.folder))
        testing.write_verdicts(self.folder, [])
        self.assertEqual(read_verdicts(self.folder), [])

    def test_optional_keys_may_be_absent(self):
        testing.write_verdicts(self.folder, [{"id": "a", "verdict": "SUPPORTED"}])
        [verdict] = read_verdicts(self.folder)
        self.assertFalse(is_surprise(verdict))
        self.assertEqual(points_of(verdict), [])

    def test_bad_ones_are_refused_with_their_line(self):
        good = testing.verdict(points=[])
        lines = len(json.dumps(good, indent=1).split("\n"))
        self.assert_refused(f"verdicts.json:{lines + 5}: verdict = 'PERHAPS'",
                            good, testing.verdict(id="second", verdict="PERHAPS"))
        self.assert_refused("verdicts.json:5: estimate = 'high'", testing.verdict(estimate="high"))
        self.assert_refused("a point has 'x'", testing.verdict(points=[{"x": "x", "y": 1}]))
        self.assert_refused("verdict 0 has no id", {"verdict": "SUPPORTED"})
        self.assert_refused("schema 2", schema=2)
        self.assert_refused("confidence = '95 %'", confidence="95 %")

    def test_each_run_gets_those_on_its_experiment(self):
        a, b = run("a"), run("b")
        others = hand_out([a, b], [testing.verdict(experiment="b"), testing.verdict(experiment=""),
                                   testing.verdict(experiment="a", id="x")])
        self.assertEqual([v["id"] for v in a.verdicts], ["x"])
        self.assertEqual([v["id"] for v in b.verdicts], ["linear"])
        self.assertEqual([v["experiment"] for v in others], [""])

    def test_of_two_runs_of_one_experiment_the_first_gets_the_first(self):
        first, second = run("a"), run("a")
        others = hand_out([first, second], [testing.verdict(experiment="a", estimate=n)
                                            for n in (1, 2, 3)])
        self.assertEqual([v["estimate"] for v in first.verdicts], [1])
        self.assertEqual([v["estimate"] for v in second.verdicts], [2])
        self.assertEqual([v["estimate"] for v in others], [3])

    def test_a_run_with_verdicts_of_its_own_keeps_them(self):
        own = run("a", [testing.verdict(id="own")])
        self.assertEqual(hand_out([own], [testing.verdict(experiment="a")]), [])
        self.assertEqual([v["id"] for v in own.verdicts], ["own"])

    def test_only_the_opposite_of_what_is_expected_surprises(self):
        self.assertTrue(is_surprise(testing.verdict(verdict="REFUTED")))
        self.assertFalse(is_surprise(testing.verdict(verdict="REFUTED", expected="REFUTED")))
        self.assertFalse(is_surprise(testing.verdict(verdict="INCONCLUSIVE")))

    def test_points_are_sorted_and_positive(self):
        points = [{"x": 2, "y": 1}, {"x": 1, "y": 1}, {"x": 0, "y": 1}, {"x": 3, "y": None}]
        self.assertEqual([p["x"] for p in points_of({"points": points})], [1, 2])


if __name__ == "__main__":
    unittest.main()
