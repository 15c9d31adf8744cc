"""Where a learner's latents look, and what each is for: the files beside its curves."""
import dataclasses
import math

import numpy
import pandas

from analysis.report.run import BadInput, read_records
from analysis.report.sweep import parse_name

FOLDER = "latents"
LOSS = ["latent", "class", "examples", "loss", "loss_rise"]
ALL = "all"
# Whose inputs are a square picture's, row by row.
PICTURES = ("digits", "fashion")


@dataclasses.dataclass(eq=False)
class Latents:
    """Of one learner with one seed."""
    seed: str
    maps: numpy.ndarray  # [2, M, N]: before learning and after
    edge: int  # of the picture that inputs make; 0 where they make none
    # Nats, a row a class and one of all examples, a column a latent.
    rise: pandas.DataFrame = None


def read_latents(folder, manifest, rows):
    """{learner's id: what there is of its first seed that has maps}. Files are named by
    the learner's place in the definition. Rows come in that order unless --filter left
    some learners out: then nobody's place is known, and nothing is read."""
    if any(str(word).startswith("--filter") for word in manifest.get("command_line") or []):
        return {}
    found = {}
    for place, (learner, own) in enumerate(rows.groupby("learner", sort=False)):
        for seed in dict.fromkeys(own["seed"]):
            stem = folder / FOLDER / f"{place}-seed{seed}"
            maps = stem.with_name(stem.name + "-maps.npy")
            if maps.exists():
                found[learner] = _read(seed, maps, stem.with_name(stem.name + "-loss.csv"),
                                       own.iloc[0])
                break
    return found


def _read(seed, maps, loss, row):
    values = _read_maps(maps, row)
    return Latents(seed, values, _edge(row["task"], values.shape[2]),
                   _read_rise(loss, values.shape[1]) if loss.exists() else None)


def _read_maps(path, row):
    try:
        values = numpy.load(path, allow_pickle=False)
    except (ValueError, EOFError):
        raise BadInput(path, 1, "not an array of NumPy's") from None
    wanted = (2, *(int(row[letter]) for letter in "MN" if row[letter]))
    if values.shape != wanted or values.dtype.kind != "f":
        raise BadInput(path, 1, f"{values.dtype} of shape {list(values.shape)}, its learner's "
                       f"maps are floats of shape {list(wanted)}")
    return values


def _read_rise(path, latents):
    records, lines = read_records(path)
    if not records or records[0] != LOSS:
        raise BadInput(path, 1, f"the header is not {','.join(LOSS)}")
    rise, examples = {}, {}
    for record, line in zip(records[1:], lines[1:]):
        try:
            latent, name, value = int(record[0]), record[1], float(record[4])
            examples[name] = int(record[2])
        except (IndexError, ValueError):
            raise BadInput(path, line, "not a latent, a class and three numbers") from None
        rise.setdefault(name, {})[latent] = value
    table = pandas.DataFrame.from_dict(rise, orient="index")
    if sorted(table.columns) != list(range(latents)) or table.isna().values.any():
        raise BadInput(path, lines[-1], f"not a row for each class and each of {latents} latents")
    table = table[range(latents)]
    table.loc[ALL] = table.mul(pandas.Series(examples), axis=0).sum() / sum(examples.values())
    return table


def _edge(task, inputs):
    """The task says how inputs lie, not how many they are: its patches may be large."""
    name, options = parse_name(task)
    edge = math.isqrt(inputs)
    in_order = ("permuted", "true") not in options
    return edge if name in PICTURES and in_order and edge * edge == inputs else 0
