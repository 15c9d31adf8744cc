"""A run, read from its folder and checked. Nothing is drawn from a file that is cut,
of another schema or of another run."""
import csv
import dataclasses
import io
import json
import math
import re
import tomllib

import pandas

from analysis.runs.old_words import in_todays_words

SCHEMA = 1
DIMENSIONS = ["N", "M", "B", "C", "D", "H", "L", "O", "batch"]
TEXTS = ["experiment", "definition_sha256", "run_id", "cell_id", "contestant", "phase",
         "scalar", "attention", "plan", "part", "status", "reason"]
NUMBERS = DIMENSIONS + ["threads", "repetition", "seconds", "cpu_seconds", "macs", "logits",
                        "flops", "bytes_moved", "bytes_peak", "parameters"]
STATUSES = ("ok", "skipped", "failed")
TABLES = ("cells.csv", "curves.csv")  # a run's folder has one of them
NOT_FINITE = ("inf", "-inf", "nan", "-nan")


class Refused(Exception):
    """What was asked for, and why it cannot be."""


class BadInput(Refused):
    """What is wrong with a file, and in which line."""

    def __init__(self, path, line, what):
        super().__init__(f"{path}:{line}: {what}")


@dataclasses.dataclass(eq=False)
class Run:
    name: str  # the folder below the one that was asked for; empty if it is that one
    experiment: str
    run_id: str
    manifest: dict
    definition: dict
    rows: pandas.DataFrame
    threads: int = None  # of a part of a run that has several counts of them
    ranks: int = None  # that shared its inputs out
    verdicts: list = None  # None: nobody has judged yet
    variants: dict = None  # how attention variants stand, where the run compares some
    errors: pandas.DataFrame = None  # of approximations, where the run measured them
    known: dict = dataclasses.field(default_factory=dict)  # what was made of its rows

    @property
    def gemm_flops_per_second(self):
        return self._calibrated("gemm_flops_per_second")

    @property
    def bytes_per_second(self):
        return self._calibrated("bytes_per_second")

    @property
    def fma_flops_per_second(self):
        """None also of a run that was made before this was measured."""
        return self._calibrated("fma_flops_per_second")

    def _calibrated(self, what):
        """The larger of before and after the sweep, or None."""
        calibration = self.manifest.get("calibration") or {}
        speeds = [(calibration.get(when) or {}).get(what) for when in ("before", "after")]
        return max((s for s in speeds if s), default=None)


