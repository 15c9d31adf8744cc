"""The contest as text: a table for each number of threads, and what it comes to."""
import dataclasses
import math

from experiments.peers.contest import median
from experiments.peers.ratio import paired_ratio


@dataclasses.dataclass
class Line:
    """A cell's entrants that were timed, by name, and why others were not."""
    cell: dict
    timed: dict
    trouble: dict


def line_of(cell, entrants):
    return Line(cell, {e.name: e for e in entrants if not e.trouble},
                {e.name: e.trouble for e in entrants if e.trouble})


def table(lines, peers):
    """`lines` of one thread count; `peers` in the order of their columns."""
    common = _common_letters(lines)
    rows = [["cell", "ours"] + [text for peer in peers for text in (peer, "peer / ours")]]
    for line in lines:
        row = [_cell_text(line.cell, common), _milliseconds(line, "ours")]
        for peer in peers:
            row += [_milliseconds(line, peer), _ratio_text(line, peer)]
        rows.append(row)
    text = _aligned(rows)
    if common:
        text += "all cells: " + " ".join(f"{k}={v}" for k, v in common.items()) + "\n"
    return text + _footnotes(lines, peers)


def verdict(lines, peers):
    """One line a peer, and one for the best peer of each cell."""
    said = []
    for peer in peers:
        ratios = {i: _ratio(line, peer).estimate for i, line in enumerate(lines)
                  if _both(line, peer)}
        said.append(_verdict_line(peer, ratios, lines))
    best = {i: ratio for i, line in enumerate(lines)
            if (ratio := _best_ratio(line, peers)) is not None}
    said.append(_verdict_line("best peer", best, lines))
    return "".join(said)


def _verdict_line(name, ratios, lines):
    if not ratios:
        return f"{name}: no cell\n"
    mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
    worst = min(ratios, key=ratios.get)
    where = _cell_text(lines[worst].cell, _common_letters(lines))
    return (f"{name} / ours: geometric mean {mean:.2f}, worst {ratios[worst]:.2f} at {where}, "
            f"over {len(ratios)} cells\n")


def _best_ratio(line, peers):
    """Of the fastest peer that computes the same."""
    same = [_ratio(line, peer).estimate for peer in peers
            if _both(line, peer) and not line.timed[peer].speed_only]
    return min(same, default=None)


def _both(line, peer):
    return peer in line.timed and "ours" in line.timed


def _ratio(line, peer):
    return paired_ratio(line.timed[peer].seconds, line.timed["ours"].seconds)


def _ratio_text(line, peer):
    if not _both(line, peer):
        return ""
    ratio = _ratio(line, peer)
    return f"{ratio.estimate:.2f} [{ratio.low:.2f}, {ratio.high:.2f}]"


def _milliseconds(line, name):
    if name not in line.timed:
        return line.trouble.get(name, "-").split(":")[0]
    entrant = line.timed[name]
    return f"{1e3 * median(entrant):.3f} ms" + ("*" if entrant.speed_only else "")


def _footnotes(lines, peers):
    """Each reason once, with how often it is met."""
    counts = {}
    for line in lines:
        for peer in peers:
            if peer in line.timed and line.timed[peer].speed_only:
                note = f"* {peer}: {line.timed[peer].speed_only}; no best peer"
                counts[note] = counts.get(note, 0) + 1
        # Where ours wasn't timed, that says it for all.
        troubles = {"ours": line.trouble["ours"]} if "ours" in line.trouble else line.trouble
        for name, trouble in troubles.items():
            note = f"{name} {trouble}"
            counts[note] = counts.get(note, 0) + 1
    return "".join(f"{note} ({count} cells)\n" for note, count in counts.items())


def _common_letters(lines):
    """Letters that all cells have, with one value."""
    first = lines[0].cell["letters"]
    return {letter: value for letter, value in first.items() if len(lines) > 1 and all(
        line.cell["letters"].get(letter) == value for line in lines)}


def _cell_text(cell, common):
    own = [f"{k}={v}" for k, v in cell["letters"].items() if k not in common]
    return " ".join([cell["name"]] + own)


def _aligned(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "".join("  ".join(
        text.ljust(width) if i == 0 else text.rjust(width)
        for i, (text, width) in enumerate(zip(row, widths))).rstrip() + "\n" for row in rows)
