"""What //tools/faults:failing_calls and //tools/faults:kills do in full: a part of it."""
import unittest

from tools.faults import failing_calls, kills

# Of calls: coprime with how many each file takes, so that all sorts are met.
STRIDE = 13
KILLS = 20


class FaultsTest(unittest.TestCase):
    def test_a_failed_call_is_said_or_made_good(self):
        said = []
        names = ("run", "resume", "learn")
        found = failing_calls.campaign(names, failing_calls.KINDS, STRIDE, said.append)
        self.assertEqual(found, [])
        self.assertEqual(len(said), len(names) * len(failing_calls.KINDS))
        for line in said:
            self.assertNotIn(" 0 calls", line)

    def test_a_killed_run_loses_nothing_and_does_nothing_twice(self):
        counts = kills.campaign(["smoke"], KILLS, seed=1, say=lambda line: None)
        self.assertEqual(sum(counts.values()), KILLS)
        self.assertGreater(sum(count for (_, _, when), count in counts.items()
                               if when == "among rows"), 0)


if __name__ == "__main__":
    unittest.main()
