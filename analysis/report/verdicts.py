"""What `verify` has judged, read from verdicts.json and handed to the runs."""
import collections

from analysis.report.run import BadInput, is_number, read_json

FILE = "verdicts.json"
NUMBERS = ("value", "tolerance", "estimate", "low", "high")
SYMBOLS = {"SUPPORTED": "✓", "REFUTED": "✗", "INCONCLUSIVE": "?"}


def read_verdicts(folder):
    """The verdicts of a folder, or None if there are none."""
    path = folder / FILE
    if not path.exists():
        return None
    content, text = read_json(path)
    verdicts = checked(path, text, content.get("verdicts"))
    confidence = content.get("confidence", 0.95)
    if not is_number(confidence):
        raise BadInput(path, 1, f"confidence = {confidence!r} is not a number")
    return [{**verdict, "confidence": confidence} for verdict in verdicts]


def checked(path, text, verdicts):
    """They, of a file with that text, or BadInput."""
    if not isinstance(verdicts, list):
        raise BadInput(path, 1, "verdicts is not a list")
    for index, verdict in enumerate(verdicts):
        _check(path, text, index, verdict)
    return verdicts


def _check(path, text, index, verdict):
    if not isinstance(verdict, dict) or not isinstance(verdict.get("id"), str):
        raise BadInput(path, 1, f"verdict {index} has no id")
    line = _line_of(text, verdict["id"])
    if verdict.get("verdict") not in SYMBOLS:
        raise BadInput(path, line, f"verdict = {verdict.get('verdict')!r}: allowed are "
                       + ", ".join(SYMBOLS))
    for key in NUMBERS:
        value = verdict.get(key)
        if value is not None and not is_number(value):
            raise BadInput(path, line, f"{key} = {value!r} is not a number")
    for point in verdict.get("points") or []:
        values = [point.get(key) for key in ("x", "y", "low", "high", "fit")] \
            if isinstance(point, dict) else [point]
        for value in values:
            if value is not None and not is_number(value):
                raise BadInput(path, line, f"a point has {value!r}, which is not a number")


def _line_of(text, name):
    place = max(text.find(f'"{name}"'), 0)
    return text[:place].count("\n") + 1


def hand_out(runs, verdicts):
    """Gives verdicts to the runs that have none yet; returns those about no run here.

    A file for several runs names only experiments: where two runs are of one
    experiment, the first verdict on a claim is of the first run.
    """
    by_experiment = collections.defaultdict(list)
    for run in runs:
        by_experiment[run.experiment].append(run)
    waiting = [run for run in runs if run.verdicts is None]
    for run in waiting:
        run.verdicts = []
    seen = collections.Counter()
    others = []
    for verdict in verdicts:
        key = (verdict.get("experiment") or "", verdict["id"])
        candidates = by_experiment[key[0]]
        if seen[key] >= len(candidates):
            others.append(verdict)
        elif candidates[seen[key]] in waiting:
            candidates[seen[key]].verdicts.append(verdict)
        seen[key] += 1
    return others


def is_surprise(verdict):
    """Is it the opposite of what arithmetic says? An inconclusive one is neither."""
    expected = verdict.get("expected")
    return bool(expected) and verdict["verdict"] not in ("INCONCLUSIVE", expected)


def points_of(verdict):
    """Points that can be drawn on logarithmic axes, by x."""
    points = [p for p in verdict.get("points") or []
              if (p.get("x") or 0) > 0 and (p.get("y") or 0) > 0]
    return sorted(points, key=lambda p: p["x"])
