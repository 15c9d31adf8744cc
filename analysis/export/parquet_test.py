"""Parquet, with pandas and pyarrow as PyPI has them: needs the network, and a minute."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

from analysis.runs.written_run import timed, write
from experiments.peers import environment

HERE = pathlib.Path("analysis/export").resolve()
READ = """
import sys, pandas
rows = pandas.read_parquet(sys.argv[1])
assert rows.seconds.tolist() == [0.1 + 2**-56, 0.2], rows.seconds
assert rows.macs.tolist() == [2**60] * 2 and str(rows.macs.dtype) == "Int64", rows.macs
assert rows.cpu_seconds.isna().all() and rows.B.isna().all()
"""


class ParquetTest(unittest.TestCase):
    def test_numbers_are_those_that_were_written(self):
        with tempfile.TemporaryDirectory() as folder:
            results = write(pathlib.Path(folder) / "run", timed(
                "perceiver", {"N": 4}, [0.1 + 2**-56, 0.2], macs=2**60))
            python = environment.python_with(
                HERE / "requirements.txt", environment.cache_folder(), "export")
            subprocess.run([HERE / "export", "--results", results, "--format", "parquet",
                            "--python", python], check=True, stdout=sys.stderr)
            subprocess.run([python, "-c", READ, results / "cells.parquet"], check=True)


if __name__ == "__main__":
    unittest.main()
