"""What each learner of a run came to, over its seeds: medians and ranges."""
import dataclasses

import pandas

from analysis.report.sweep import parse_name

@dataclasses.dataclass(eq=False)
class Learner:
    id: str
    label: str  # what tells it from the others of its run
    rows: pandas.DataFrame

    @property
    def contestant(self):
        return self.rows["contestant"].iloc[0]

    @property
    def parameters(self):
        return int(self.rows["parameters"].iloc[0])

    @property
    def seeds(self):
        return list(dict.fromkeys(self.rows["seed"]))

    def ends(self):
        """A row for each seed that came to its test: accuracy, gap to what it learned
        from, seconds, examples_per_second, macs_per_example."""
        done = self.rows[self.rows["status"] != "failed"].set_index("seed")
        test, train = (done[done["split"] == split] for split in ("test", "train"))
        return pandas.DataFrame({
            "accuracy": test["accuracy"], "gap": train["accuracy"] - test["accuracy"],
            "seconds": test["seconds"],
            "examples_per_second": test["examples"] / test["seconds"],
            "macs_per_example": test["macs"] / test["examples"]}).reindex(test.index)

    def looks(self):
        """Looks at held-out examples; `look` counts those of a seed."""
        held_out = self.rows[(self.rows["split"] == "held_out")
                             & (self.rows["status"] != "failed")]
        held_out = held_out.sort_values("step", kind="stable")
        return held_out.assign(look=held_out.groupby("seed").cumcount())

    def course(self, x, y):
        """Columns x and y (medians over seeds at a look), low and high (of y). Looks that
        fewer than half of the seeds got to are left out: the rest isn't like them. A
        budget ends each seed at a step of its own, so steps don't tell looks apart."""
        seen = self.looks()
        grouped = seen[seen[y].notna()].groupby("look")
        course = pandas.DataFrame({
            "x": grouped[x].median(), "y": grouped[y].median(), "low": grouped[y].min(),
            "high": grouped[y].max()})
        return course[grouped["seed"].count() * 2 >= len(self.seeds)]

    def before_and_after(self, column):
        """Medians at the first and the last look of each seed, or None."""
        seen = self.looks()
        by_seed = seen[seen[column].notna()].groupby("seed")[column]
        return None if by_seed.ngroups == 0 else (by_seed.first().median(),
                                                  by_seed.last().median())

    def troubles(self):
        """"failed: step 12: … (seeds 1, 3)" of whatever did not go to its last step."""
        seeds = {}
        for seed, rows in self.rows.groupby("seed", sort=False):
            trouble = _trouble(rows)
            if trouble:
                seeds.setdefault(trouble, []).append(seed)
        everyone = self.seeds
        return [text + _whose(own, everyone) for text, own in seeds.items()]


def _trouble(rows):
    for status in ("failed", "stopped"):
        own = rows[rows["status"] == status]
        if len(own):
            return f"{status}: {own['reason'].iloc[-1]}"
    if (rows["split"] == "test").any():
        return ""
    return f"not finished: at step {int(rows['step'].max()):,}"


def _whose(seeds, everyone):
    if len(everyone) == 1:
        return ""
    if len(seeds) == len(everyone):
        return f" (all {len(everyone)} seeds)"
    return f" (seed{'s' if len(seeds) > 1 else ''} {', '.join(seeds)})"


def learners(run):
    """In the order of their first rows."""
    groups = {name: rows for name, rows in run.rows.groupby("learner", sort=False)}
    named = labels({name: rows.iloc[0] for name, rows in groups.items()})
    return [Learner(name, named[name], rows) for name, rows in groups.items()]


def labels(rows):
    """{id: what differs in it from the others}, of one row each."""
    stems = {name: parse_name(row["contestant"])[0] for name, row in rows.items()}
    options = {name: _options(name, row) for name, row in rows.items()}
    found = {}
    for name, own in options.items():
        differing = [f"{key}={value}" for key, value in own.items()
                     if _differs(key, stems[name], options, stems)]
        stem = [stems[name]] if len(set(stems.values())) > 1 else []
        found[name] = ", ".join(stem + differing) or rows[name]["contestant"]
    return found


def _differs(key, stem, options, stems):
    """Has it several values, or do some learners of that name lack it?"""
    values = {own[key] for own in options.values() if key in own}
    return len(values) > 1 or any(
        key not in own for name, own in options.items() if stems[name] == stem)


def _options(name, row):
    """{"form": "streaming", "task": …, "M": "16", …} of "CONTESTANT/TASK/M=16/…"."""
    rest = name.removeprefix(f"{row['contestant']}/{row['task']}")
    return {**dict(sorted(parse_name(row["contestant"])[1])), "task": row["task"],
            **dict(each.split("=", 1) for each in rest.split("/") if "=" in each)}
