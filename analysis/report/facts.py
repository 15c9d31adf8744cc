"""What a run was made on, with and how: from its manifest, in a few lines."""
import html

from analysis.report import style


def title(run):
    if run.threads is None:
        return run.experiment
    return f"{run.experiment}, {run.threads} thread{'' if run.threads == 1 else 's'}"


def facts(run, **counted):
    """HTML: machine, build, calibration, settings, what was counted, and warnings."""
    manifest = run.manifest
    lines = {"machine": _machine(manifest.get("machine") or {}),
             "build": _build(manifest.get("build") or {}),
             "calibration": _calibration(manifest.get("calibration") or {}),
             "settings": _settings(manifest.get("settings") or {}),
             **counted,
             "run": _run(run)}
    items = "".join(f"<dt>{name}</dt><dd>{html.escape(text)}</dd>"
                    for name, text in lines.items() if text)
    warnings = "".join(f'<p class="warning"><b>⚠ Warning:</b> {html.escape(str(warning))}</p>'
                       for warning in manifest.get("warnings") or [])
    return f"<dl>{items}</dl>{warnings}"


def _joined(*texts):
    return " · ".join(text for text in texts if text)


def _machine(machine):
    memory = machine.get("memory_bytes")
    cores, cpu = machine.get("cores"), machine.get("cpu", "")
    return _joined(f"{cores} cores, {cpu}" if cores else cpu,
                   style.bytes_text(memory) + " memory" if memory else "",
                   str(machine.get("kernel", "")),
                   f"governor {machine['governor']}" if machine.get("governor") else "")


def _build(build):
    git = build.get("git") or {}
    commit = str(git.get("commit") or "")[:12]
    changed = " with local changes" if git.get("dirty") else ""
    return _joined(f"compiler {build['compiler']}" if build.get("compiler") else "",
                   str(build.get("blas") or ""),
                   f"commit {commit}{changed}" if commit else "")


def _calibration(calibration):
    before, after = calibration.get("before") or {}, calibration.get("after") or {}

    def course(what, unit):
        speeds = [each[what] for each in (before, after) if each.get(what)]
        text = " → ".join(style.rate_text(speed, unit) for speed in speeds)
        change = f" ({100 * (speeds[1] / speeds[0] - 1):+.1f} %)" if len(speeds) == 2 else ""
        return text + change.replace("-", "−")

    sgemm, memory = course("gemm_flops_per_second", "FLOP/s"), course("bytes_per_second", "B/s")
    fma = course("fma_flops_per_second", "FLOP/s")
    return _joined(f"sgemm {sgemm}" if sgemm else "", f"memory {memory}" if memory else "",
                   f"multiply-adds from registers {fma}" if fma else "",
                   "before → after the sweep" if before and after else "")


def _settings(settings):
    names = {"threads": "threads", "repetitions": "repetitions"}
    counted = [f"{settings[key]} {name}" for key, name in names.items() if key in settings]
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
