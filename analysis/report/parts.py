"""Figures of what a forward is made of: shares of time, and the roofline."""
from analysis.report import style
from analysis.report.lines import Drawing
from analysis.report.names import LETTERS, label, part_text, short_names
from analysis.report.sweep import medians_of_parts

# A part that is nowhere a larger share gets no label.
LEAST_SHARE = 0.03
MOST_PANELS = 8


def share_drawing(run, sweep):
    """Each part's share of the time: areas along the letter, else a bar a contestant."""
    shares = _shares(run)
    everyone = [each for each in sweep.series() if not each.timed.empty]
    if shares.empty or not everyone:
        return None
    if sweep.letter is None:
        return _bars(sweep, everyone, shares)
    drawn = [(each, shares.reindex(each.timed.index).fillna(0)) for each in everyone
             if len(each.timed) > 1][:MOST_PANELS]
    if not drawn:
        return None
    names = short_names([each.contestant for each in everyone])
    figure, panes = style.panels(len(drawn), size=(2.7, 2.4), right=1.45)
    for axes, (series, parts) in zip(panes, drawn):
        _areas(axes, list(series.timed["x"]), parts)
        style.power_of_two_ticks(axes.xaxis, list(series.timed["x"]))
        axes.set_xlabel(LETTERS[sweep.letter])
        axes.set_title(label(series, names).replace("\n", ", "))
    panes[0].set_ylabel("share of the time")
    caption = f"What a forward's time is made of, against {LETTERS[sweep.letter]}: attention " \
        "blue, projections orange." + _small_text([parts for _, parts in drawn])
    return Drawing(f"shares_{sweep.name}", caption, figure, sweep.letter)


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
    axes.set_xscale("log")
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    axes.grid(False)
    last, below, labels = parts.iloc[-1], 0, []
    for part in parts:
        if parts[part].max() >= LEAST_SHARE:
            text = f"{part_text(part)} {100 * last[part]:.0f} %"
            labels.append((x[-1], below + last[part] / 2, text, style.INK))
        below += last[part]
    style.end_labels(axes, labels)
    _bridges(axes, labels, parts)


def _bridges(axes, labels, parts):
    """A stroke of the part's colour between the area and its label."""
    named = [part for part in parts if parts[part].max() >= LEAST_SHARE]
    for note, part, (x, y, _, _) in zip(axes.texts[-len(labels):], named, labels):
        axes.annotate("", (x, y), (note.xyann[0] - 1, note.xyann[1]), xycoords="data",
                      textcoords="offset points", annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "lw": 2, "shrinkA": 0, "shrinkB": 0,
                                  "color": style.PARTS.get(part, style.MUTED)})


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
                          va="center", fontsize=7, color=style.PAPER)
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


def roofline_drawing(run):
    """Arithmetic intensity against speed, with the machine's two roofs."""
    peak, bandwidth = run.gemm_flops_per_second, run.bytes_per_second
    parts = medians_of_parts(run).reset_index()
    parts = parts[(parts["flops"] > 0) & (parts["bytes_moved"] > 0) & (parts["seconds"] > 0)]
    if not peak or not bandwidth or parts.empty:
        return None
    contestant = run.rows.groupby("cell_id", sort=False)["contestant"].first()
    parts = parts.assign(x=parts["flops"] / parts["bytes_moved"],
                         y=parts["flops"] / parts["seconds"],
                         contestant=parts["cell_id"].map(contestant))
    everyone = sorted(parts["contestant"].unique())
    names = short_names(everyone)
    figure, panes = style.panels(len(everyone), size=(3.2, 2.5), right=1.45)
    for axes, name in zip(panes, everyone):
        _roofline_panel(axes, parts[parts["contestant"] == name], parts, peak, bandwidth)
        axes.set_title(names[name].replace("\n", ", "))
    caption = "Roofline: speed of each part against its FLOPs per byte (operands read once and " \
        f"written once). Roofs: sgemm {style.rate_text(peak, 'FLOP/s')} and memory " \
        f"{style.rate_text(bandwidth, 'B/s')}, as calibrated in this run. Large: the cell with " \
        "the most work. A part above the slope finds its operands in cache."
    return Drawing("roofline", caption, figure)


def _roofline_panel(axes, own, everything, peak, bandwidth):
    axes.set_xscale("log")
    axes.set_yscale("log")
    low_x, high_x = everything["x"].min() / 2, max(everything["x"].max(), peak / bandwidth) * 3
    low_y = min(everything["y"].min() / 2, peak / 20)
    axes.set_xlim(low_x, high_x)
    axes.set_ylim(low_y, max(everything["y"].max(), peak) * 2)
    ridge = peak / bandwidth
    axes.plot([low_x, ridge, high_x], [bandwidth * low_x, peak, peak], color=style.MUTED, lw=1.2,
              marker="")
    work = own.groupby("cell_id", sort=False)["flops"].sum()
    largest = own[own["cell_id"] == work.idxmax()]
    labels = []
    for part, rows in own.groupby("part", sort=False):
        colour = style.PARTS.get(part, style.MUTED)
        axes.plot(rows["x"], rows["y"], ls="", marker="o", ms=3, mew=0, color=colour, alpha=0.5)
    for row in largest.itertuples():
        colour = style.PARTS.get(row.part, style.MUTED)
        axes.plot(row.x, row.y, ls="", marker="o", ms=6.5, mew=0.8, mec=style.PAPER, color=colour,
                  zorder=4)
        labels.append((high_x, row.y, part_text(row.part), style.INK, row.x, colour))
    style.end_labels(axes, [each[:4] for each in labels])
    for note, (_, y, _, _, x, colour) in zip(axes.texts[-len(labels):], labels):
        axes.annotate("", (x, y), note.xyann, xycoords="data", annotation_clip=False,
                      textcoords=note.get_transform(), arrowprops=None)
    style.decimal_ticks(axes.xaxis, style.short_tick(style.significant))
    style.decimal_ticks(axes.yaxis, style.short_tick(lambda v: style.rate_text(v, "FLOP/s")))
    axes.set_xlabel("FLOPs per byte")
    axes.set_ylabel("speed")
