"""Replays: closed forms on platforms that are known, determinism, calibration, refusals."""
import contextlib
import csv
import io
import json
import pathlib
import shutil
import tempfile
import unittest
from unittest import mock

from experiments.replay import arguments, replay
from experiments.replay.calibration import Calibration
from tools.command_line import Refused, run_command

LATENCY = {"cluster_10gbit": 25e-6, "cluster_100gbit": 2e-6}  # of a message, both links
BYTES_PER_SECOND = {"cluster_10gbit": 0.97 * 10e9 / 8, "cluster_100gbit": 0.97 * 100e9 / 8}
# No factors are given: SimGrid's own hold.
PLAIN = """<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <cluster id="c" prefix="n" suffix="" radical="0-%d" speed="%s" bw="1GBps" lat="50us"
           sharing_policy="SPLITDUPLEX"/>
</platform>
"""
DEFINITION = """shows = "A replay."
contestants = ["perceiver", "transformer", "transformer(exchange=ring)"]
[base]
N = %d
M = 16
B = 2
D = 32
H = 2
"""
with_simgrid = unittest.skipUnless(
    replay.SIMULATE.exists(), "SimGrid is not installed (libsimgrid-dev): nothing is simulated")


class ReplayTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def simulate(self, platform, trace, ranks, *speeds):
        trace = self.write("a.trace", "\n".join(trace) + "\n")
        return json.loads(replay.run_child([replay.SIMULATE, platform, trace, ranks, *speeds]))

    def traces(self, inputs, ranks):
        given = arguments.Arguments(self.write("trial.toml", DEFINITION % inputs), ranks, "1", [],
                                    "", {}, None, None)
        return replay.traces_of(given, self.folder / f"traces_{inputs}_{ranks}")

    def measured(self, inputs, seconds=1.0, run_id="r1", bandwidth=1e10):
        """A run's rows and manifest: the plain program's cells, each part of which takes as many
        seconds as its place, and so all of them `seconds` times their sum."""
        rows = []
        for cell in self.traces(inputs, "1")["cells"][:2]:  # alone there is no exchange
            parts = {}
            for kind in ("read", "latent"):
                for name, work in cell[kind].items():
                    part = parts.setdefault(name, {"flops": 0, "bytes_moved": 0})
                    part["flops"] += work["flops"]
                    part["bytes_moved"] += work["bytes"]
            common = {**cell["letters"], "contestant": cell["contestant"], "run_id": run_id,
                      "cell_id": cell["contestant"], "phase": "forward", "threads": 1,
                      "scalar": "float", "status": "ok"}
            for place, (name, work) in enumerate(parts.items(), 1):
                rows.append(common | work | {"part": name, "seconds": seconds * place})
            rows.append(common | {"part": "total", "flops": 0, "bytes_moved": 0,
                                  "seconds": 1.25 * seconds * sum(range(len(parts) + 1))})
        columns = dict.fromkeys(["N", "M", "B", "C", "D", "H", "L", "O", "batch"])
        columns |= dict.fromkeys(key for row in rows for key in row)
        path = self.write(f"results/{run_id}/cells.csv", "")
        with open(path, "w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, columns)
            table.writeheader()
            table.writerows(rows)
        path.with_name("manifest.json").write_text(json.dumps({"calibration": {
            "before": {"bytes_per_second": bandwidth}, "after": None}}), encoding="utf-8")
        return {row["contestant"]: row["seconds"] for row in rows if row["part"] == "total"}

    def replay(self, *words, out="out"):
        """(status, what it said)"""
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()), \
                mock.patch.dict("os.environ", {"BUILD_WORKING_DIRECTORY": str(self.folder)}):
            status = run_command(lambda: replay.main(
                [*map(str, words), "--results", str(self.folder / "results"),
                 "--out", str(self.folder / out)]))
        return status, said.getvalue()

    def rows(self, out="out"):
        with open(self.folder / out / "simulated.csv", newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    @with_simgrid
    def test_a_swap_takes_latency_and_bytes_over_bandwidth(self):
        for name, platform in arguments.SHIPPED.items():
            for size in (1, 10**6, 10**10):
                trace = [f"0 swap 1023 {size}", f"1023 swap 0 {size}"]
                told = self.simulate(platform, trace, 1024)
                self.assertAlmostEqual(
                    told["seconds"] / (LATENCY[name] + size / BYTES_PER_SECOND[name]), 1, 5,
                    f"{size} bytes on {name}")
                self.assertEqual(told["exchange_seconds"], told["seconds"])
                self.assertEqual((told["bytes"], told["messages"]), (2 * size, 2))

    @with_simgrid
    def test_a_platform_without_factors_has_simgrids(self):
        # LV08: latency by 13.01, bandwidth by 0.97, of which a stream the other way takes 5 %.
        platform = self.write("plain.xml", PLAIN % (1, "1Gf"))
        for size in (1, 10**9):
            told = self.simulate(platform, [f"0 swap 1 {size}", f"1 swap 0 {size}"], 2)
            awaited = 13.01 * 100e-6 + size * 1.05 / (0.97 * 1e9)
            self.assertAlmostEqual(told["seconds"] / awaited, 1, 3)

    @with_simgrid
    def test_who_comes_late_is_waited_for_and_a_ring_goes_round(self):
        platform = arguments.SHIPPED["cluster_10gbit"]
        message = 25e-6 + 10**6 / BYTES_PER_SECOND["cluster_10gbit"]
        late = self.simulate(platform, ["0 compute read 3e9", "0 swap 1 1000000",
                                        "1 swap 0 1000000"], 2, "read=1e9")
        self.assertAlmostEqual(late["seconds"], 3 + message, 6)
        ring = self.simulate(platform, [f"{rank} ring 6 2 500000 read 2e6" for rank in range(7)],
                             7, "read=4e9")
        self.assertAlmostEqual(ring["seconds"], 6 * (message + 25e-6) + 7 * 0.5e-3, 6)
        self.assertAlmostEqual(ring["compute_seconds"], 7 * 0.5e-3, 6)
        self.assertEqual(ring["messages"], 84)
        # Rank 1 goes on when rank 0's message is there, not when its own has left.
        passed = self.simulate(platform, ["0 compute read 3e9", "1 ring 1 1 1000000 read 0",
                                          "0 ring 1 1 1000000 read 0", "1 compute read 5e9",
                                          "2 ring 1 1 1000000 read 0"], 3, "read=1e9")
        self.assertAlmostEqual(passed["seconds"], 3 + message + 5, 6)
        self.assertEqual(passed["slowest"], 1)

    @with_simgrid
    def test_a_host_of_twice_the_speed_takes_half_the_time(self):
        for speed, seconds in (("1Gf", 2), ("2Gf", 1)):
            platform = self.write("plain.xml", PLAIN % (0, speed))
            told = self.simulate(platform, ["0 compute read 4e6", "0 compute latent 1"], 1,
                                 "read=4e6", "latent=1")
            self.assertAlmostEqual(told["seconds"], seconds, 9)

    @with_simgrid
    def test_a_cell_takes_what_the_model_says(self):
        """T(P) = what a cell of N/P takes + B·log2(P)·(α + S/β + 3·S/γ)."""
        took = self.measured(1024)
        status, said = self.replay(self.write("trial.toml", DEFINITION % 8192), "--ranks", "8")
        self.assertEqual(status, 0, said)
        rows = self.rows()
        self.assertEqual({row["phase"] for row in rows}, {"simulated"})
        self.assertEqual(len(rows), 2 * 3)
        for row in rows:
            alpha, beta = LATENCY[row["platform"]], BYTES_PER_SECOND[row["platform"]]
            sent, messages = int(row["bytes_sent"]), int(row["messages"])
            if row["contestant"] == "perceiver":
                self.assertEqual(messages, 2 * 3)
                awaited = took["perceiver"] + 3 * sent / 1e10
            else:  # at the nearest N, as fast a part
                self.assertEqual(messages, 2 * 2 * {"gather": 3, "ring": 7}[row["exchange"]])
                awaited = float(row["flops"]) / float(row["read_flops_per_second"])
            awaited += messages * alpha + sent / beta
            self.assertAlmostEqual(float(row["seconds"]) / awaited, 1, 6, row)
            self.assertAlmostEqual(float(row["compute_seconds"]) + float(row["exchange_seconds"]),
                                   float(row["seconds"]), 6)

    @with_simgrid
    def test_twice_the_same_is_the_same_bytes(self):
        self.measured(1024)
        definition = self.write("trial.toml", DEFINITION % 4096)
        for out in ("once", "again"):
            self.assertEqual(self.replay(definition, "--ranks", "2,8", out=out), (0, ""))
        once = {path.relative_to(self.folder / "once"): path.read_bytes()
                for path in (self.folder / "once").rglob("*") if path.is_file()}
        self.assertGreater(len(once), 5)
        for path, content in once.items():
            self.assertEqual((self.folder / "again" / path).read_bytes(), content, path)
        self.assertIn(b"simulated, not measured", once[pathlib.Path("simulated.svg")])

    @with_simgrid
    def test_platforms_that_do_not_serve_are_refused_in_one_line(self):
        self.measured(1024)
        definition = self.write("trial.toml", DEFINITION % 4096)
        self.write("small.xml", PLAIN % (2, "1Gf"))
        self.write("broken.xml", "<platform")
        for platform, what in (("small.xml", "3 hosts, too few for 8 ranks"),
                               ("broken.xml", "broken.xml")):
            status, said = self.replay(definition, "--ranks", "8", "--platform", platform)
            self.assertEqual((status, said.count("\n")), (2, 1), said)
            self.assertIn(what, said)

    def test_parts_are_as_fast_as_they_were(self):
        took = self.measured(1024, seconds=1, run_id="r1")
        self.measured(256, seconds=0.5, run_id="r2")
        calibration = Calibration(self.folder / "results")
        for cell in self.traces(1024, "1")["cells"]:
            speeds = calibration.speeds(cell)
            self.assertEqual((speeds.run_id, speeds.inputs, speeds.merge), ("r1", 1024, 1e10))
            seconds = sum(sum(work["flops"] for work in cell[kind].values()) /
                          getattr(speeds, kind) for kind in ("read", "latent") if cell[kind])
            self.assertAlmostEqual(seconds, took[cell["contestant"].partition("(")[0]], 9)
        # A rank that reads 256 of them is like a cell of 256; rows are of all keys.
        of_four = {cell["exchange"]: calibration.speeds(cell)
                   for cell in self.traces(1024, "4")["cells"]}
        self.assertEqual({name: speeds.inputs for name, speeds in of_four.items()},
                         {"tree": 256, "gather": 1024, "ring": 1024})
        # The newest run of a cell counts.
        self.measured(1024, seconds=3, run_id="r3")
        newest = Calibration(self.folder / "results").speeds(cell)
        self.assertEqual(newest.run_id, "r3")
        self.assertAlmostEqual(newest.read * 3, speeds.read)

    def test_nothing_measured_is_nothing_simulated(self):
        definition = self.write("trial.toml", DEFINITION % 4096)
        (self.folder / "results").mkdir()
        status, said = self.replay(definition, "--ranks", "2")
        self.assertEqual((status, said.count("\n")), (2, 1))
        self.assertIn("no measured cell", said)
        self.assertFalse((self.folder / "out/simulated.csv").exists())

    def test_bad_input_is_refused_in_one_line(self):
        definition = self.write("trial.toml", DEFINITION % 4096)
        (self.folder / "results").mkdir()
        for words, what in (((definition,), "--ranks"),
                            ((definition, "--ranks", "two"), "two"),
                            ((definition, "--ranks", "3"), "3 ranks"),
                            (("nowhere", "--ranks", "2"), "definition nowhere"),
                            ((definition, "--ranks", "2", "--set", "Q=1"), "Q"),
                            ((definition, "--ranks", "2", "--platform", "mine.xml"),
                             "--platform mine.xml")):
            status, said = self.replay(*words)
            self.assertEqual((status, said.count("\n")), (2, 1), said)
            self.assertIn(what, said)
        self.write("results/r1/cells.csv", "contestant,N\nperceiver,3\n")
        with self.assertRaisesRegex(Refused, "r1/cells.csv"):
            Calibration(self.folder / "results")


if __name__ == "__main__":
    unittest.main()
