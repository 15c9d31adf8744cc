"""Figures of what a forward is made of: shares of time."""
from analysis.report import style
from analysis.report.lines import Drawing
from analysis.report.names import DIMENSIONS, label, part_text, short_names
from analysis.report.sweep import medians_of_parts

# A part that is nowhere a larger share gets no label.
LEAST_SHARE = 0.03
MOST_PANELS = 8


def share_drawing(run, sweep):
    """Each part's share of the time: areas along the dimension, else a bar a contestant."""
    shares = _shares(run)
    everyone = [each for each in sweep.series() if not each.timed.empty]
    if shares.empty or not everyone:
        return None
    if sweep.dimension is None:
        return _bars(sweep, everyone, shares)
    drawn = [(each, shares.reindex(each.timed.index).fillna(0)) for each in everyone
             if len(each.timed) > 1][:MOST_PANELS]
    if not drawn:
        return None
    names = short_names([each.contestant for each in everyone])
    figure, panes = style.panels(len(drawn), size=(2.4, 2.3), right=1.5)
    for axes, (series, parts) in zip(panes, drawn):
        _areas(axes, list(series.timed["x"]), parts)
        axes.set_xlabel(DIMENSIONS[sweep.dimension])
        axes.set_title(label(series, names).replace("\n", ", "))
    for axes in panes[::2]:
        axes.set_ylabel("share of the time")
    caption = f"What a forward's time is made of, against {DIMENSIONS[sweep.dimension]}: " \
        "attention blue, projections orange." + _small_text([parts for _, parts in drawn])
    return Drawing(f"shares_{sweep.name}", caption, figure)


def _shares(run):
    """One row a cell, one column a part, in the order of the colours; rows sum to 1."""
    seconds = medians_of_parts(run)["seconds"].unstack("part")
    known = [part for part in style.PARTS if part in seconds]
    seconds = seconds[known + [part for part in seconds if part not in known]]
    seconds = seconds[seconds.sum(axis=1) > 0]
    return seconds.div(seconds.sum(axis=1), axis=0)


def _areas(axes, x, parts):
    colours = [style.PARTS.get(part, style.MUTED) for part in parts]
    axes.stackplot(x, parts.T.values, colors=colours, edgecolor=style.PAPER, linewidth=0.6)
    style.dimension_axis(axes, x)
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    axes.grid(False)
    last, below, labels, swatches = parts.iloc[-1], 0, [], []
    for part, colour in zip(parts, colours):
        if parts[part].max() >= LEAST_SHARE:
            text = f"{part_text(part)} {_percent(last[part])}"
            labels.append((x[-1], below + last[part] / 2, text, style.INK))
            swatches.append(colour)
        below += last[part]
    style.end_labels(axes, labels, swatches)


def _percent(share):
    return f"{100 * share:.0f} %" if share >= 0.005 else "< 1 %"


def _small_text(tables):
    small = sorted({part_text(part) for parts in tables for part in parts
                    if 0 < max(t[part].max() for t in tables if part in t) < LEAST_SHARE})
    return f" Without a label, under {100 * LEAST_SHARE:.0f} %: {', '.join(small)}." \
        if small else ""


def _bars(sweep, everyone, shares):
    names = short_names([each.contestant for each in everyone])
    height = 0.45 * len(everyone) + 0.2
    figure, [axes] = style.panels(1, size=(4.6, height), right=1.0)
    used = []
    for row, series in enumerate(everyone):
        parts, left = shares.loc[series.timed.index[0]].fillna(0), 0
        for part, share in parts.items():
            axes.barh(row, share, 0.6, left, color=style.PARTS.get(part, style.MUTED),
                      edgecolor=style.PAPER, linewidth=0.6)
            if share > 0.06:
                axes.text(left + share / 2, row, f"{100 * share:.0f} %", ha="center",
                          va="center", fontsize=7,
                          color=style.on(style.PARTS.get(part, style.MUTED)))
            used += [part] if share > 0 and part not in used else []
            left += share
    axes.set_yticks(range(len(everyone)), [label(each, names) for each in everyone])
    axes.invert_yaxis()
    axes.grid(False)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel("share of the time")
    for part in used:
        axes.barh(0, 0, color=style.PARTS.get(part, style.MUTED), label=part_text(part))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=7.5)
    caption = "What a forward's time is made of, a bar a contestant: attention blue, " \
        "projections orange."
    return Drawing(f"shares_{sweep.name}", caption, figure)
