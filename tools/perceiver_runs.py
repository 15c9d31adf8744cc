"""Runs of the Perceiver benchmark suite as pandas' data frames. One file, to copy or import.

    from perceiver_runs import runs
    rows = runs("results/local/scaling_n")
    rows[rows.part == "total"].groupby(["contestant", "N"]).seconds.median()

It needs pandas alone, 1.5 or newer. What the columns mean: results/README.md.
"""
import collections
import gzip
import io
import json
import pathlib
import re
import zlib

import pandas

SCHEMA = "1"
# What is counted or numbered, and may be empty; all else is text or measured.
WHOLE = ("schema N M B C D H L O batch threads repetition macs logits flops bytes_moved "
         "bytes_peak parameters ranks seed step examples asked_of "
         # Of simulated.csv.
         "slowest_rank bytes_sent messages bytes_held all_messages all_bytes calibrated_at_N").split()
MEASURED = ("seconds cpu_seconds loss accuracy train_loss gradient_norm rate "
            "latent_information distinct_latents latent_entropy position_information "
            "content_information "
            "compute_seconds exchange_seconds read_flops_per_second latent_flops_per_second "
            "merge_bytes_per_second").split()
# Runs of old call the form of exact attention `attention`.
_OLD_FORM = re.compile(r"(?<![a-z0-9_])attention=(?=(?:streaming|materialised)(?![a-z0-9_]))")


def runs(*folders, table="cells.csv"):
    """All rows of the runs in `folders`, one after the other, of any number of runs each.

    Added are `folder`, that of the run, and `cpu`, its machine's; counts are Int64, seconds
    float64, all else str; what is empty is <NA> or NaN. Of a folder that is shared by runs of
    several machines group by `cpu` too. Raises ValueError, in one line, if a folder has no run,
    or a file is cut off or of another schema. 20 MB of rows take two seconds.
    """
    frames = [_read(path) for folder in folders for path in _tables(folder, table)]
    return pandas.concat(frames, ignore_index=True)


def curves(*folders):
    """The same of runs of what learns: a row is a look at a learner."""
    return runs(*folders, table="curves.csv")


def manifest(folder):
    """How the run in `folder` was made: machine, build, calibration, settings, definition."""
    path = pathlib.Path(folder) / "manifest.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None


def tables_below(folder, name):
    """The files of that name in `folder`, at any depth; published runs have them as NAME.gz."""
    return sorted(path for each in (name, f"{name}.gz") for path in pathlib.Path(folder).rglob(each))


def table_in(folder, name):
    """The file of that name in a run's folder, be it packed; None if there is none."""
    found = [path for path in (folder / name, folder / f"{name}.gz") if path.exists()]
    if len(found) > 1:
        raise ValueError(f"{found[0]} and {found[1].name} are both there: remove one")
    return found[0] if found else None


def content(path):
    """A table's bytes, unpacked. Raises OSError, and ValueError for what is no gzip file."""
    packed = path.read_bytes()
    if path.suffix != ".gz":
        return packed
    try:
        return gzip.decompress(packed)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{path}: no gzip file, or a damaged one: {error}") from None


def _tables(folder, name):
    paths = tables_below(folder, name)
    if not paths:
        raise ValueError(f"{folder}: no {name} in it")
    for path in paths:
        table_in(path.parent, name)
    return paths


def _read(path):
    text = content(path)
    if not text.endswith(b"\n"):
        raise ValueError(f"{path}: the last line is cut off; --resume completes the run")
    try:
        rows = pandas.read_csv(
            io.BytesIO(text), keep_default_na=False, na_values=dict.fromkeys(MEASURED, ["", "nan", "-nan"]),
            dtype=collections.defaultdict(lambda: str, dict.fromkeys(MEASURED, "float64")),
            float_precision="round_trip")
        if set(rows.get("schema", [""])) - {SCHEMA}:
            raise ValueError(f"no rows of schema {SCHEMA}")
        for column in set(WHOLE) & set(rows):
            # By Python's own integers: pandas' way leads through floats.
            rows[column] = pandas.array([_whole(text) for text in rows[column]], dtype="Int64")
    except ValueError as error:  # pandas' own are of this kind
        raise ValueError(f"{path}: {' '.join(str(error).split())}") from None
    for column in ("contestant", "cell_id", "learner"):
        if column in rows:
            rows[column] = rows[column].str.replace(_OLD_FORM, "form=", regex=True)
    rows["folder"] = str(path.parent)
    rows["cpu"] = (manifest(path.parent).get("machine") or {}).get("cpu", "")
    return rows



def _whole(text):
    if text == "":
        return pandas.NA
    return int(text) if text.isdecimal() else int(float(text))
