"""Two shards by ReFrame and by JUBE: needs the network, Debian's jube, and two minutes."""
import unittest

from experiments.peers import environment
from tools.cluster.testing import FEW, ROOT, ClusterTestCase


class EnginesTest(ClusterTestCase):
    def test_reframe(self):
        python = environment.python_with(
            ROOT / "tools/cluster/requirements.txt", environment.cache_folder(), "reframe")
        report = self.checkout / "report.json"
        result = self.start(
            python, python.parent / "reframe", "-c", "tools/cluster/reframe_sweep.py", "-r",
            "--prefix", "reframe", "--report-file", report, FLAGS=FEW)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("Ran 3/3 test case(s) from 3 check(s) (0 failure(s)", result.stdout)
        joined, = (self.checkout / "reframe/output").rglob("joined")
        self.assert_joined(joined)
        self.assertIn("between_shards", report.read_text())

    def test_jube(self):
        result = self.start("jube", "run", "-r", "tools/cluster/jube_sweep.xml", FLAGS=FEW)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertRegex(result.stdout, r"\| +2 \| +\d+\.\d+ \| +\d+\.\d+ \|")
        joined, = self.checkout.rglob("joined")
        self.assert_joined(joined)


if __name__ == "__main__":
    unittest.main()