def read_text(path):
    """UTF-8, contestants in today's words, or BadInput."""
    try:
        # Line ends stay as they are: a field may hold one.
        return in_todays_words(path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError as error:
        line = error.object[:error.start].count(b"\n") + 1
        raise BadInput(path, line, "not UTF-8 text") from None
    except OSError as error:
        raise BadInput(path, 1, error.strerror) from None


def parse_json(path):
    """A file's value, and its text for finding lines."""
    text = read_text(path)
    try:
        # NaN is no JSON, although Python reads it.
        return json.loads(
            text, parse_constant=lambda word: _refuse_constant(path, text, word)), text
    except json.JSONDecodeError as error:
        raise BadInput(path, error.lineno, f"not JSON: {error.msg}") from None


def read_json(path):
    """A JSON object of our schema, and its text for finding lines."""
    value, text = parse_json(path)
    if not isinstance(value, dict):
        raise BadInput(path, 1, "not a JSON object")
    if value.get("schema") != SCHEMA:
        raise BadInput(path, line_of(text, "schema"),
                       f"schema {value.get('schema')}, this report reads {SCHEMA}")
    return value, text


def _refuse_constant(path, text, word):
    raise BadInput(path, text[:text.find(word)].count("\n") + 1, f"{word} is no number of JSON")


def line_of(text, key):
    """The first line with a JSON key, or the first line of all."""
    found = re.search(rf'"{re.escape(key)}"\s*:', text)
    return text[:found.start()].count("\n") + 1 if found else 1


def read_run(folder, name=""):
    path = folder / "cells.csv"
    rows = _read_rows(path)
    return Run(name, *read_manifest(folder, rows, _misfit), rows, ranks=_ranks(path, rows))


def read_manifest(folder, rows, misfit=lambda definition, names: ""):
    """(experiment, run id, manifest, definition) of the rows' run. `misfit` says what is
    wrong with a definition, whose manifest has those names of contestants."""
    path = folder / "manifest.json"
    manifest, text = read_json(path)
    run_id = rows["run_id"].iloc[0]
    if manifest.get("run_id") != run_id:
        raise BadInput(path, line_of(text, "run_id"),
                       f"of run {manifest.get('run_id')}, the rows beside it are of {run_id}")
    _check_types(path, text, manifest)
    definition = _definition(path, text, manifest, misfit)
    return rows["experiment"].iloc[0], run_id, manifest, definition


def _ranks(path, rows):
    """Of all rows; None of the plain program, and of files from before there were ranks."""
    if "ranks" not in rows:
        return None
    first = rows["ranks"].iloc[0]
    for line in rows.index[rows["ranks"] != first][:1]:
        raise BadInput(path, line, f'ranks = "{rows["ranks"][line]}", in the first row "{first}"')
    if first and not re.fullmatch(r"[1-9]\d*", first):
        raise BadInput(path, rows.index[0], f'ranks = "{first}" is no number of ranks')
    return int(first) if first else None


def by_threads(run):
    """A run for each count of threads that it has, ascending; itself if it has one."""
    counts = sorted(int(count) for count in run.rows["threads"].unique())
    if len(counts) == 1:
        return [run]
    calibrations = run.manifest.get("calibration_by_threads") or {}
    settings = run.manifest.get("settings") or {}
    return [dataclasses.replace(
        run, name=f"{run.name}/threads_{count}".strip("/"), threads=count,
        manifest=run.manifest | {"calibration": calibrations.get(str(count)),
                                 "settings": settings | {"threads": count}},
        rows=run.rows[run.rows["threads"] == count], known={}) for count in counts]


def run_folders(folder):
    """The folder itself if it is a run, else every run in it, by path."""
    if is_run(folder):
        return [folder]
    return sorted({path.parent for name in TABLES for path in folder.rglob(name)}, key=str)


def is_run(folder):
    return any((folder / name).exists() for name in TABLES)


def _definition(path, text, manifest, misfit):
    line = line_of(text, "definition")
    try:
        definition = tomllib.loads(manifest["definition"]["text"])
    except (KeyError, TypeError, AttributeError):
        raise BadInput(path, line, "definition.text is missing") from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(path, line, f"definition.text is not TOML: {error}") from None
    wrong = misfit(definition, manifest["definition"].get("contestants"))
    if wrong:
        raise BadInput(path, line, wrong)
    return definition


def _misfit(definition, names):
    if not _is_definition(definition):
        return "definition.text is not a definition of an experiment"
    if names is not None and not _is_by_sweep(names, definition):
        return "definition.contestants has not a list of names a sweep"
    return ""


def _is_by_sweep(names, definition):
    return isinstance(names, list) and len(names) == len(definition.get("sweep") or [{}]) \
        and all(isinstance(each, list) and all(isinstance(name, str) for name in each)
                for each in names)


def _is_definition(toml):
    """As far as the report relies on it."""
    def names(table):
        listed = table.get("contestants", [])
        return isinstance(listed, list) and all(isinstance(name, str) for name in listed)

    def dimensions(table):
        values = [table.get(dimension, []) for dimension in DIMENSIONS]
        return all(is_number(v) for each in values
                   for v in (each if isinstance(each, list) else [each]))

    tables = toml.get("sweep", [])
    return isinstance(tables, list) and isinstance(toml.get("base"), dict) and all(
        isinstance(table, dict) and names(table) and dimensions(table)
        for table in [toml, toml["base"], *tables])


def _check_types(path, text, manifest):
    """What the report reads of the manifest may be absent, but not of another type."""
    def check(table, key, kind, name):
        value = table.get(key)
        if value is not None and not (is_number(value) if kind is float
                                      else isinstance(value, kind)):
            raise BadInput(path, line_of(text, key), f"{key} = {value!r} is not {name}")
        return value

    def objects(table, *keys):
        return [check(table, key, dict, "an object") or {} for key in keys]
    machine, build, calibration, settings, accounts = objects(
        manifest, "machine", "build", "calibration", "settings", "accounts")
    objects(build, "git")
    check(settings, "seeds", list, "a list")
    for key in ("warnings", "resumed"):
        check(manifest, key, list, "a list")
    numbers, speeds_of = [(machine, "memory_bytes"), (accounts, "wall_seconds")], []
    by_threads = objects(manifest, "calibration_by_threads")[0]
    for each in [calibration, *objects(by_threads, *by_threads)]:
        speeds_of += objects(each, "before", "after")
    for speeds in speeds_of:
        numbers += [(speeds, what) for what in (
            "gemm_flops_per_second", "bytes_per_second", "fma_flops_per_second")]
    for table, key in numbers:
        check(table, key, float, "a number")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) \
        and math.isfinite(value)


