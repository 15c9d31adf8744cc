"""A sweep over a cluster, by ReFrame: a job for each shard, then one run of all.

    SHARDS=8 reframe -C my_site.py -c tools/cluster/reframe_sweep.py -r

SHARDS, DEFINITION and FLAGS of the run come from the environment. docs/scale.md has the rest.
"""
import os
import pathlib
import shlex

import reframe
import reframe.utility.sanity as sn

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARDS = int(os.environ.get("SHARDS", 2))
DEFINITION = os.environ.get("DEFINITION", ROOT / "experiments/definitions/smoke.toml")


class Program(reframe.RunOnlyRegressionTest):
    valid_systems = valid_prog_environs = ["*"]
    sourcesdir = None

    @sanity_function
    def has_rows(self):
        return sn.assert_found(r"[1-9]\d* rows in \w+$", self.stdout)


@reframe.simple_test
class Shard(Program):
    index = parameter(range(SHARDS))
    executable = str(ROOT / "bazel-bin/experiments/run/run")
    exclusive_access = True

    @run_after("init")
    def say_which(self):
        self.executable_opts = [
            str(DEFINITION), "--shard", f"{self.index}/{SHARDS}", "--out", "rows",
            *shlex.split(os.environ.get("FLAGS", ""))]


@reframe.simple_test
class Sweep(Program):
    executable = str(ROOT / "bazel-bin/analysis/join/join")
    local = True
    keep_files = ["joined"]

    @run_after("init")
    def wait_for_shards(self):
        self.shards = list(map(Shard.variant_name, Shard.get_variant_nums()))
        for name in self.shards:
            self.depends_on(name)

    @run_before("run")
    def say_where(self):
        folders = [os.path.join(self.getdep(name).stagedir, "rows") for name in self.shards]
        self.executable_opts = [*folders, "--out", "joined"]

    @performance_function("%")
    def between_shards(self):
        return sn.extractsingle(r"between them ([\d.]+) %", self.stdout, 1, float)
