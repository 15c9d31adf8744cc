"""Medians and ranges over seeds are those of the rows, and labels tell learners apart."""
import unittest

from analysis.report.learning import testing
from analysis.report.learning.curves import read_learning_run
from analysis.report.learning.learners import labels, learners
from analysis.report.testing import FolderTest


class LearnersTest(FolderTest):
    def learners(self, rows=None):
        testing.write_run(self.folder, rows)
        return learners(read_learning_run(self.folder))

    def course(self, learner, x, y):
        return [[round(value, 6) for value in row] for row in learner.course(x, y).values]

    def test_ends_are_those_of_the_test(self):
        first = self.learners()[0]
        ends = first.ends()
        self.assertEqual(list(ends.index), ["1", "2", "3"])
        self.assertEqual([round(each, 6) for each in ends["accuracy"]], [0.80, 0.81, 0.85])
        self.assertEqual([round(each, 6) for each in ends["gap"]], [0.03, 0.05, 0.07])
        self.assertEqual([round(each, 6) for each in ends["seconds"]], [2.2, 2.4, 2.6])
        self.assertEqual(round(ends["examples_per_second"]["1"], 6), round(12800 / 2.2, 6))
        self.assertEqual(list(ends["macs_per_example"]), [2e6, 2e6, 2e6])
        self.assertEqual(first.parameters, 12345)

    def test_a_course_is_the_median_between_the_least_and_the_most(self):
        first = self.learners()[0]
        self.assertEqual(self.course(first, "seconds", "accuracy"), [
            [0, 0.1, 0.1, 0.1], [1.2, 0.67, 0.66, 0.71], [2.4, 0.82, 0.81, 0.86]])
        self.assertEqual(self.course(first, "step", "latent_information"), [
            [0, 0.22, 0.21, 0.23], [100, 0.52, 0.51, 0.53], [200, 0.82, 0.81, 0.83]])
        # Step 0 was not learned from.
        self.assertEqual([row[0] for row in self.course(first, "step", "train_loss")], [100, 200])

    def test_a_look_that_few_seeds_got_to_is_left_out(self):
        found = testing.curve(testing.PERCEIVER, 1) + [
            row for seed in (2, 3) for row in testing.curve(testing.PERCEIVER, seed, (0, 100))]
        [learner] = self.learners(found)
        self.assertEqual(self.course(learner, "step", "accuracy"),
                         [[0, 0.1, 0.1, 0.1], [100, 0.67, 0.66, 0.71]])

    def test_a_budget_ends_each_seed_at_a_step_of_its_own(self):
        found = [row for seed, last in ((1, 190), (2, 170), (3, 180))
                 for row in testing.curve(
                     testing.PERCEIVER, seed, (0, 100, last), "stopped", "late")]
        [learner] = self.learners(found)
        self.assertEqual([row[0] for row in self.course(learner, "step", "accuracy")],
                         [0, 100, 180])
        self.assertEqual(len(learner.ends()), 3)
        self.assertEqual(learner.troubles(), ["stopped: late (all 3 seeds)"])

    def test_distinct_latents_before_and_after(self):
        first, _, transformer = self.learners()
        before, after = first.before_and_after("distinct_latents")
        self.assertEqual((round(before, 3), round(after, 3)), (1.246, 2.27))  # e^0.22, e^0.82
        self.assertIsNone(transformer.before_and_after("distinct_latents"))

    def test_troubles_say_whose_they_are(self):
        self.assertEqual(self.learners()[0].troubles(), [])
        found = testing.curve(testing.PERCEIVER, 1) + testing.curve(testing.PERCEIVER, 2)[:2]
        for seed in (3, 4):
            found += [testing.row(testing.PERCEIVER, seed, 0),
                      testing.failure(testing.PERCEIVER, seed, 12, "step 13: nan")]
        [learner] = self.learners(found)
        self.assertEqual(learner.troubles(), ["not finished: at step 100 (seed 2)",
                                              "failed: step 13: nan (seeds 3, 4)"])
        self.assertEqual(list(learner.ends()["accuracy"]), [0.8])
        self.assertEqual(len(learner.looks()), 3 + 2 + 2)

    def test_labels_say_what_differs(self):
        self.assertEqual([each.label for each in self.learners()],
                         ["perceiver, M=8", "perceiver, M=16", "transformer"])
        self.assertEqual([each.label for each in self.learners(testing.rows([testing.PERCEIVER]))],
                         ["perceiver(cross_heads=1)"])

        def named(*ids):
            rows = {name: dict(zip(("contestant", "task"), name.split("/")[:2])) for name in ids}
            return list(labels(rows).values())
        self.assertEqual(named("a(x=1)/t/M=4/latents=frozen", "a(x=1)/t/M=4/latents=learned"),
                         ["latents=frozen", "latents=learned"])
        self.assertEqual(named("a(x=1)/t/M=4", "a/t/M=4", "b/t"), ["a, x=1", "a", "b"])
        self.assertEqual(named("a/digits/M=4", "a/t(n=2)/M=4"), ["task=digits", "task=t(n=2)"])


if __name__ == "__main__":
    unittest.main()