def read_table(path, columns, numbers, floats=()):
    """A CSV's rows by their lines; `numbers` are those of its columns. `floats` are
    columns that may be below 0; what is not finite in them becomes NaN."""
    records, lines = read_records(path)
    header = records[0] if records else []
    for column in columns:
        if column not in header:
            raise BadInput(path, 1, f"column {column} is missing")
    for record, line in zip(records, lines):
        if len(record) != len(header):
            raise BadInput(path, line, f"{len(record)} fields, there must be {len(header)}")
    read = dict.fromkeys(numbers, _numbers) | dict.fromkeys(floats, _floats)
    texts = zip(*records[1:]) if len(records) > 1 else [()] * len(header)
    columns = {name: pandas.Series(text, lines[1:], dtype=object, name=name)
               for name, text in zip(header, texts)}
    _check_schema(path, columns["schema"])
    return pandas.DataFrame({name: read[name](path, column) if name in read else column
                             for name, column in columns.items()}, index=lines[1:])


def _read_rows(path):
    rows = read_table(path, ["schema"] + TEXTS + NUMBERS, NUMBERS)
    check_rows(path, rows, STATUSES)
    untimed = rows.index[(rows["status"] == "ok") & rows["seconds"].isna()]
    if len(untimed):
        raise BadInput(path, untimed[0], 'seconds = "" is not a number')
    return rows


def read_records(path):
    """Records and the line that each starts in."""
    text = read_text(path)
    if text and not text.endswith("\n"):
        raise BadInput(path, text.count("\n") + 1,
                       f"the last line is cut off; `--resume {path.parent}` completes the run")
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        if len(records) == text.count("\n"):
            return records, range(1, len(records) + 1)
    except csv.Error:
        pass  # said below, with its line
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records, lines, start = [], [], 1
    try:
        for record in reader:
            records.append(record)
            lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(path, start, f"not CSV: {error}") from None
    return records, lines


def _check_schema(path, column):
    for line in column.index[column != str(SCHEMA)][:1]:
        raise BadInput(path, line, f"schema {column[line]}, this report reads {SCHEMA}")


def check_rows(path, rows, statuses):
    """Are they of one run, and end as rows may?"""
    if rows.empty:
        raise BadInput(path, 1, "has no rows")
    check_words(path, rows["status"], statuses)
    for column in ("run_id", "definition_sha256"):
        others = rows[rows[column] != rows[column].iloc[0]]
        if len(others):
            raise BadInput(path, others.index[0], f"a row of run {others['run_id'].iloc[0]}, "
                           f"the first is of {rows['run_id'].iloc[0]}")


def check_words(path, column, allowed):
    for line in column.index[~column.isin(allowed)][:1]:
        raise BadInput(path, line, f'{column.name} = "{column[line]}": allowed are '
                       + ", ".join(allowed))


def _numbers(path, column):
    """The very numbers that were written; empty fields become NaN: not measured."""
    values = _values(column)
    _refuse(path, column, (column != "") & ~((values >= 0) & (values < math.inf)))
    return values


def _floats(path, column):
    values = _values(column)
    _refuse(path, column, (column != "") & values.isna() & ~column.isin(NOT_FINITE))
    return values


def _values(column):
    # Most columns say the same few numbers again and again.
    known = {text: _number(text) for text in set(column)}
    return pandas.Series([known[text] for text in column], column.index, dtype=float)


def _refuse(path, column, bad):
    """The first field of a column that is marked as bad, if there is one."""
    for line in column.index[bad][:1]:
        raise BadInput(path, line, f'{column.name} = "{column[line]}" is not a number')


def _number(text):
    # What Python reads beyond numbers: 1_000, " 1".
    if not re.fullmatch(r"[-+.\deE]+", text):
        return math.nan
    try:
        return float(text)
    except ValueError:
        return math.nan
