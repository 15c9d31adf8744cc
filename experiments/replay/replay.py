"""Cells over ranks that nobody has, simulated: traces of what they compute and send, replayed by
SimGrid on a platform, as fast as this machine was measured to compute."""
import hashlib
import json
import os
import pathlib
import subprocess
import sys

from experiments.replay import arguments
from experiments.replay.calibration import Calibration
from experiments.replay.table import csv_text, text_table
from tools.command_line import Refused, run_command

HERE = pathlib.Path(__file__).parent
TRACES, SIMULATE = HERE / "traces", HERE / "simulate"
SCHEMA = 1


def run_child(command):
    """What it prints; its last word on stderr is ours if it fails."""
    child = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                           check=False)
    if child.returncode != 0:
        said = child.stderr.strip().splitlines() or [f"ended with status {child.returncode}"]
        raise Refused(said[-1].removeprefix("error: "))
    return child.stdout


def traces_of(given, folder):
    run_child([TRACES, given.definition, "--ranks", given.ranks, "--threads", given.threads,
               "--out", folder.absolute(), *(["--filter", given.filter] if given.filter else []),
               *(word for axis in given.axes for word in ("--set", axis))])
    return json.loads((folder / "traces.json").read_text(encoding="utf-8"))


def simulated(cell, speeds, platform, folder):
    """Columns of what a cell would take."""
    told = json.loads(run_child([SIMULATE, platform, folder / cell["trace"], cell["ranks"],
                                 *speeds.words()]))
    return {"status": "ok", "seconds": told["seconds"],
            "compute_seconds": told["compute_seconds"],
            "exchange_seconds": told["exchange_seconds"], "slowest_rank": told["slowest"], "all_messages": told["messages"],
            "all_bytes": told["bytes"], "simulator": told["simulator"]}


def rows_of(listing, calibration, platforms, folder, progress):
    for name, path in platforms.items():
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        for number, cell in enumerate(listing["cells"]):
            row = {"schema": SCHEMA, "experiment": listing["experiment"],
                   "definition_sha256": listing["definition_sha256"], "phase": "simulated",
                   "platform": name, "platform_sha256": sha256, **cell["letters"],
                   **{key: value for key, value in cell.items() if not isinstance(value, dict)}}
            progress(f"{name} {number + 1}/{len(listing['cells'])} {cell['cell_id']}")
            speeds = None if "reason" in cell else calibration.speeds(cell)
            if speeds is None:
                yield row | {"status": "skipped", "reason": cell.get("reason") or (
                    f"{calibration.folder.name} has no measured cell like it but for N")}
                continue
            yield row | {"calibrated_by": speeds.run_id, "calibrated_at_N": speeds.inputs,
                         "read_flops_per_second": speeds.read,
                         "latent_flops_per_second": speeds.latent,
                         "merge_bytes_per_second": speeds.merge,
                         **simulated(cell, speeds, path, folder)}


def show(text):
    """Progress: on a terminal a line that is written over, elsewhere nothing."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text[:100]}", end="", file=sys.stderr, flush=True)


def save(folder, listing, platforms, rows):
    """All that is known of the rows, and nothing of when and where."""
    from experiments.replay.figure import figure  # matplotlib takes a second to load
    manifest = {"schema": SCHEMA, "phase": "simulated", "experiment": listing["experiment"],
                "definition": {"text": listing["definition"],
                               "sha256": listing["definition_sha256"]},
                "simulator": next(row["simulator"] for row in rows if row["status"] == "ok"),
                "platforms": {name: path.read_text(encoding="utf-8")
                              for name, path in platforms.items()}}
    for name, content in (("simulated.csv", csv_text(rows).encode()),
                          ("simulated.svg", figure(listing["experiment"], rows)),
                          ("manifest.json", (json.dumps(manifest, indent=1) + "\n").encode())):
        beside = folder / f"{name}.new"
        beside.write_bytes(content)
        os.replace(beside, folder / name)


def run(given, workspace):
    calibration = Calibration(given.results)
    folder = given.out or workspace / "results/local/replay" / given.definition.stem
    listing = traces_of(given, folder / "traces")
    rows = list(rows_of(listing, calibration, given.platforms, folder / "traces", show))
    show("")
    if not any(row["status"] == "ok" for row in rows):
        raise Refused(f"nothing was simulated: {rows[0]['reason']}")
    save(folder, listing, given.platforms, rows)
    print(text_table(listing["experiment"], rows))
    print(f"{len(rows)} simulated rows in {folder}")
    return 0


def main(words):
    workspace = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
    return run(arguments.parse(words, os.environ.get("BUILD_WORKING_DIRECTORY", "."), workspace),
               workspace)


if __name__ == "__main__":
    sys.exit(run_command(lambda: main(sys.argv[1:])))
