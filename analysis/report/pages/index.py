"""The index of several experiments: what they say together, and where to read on."""
import collections
import dataclasses

from analysis.report.names import estimate_text
from analysis.report.pages.summary import surprises
from analysis.report.pages.templating import render
from analysis.report.tables import Cell, Column, Table, claimed, verdict_row
from analysis.report.verdicts import SYMBOLS, is_surprise

# The scale of intervals: exponents from 0 to this.
WIDEST = 2.5
EXPERIMENTS = [Column("experiment"), Column("question"), Column("measured"),
               Column("run, s", True), Column("verdicts")]


def index_page(summaries, others, changes=None, since="", ranks=(), files=""):
    """`others` are verdicts that no measurement is about; `changes` are since an earlier
    folder, which `since` names; `ranks` are (experiment, figure, tables) of runs that differ in
    their ranks, whose figures are in the folder `files`."""
    everyone = [verdict for each in summaries for verdict in each.verdicts or []] + list(others)
    machines = _shared([each.machine for each in summaries])
    builds = _builds([each.build for each in summaries])
    return render(
        "index.html", title=_title(summaries, machines), machines=machines, builds=builds,
        made=_made(machines, builds), totals=_totals(summaries, everyone),
        surprises=sorted([_linked(each, verdict) for each in summaries
                          for verdict in surprises(each.verdicts)],
                         key=lambda row: not row["surprise"]),
        exponents=_exponents(summaries), crossings=_some(summaries, "crossover"),
        ratios=_some(summaries, "ratio", "at_least"), leaders=_leaders(summaries),
        learners=_learners(summaries), ranks=_ranks(ranks, files), experiments=_experiments(summaries),
        warnings=[(each, warning) for each in summaries for warning in each.warnings],
        others=[verdict_row(verdict) for verdict in others], widest=WIDEST, changes=changes,
        since=since)


def _title(summaries, machines):
    """The machine by its cores and CPU, if they are all of one kind."""
    kinds = {text.split(" · ")[0] for text, _ in machines}
    where = f" on {kinds.pop()}" if len(kinds) == 1 else ""
    return f"{len(summaries)} experiments{where}"


def _made(machines, builds):
    """What all of them share, once: " · " joins what is said of machines and of builds."""
    def shared(texts):
        parts = [text.split(" · ") for text, _ in texts]
        return [part for part in (parts[0] if parts else []) if all(part in each for each in parts)]
    return " · ".join(shared(machines)[1:] + [part for part in shared(builds)
                                              if not part.startswith("commits")])


def _shared(texts):
    """[(text, how many say so)], the most common first."""
    return collections.Counter(text for text in texts if text).most_common()


def _builds(texts):
    """As _shared, with the commits of one build in one line."""
    commits = collections.defaultdict(collections.Counter)
    for text in filter(None, texts):
        parts = text.split(" · ")
        commit = next((part for part in parts if part.startswith("commit ")), "")
        commits[" · ".join(part for part in parts if part != commit)][commit[len("commit "):]] += 1
    return [(" · ".join(filter(None, [text, _commits(own)])), sum(own.values()))
            for text, own in commits.items()]


def _commits(counts):
    said = [f"{commit} ({count})" if len(counts) > 1 else commit
            for commit, count in counts.most_common() if commit]
    return f"commit{'s' if len(said) > 1 else ''} {', '.join(said)}" if said else ""


def _totals(summaries, verdicts):
    """[(number, what)]"""
    counts = collections.Counter(verdict["verdict"] for verdict in verdicts)
    wall = sum(each.seconds for each in summaries)
    return [(str(len(summaries)), "experiments"), (f"{wall / 60:,.0f} min", "of measuring")] + [
        (str(counts[word]), word.lower()) for word in SYMBOLS] + [
        (str(sum(map(is_surprise, verdicts))), "not as expected")]


def _linked(summary, verdict):
    return {**verdict_row(verdict), "experiment": summary.title,
            "href": f"{summary.href}#{summary.anchors[verdict['id']]}"}


def _headline(summary):
    """Papers' tables and variants have tables of their own."""
    return not summary.experiment.startswith("paper_") and summary.leaders is None


def _some(summaries, *kinds):
    return [_linked(each, verdict) for each in summaries if _headline(each)
            for verdict in each.verdicts or []
            if verdict.get("kind") in kinds and verdict.get("quantity") == "seconds"
            and verdict.get("estimate") is not None]


def _exponents(summaries):
    """With what a picture of an interval needs, in shares of the scale."""
    found = []
    for each in summaries:
        for verdict in each.verdicts or []:
            values = [verdict.get(key) for key in ("low", "estimate", "high")]
            if _headline(each) and verdict.get("kind") == "exponent" and None not in values \
                    and verdict.get("quantity") == "seconds":
                claim = verdict.get("value")
                around = verdict.get("tolerance") or 0
                band = [] if claim is None else [claim - around, claim, claim + around]
                found.append({**_linked(each, verdict), "claimed": claimed(verdict),
                              "estimate": estimate_text(verdict), "contestant":
                              verdict.get("contestant") or "", "variable": verdict.get("variable"),
                              "part": verdict.get("part") or "",
                              "interval": [_share(value) for value in values],
                              "band": [_share(value) for value in band]})
    return found


def _share(value):
    return round(100 * min(max(value / WIDEST, 0), 1), 2)


def _leaders(summaries):
    return [(each, dataclasses.replace(each.leaders, id=f"leaders{i}"))
            for i, each in enumerate(summaries) if each.leaders]


def _ranks(found, files):
    """With what a figure on a page needs."""
    sections = []
    for number, (experiment, figure, tables) in enumerate(found, 1):
        shown = figure and {"id": f"figure-{figure.name}", "number": number, "figure": figure,
                            "file": f"{files}/{figure.name}", "shown": figure.panels,
                            "folded": [], "verdicts": []}
        sections.append((experiment, shown, [dataclasses.replace(table, id=f"ranks{number}-{k}")
                                             for k, table in enumerate(tables)]))
    return sections


def _learners(summaries):
    """All learners in one table, those of an experiment by their accuracy."""
    rows, columns = [], []
    for each in summaries:
        if each.learners is None:
            continue
        columns = [Column("experiment"), *each.learners.columns[:6], each.learners.columns[7]]
        own = sorted(each.learners.rows, key=lambda row: -(row[1].value or 0))
        rows += [[Cell(each.title, href=each.href), *row[:6], row[7]] for row in own]
    return Table(columns, rows, "learners", id="learners") if rows else None


def _experiments(summaries):
    rows = []
    for each in summaries:
        counts = collections.Counter(verdict["verdict"] for verdict in each.verdicts or [])
        said = ", ".join(f"{counts[word]} {SYMBOLS[word]}" for word in SYMBOLS if counts[word])
        judged = said or ("not judged" if each.verdicts is None else "no claims")
        rows.append([Cell(each.title, href=each.href), Cell(each.shows), Cell(each.counted),
                     Cell(f"{each.seconds:,.0f}" if each.seconds else "–", each.seconds),
                     Cell(judged, note="drifted" if each.warnings else "")])
    return Table(EXPERIMENTS, rows, "experiments", id="experiments")
