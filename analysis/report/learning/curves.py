"""A learning run, read from its folder and checked: each row of curves.csv is a look at
a learner."""
import dataclasses

from analysis.report.learning.latents import read_latents
from analysis.report.run import (
    BadInput, Run, check_rows, check_words, parse_json, read_manifest, read_table, table_file)
from analysis.report.verdicts import FILE as VERDICTS
from analysis.report.verdicts import checked

TABLE = "curves.csv"
TEXTS = ["schema", "experiment", "definition_sha256", "run_id", "learner", "contestant", "task",
         "seed", "split", "status", "reason"]
NUMBERS = ["parameters", "step", "examples", "seconds", "macs", "accuracy"]
# Of a model that went astray they needn't be finite; information is a difference.
FLOATS = ["loss", "train_loss", "latent_information", "distinct_latents"]
STATUSES = ("ok", "stopped", "failed")
SPLITS = ("held_out", "train", "test")


@dataclasses.dataclass(eq=False)
class LearningRun(Run):
    """Its rows are those of curves.csv."""
    latents: dict = dataclasses.field(default_factory=dict)  # of learners, by their ids


def read_learning_run(folder, name=""):
    """With its verdicts, which are about nothing else."""
    rows = _read_rows(table_file(folder, TABLE))
    experiment, run_id, manifest, definition = read_manifest(folder, rows)
    return LearningRun(name, experiment, run_id, manifest, definition, rows,
                       verdicts=_read_verdicts(folder / VERDICTS),
                       latents=read_latents(folder, manifest, rows))


def _read_rows(path):
    rows = read_table(path, TEXTS + NUMBERS + FLOATS, NUMBERS, FLOATS)
    check_rows(path, rows, STATUSES)
    check_words(path, rows["split"], SPLITS)
    for column in NUMBERS:
        # What failed could not be asked.
        asked = rows["status"] != "failed" if column == "accuracy" else True
        for line in rows.index[rows[column].isna() & asked][:1]:
            raise BadInput(path, line, f'{column} = "" is not a number')
    return rows


def _read_verdicts(path):
    """As judge_curves writes them, a list; None if nobody has judged."""
    if not path.exists():
        return None
    verdicts, text = parse_json(path)
    return checked(path, text, verdicts)
