"""The script for Slurm, with what Slurm tells it, and the join as the document says it."""
import re
import unittest

from tools.cluster.testing import FEW, ROOT, ClusterTestCase

SCRIPT = "tools/cluster/slurm_sweep.sh"


class SlurmTest(ClusterTestCase):
    def task(self, index, count=2, **environment):
        return self.start(SCRIPT, "experiments/definitions/smoke.toml", "sweep", *FEW.split(),
                          SLURM_ARRAY_TASK_ID=str(index), SLURM_ARRAY_TASK_COUNT=str(count),
                          **environment)

    def test_an_array_of_tasks_is_one_run(self):
        for index in range(2):
            result = self.task(index)
            self.assertEqual(result.returncode, 0, result.stderr)
        cells = self.checkout / "sweep/shards/1/cells.csv"
        whole = cells.read_text()
        cells.write_text(whole[:len(whole) // 2])  # the node went down
        # Of the array this task alone, which goes on with its shard.
        result = self.task(1, count=1, SHARDS="2")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("notice: dropped", result.stderr)
        said, = re.findall(r'--wrap "(.*)"', (ROOT / "docs/scale.md").read_text())
        result = self.start("bash", "-c", said)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assert_joined(self.checkout / "sweep/joined")

    def test_what_it_lacks_is_said(self):
        result = self.start(SCRIPT)
        self.assertEqual((result.returncode, result.stderr),
                         (2, "slurm_sweep.sh: DEFINITION DIR [FLAGS]\n"))

    def test_directives_stand_before_commands(self):
        """Slurm reads none behind the first command."""
        head, commands = (ROOT / SCRIPT).read_text().split("\nset -euo pipefail\n")
        options = re.findall(r"^#SBATCH --([\w-]+)", head, re.M)
        self.assertLessEqual({"array", "exclusive", "nodes", "time", "requeue"}, set(options))
        self.assertEqual(head.count("#SBATCH"), len(options))
        self.assertNotIn("#SBATCH", commands)
        self.assertTrue(all(line.startswith("#") for line in head.splitlines()))


if __name__ == "__main__":
    unittest.main()
