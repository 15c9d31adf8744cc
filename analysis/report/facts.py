"""What a run was made on, with and how: from its manifest, in a few lines."""
import json
import pathlib
import re

from analysis.report import texts

# What is measured by the code that draws this, as the build hashed it.
MEASURED = pathlib.Path(__file__).parents[2] / "experiments/rows/measured_code.json"

# Of calibrations: what they are called, and their unit.
SPEEDS = {"gemm_flops_per_second": ("sgemm", "FLOP/s"), "bytes_per_second": ("memory", "B/s"),
          "fma_flops_per_second": ("multiply-adds from registers", "FLOP/s")}
NUMBER = r"\d[\d.]*(?:e[+-]?\d+)?"


def title(run):
    counts = [(getattr(run, "ranks", None), "rank"), (run.threads, "thread")]
    return ", ".join([run.experiment] + [f"{count} {what}{'' if count == 1 else 's'}"
                                         for count, what in counts if count is not None])


def facts(run, **counted):
    """{name: text}: machine, build, calibration, settings, what was counted."""
    manifest = run.manifest
    lines = {"machine": machine(manifest), "build": build(manifest), "code": code(manifest),
             "calibration": _calibration(manifest.get("calibration") or {}),
             "settings": _settings(manifest.get("settings") or {}), **counted, "run": _run(run)}
    return {name: text for name, text in lines.items() if text}


def warnings(run):
    """As people write numbers: "memory was 80.3 GB/s before the sweep …"."""
    found = []
    for warning in run.manifest.get("warnings") or []:
        for what, (name, unit) in SPEEDS.items():
            warning = re.sub(rf"\b{what} was ({NUMBER}) before the sweep and ({NUMBER}) after it",
                             lambda match: _drift(name, unit, *map(float, match.groups())),
                             str(warning))
        found.append(warning)
    return found


def _drift(name, unit, before, after):
    change = f" ({100 * (after / before - 1):+.0f} %)".replace("-", "−") if before else ""
    return f"{name} was {texts.rate_text(before, unit)} before the sweep and " \
        f"{texts.rate_text(after, unit)} after it{change}"


def _joined(*parts):
    return " · ".join(part for part in parts if part)


def machine(manifest):
    machine = manifest.get("machine") or {}
    memory = machine.get("memory_bytes")
    cores, cpu = machine.get("cores"), machine.get("cpu", "")
    return _joined(f"{cores} cores, {cpu}" if cores else cpu,
                   texts.bytes_text(memory) + " memory" if memory else "",
                   str(machine.get("kernel", "")),
                   f"governor {machine['governor']}" if machine.get("governor") else "")


def build(manifest):
    build = manifest.get("build") or {}
    git = build.get("git") or {}
    commit = str(git.get("commit") or "")[:12]
    changed = " with local changes" if git.get("dirty") else ""
    return _joined(f"compiler {build['compiler']}" if build.get("compiler") else "",
                   str(build.get("blas") or ""),
                   f"commit {commit}{changed}" if commit else "")


def code(manifest, today=None):
    """Is it of the code that is measured today? By the hashes that a run keeps of it."""
    own = (manifest.get("build") or {}).get("code")
    if not own or not isinstance(own, dict):
        return "not recorded"
    today = today or json.loads(MEASURED.read_text(encoding="utf-8"))
    changed = sorted(floor for floor in own | today if own.get(floor) != today.get(floor))
    return f"older than what it measures: since then {', '.join(changed)} changed" if changed \
        else "as it is today"


def _calibration(calibration):
    before, after = calibration.get("before") or {}, calibration.get("after") or {}

    def course(what):
        name, unit = SPEEDS[what]
        speeds = [each[what] for each in (before, after) if each.get(what)]
        text = " → ".join(texts.rate_text(speed, unit) for speed in speeds)
        change = f" ({100 * (speeds[1] / speeds[0] - 1):+.1f} %)" if len(speeds) == 2 else ""
        return f"{name} {text}" + change.replace("-", "−") if text else ""

    return _joined(*map(course, SPEEDS),
                   "before → after the sweep" if before and after else "")


def _settings(settings):
    names = {"threads": "threads", "repetitions": "repetitions", "shards": "shards"}
    counted = [f"{settings[key]} {name}" for key, name in names.items() if key in settings]
    if "shard" in settings:
        counted.append("shard {index}/{of}".format(**settings["shard"]))
    seed = f"seed {settings['seed']}" if "seed" in settings else ""
    several = settings.get("seeds") or []
    if several:
        seed = f"seed{'s' if len(several) > 1 else ''} {', '.join(map(str, several))}"
    return _joined(*counted, str(settings.get("scalar") or ""), seed)


def cells_text(run):
    """How many were timed, and how many were not."""
    rows = run.rows
    total = rows["cell_id"].nunique()
    timed = rows[(rows["status"] == "ok") & (rows["part"] == "total")]["cell_id"].nunique()
    troubled = [f"{rows[rows['status'] == status]['cell_id'].nunique()} {status}"
                for status in ("skipped", "failed") if (rows["status"] == status).any()]
    return ", ".join([f"{timed} of {total} timed"] + troubled)


def _run(run):
    manifest = run.manifest
    wall = (manifest.get("accounts") or {}).get("wall_seconds")
    finished = "" if manifest.get("finished") else "not finished"
    resumed = f"resumed {len(manifest['resumed'])} times" if manifest.get("resumed") else ""
    return _joined(run.run_id, f"{wall:,.0f} s" if wall else "", resumed, finished)
