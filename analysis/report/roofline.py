"""The roofline: each part's speed against its FLOPs per byte, under the machine's roofs."""
import math

from analysis.report import style
from analysis.report.lines import Drawing
from analysis.report.names import part_text, short_names
from analysis.report.sweep import medians_of_parts

DASHED = (0, (4, 2))


def roofline_drawing(run, order):
    """A panel a contestant, in that order: its parts at its largest cell. None for a run
    that was not calibrated."""
    roofs = {"gemm": run.gemm_flops_per_second, "memory": run.bytes_per_second,
             "fma": run.fma_flops_per_second}
    marks = largest_cells(run)
    everyone = [name for name in dict.fromkeys(order) if name in set(marks["contestant"])]
    if not roofs["gemm"] or not roofs["memory"] or not everyone:
        return None
    names = short_names(everyone)
    window = _window(marks, roofs)
    figure, panes = style.panels(len(everyone), size=(2.9, 2.5), right=1.5)
    for axes, name in zip(panes, everyone):
        _panel(axes, marks[marks["contestant"] == name], roofs, window)
        axes.set_title(names[name].replace("\n", ", "))
    for axes in panes[::2]:
        axes.set_ylabel("speed")
    return Drawing("roofline", _caption(roofs), figure)


def largest_cells(run):
    """One row a part with MACs, of each contestant's cell with the most of them: columns
    contestant, part, x (FLOPs a byte) and y (FLOPs a second)."""
    parts = medians_of_parts(run).reset_index()
    parts = parts[(parts["macs"] > 0) & (parts["bytes_moved"] > 0) & (parts["seconds"] > 0)]
    contestant = run.rows.groupby("cell_id", sort=False)["contestant"].first()
    parts = parts.assign(contestant=parts["cell_id"].map(contestant),
                         x=2 * parts["macs"] / parts["bytes_moved"],
                         y=2 * parts["macs"] / parts["seconds"])
    work = parts.groupby(["contestant", "cell_id"], sort=False)["macs"].sum()
    largest = {cell for _, cell in work.groupby(level=0).idxmax()} if len(work) else set()
    return parts[parts["cell_id"].isin(largest)]


def _window(marks, roofs):
    """(low x, high x, low y, high y) of all panels: they are to be compared."""
    peak = max(roofs["gemm"], roofs["fma"] or 0)
    ridge = peak / roofs["memory"]
    low_x = min(marks["x"].min() / 2, ridge / 30)
    return (low_x, max(marks["x"].max(), ridge) * 3,
            min(marks["y"].min() / 2, roofs["memory"] * low_x), max(marks["y"].max(), peak) * 3)


def _panel(axes, own, roofs, window):
    low_x, high_x, low_y, high_y = window
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(low_x, high_x)
    axes.set_ylim(low_y, high_y)
    _roofs(axes, roofs, low_x, high_x)
    labels, colours = [], []
    for row in own.itertuples():
        colours.append(style.PARTS.get(row.part, style.MUTED))
        axes.plot(row.x, row.y, ls="", marker="o", ms=6.5, mew=0.8, mec=style.PAPER,
                  color=colours[-1], zorder=4)
        labels.append((high_x, row.y, part_text(row.part), style.INK))
    style.end_labels(axes, labels, colours)
    style.decimal_ticks(axes.xaxis, style.short_tick(style.significant))
    style.decimal_ticks(axes.yaxis, style.short_tick(lambda v: style.rate_text(v, "FLOP/s")))
    axes.set_xlabel("FLOPs per byte")


def _roofs(axes, roofs, low_x, high_x):
    memory, peak = roofs["memory"], max(roofs["gemm"], roofs["fma"] or 0)
    axes.plot([low_x, peak / memory], [memory * low_x, peak], color=style.MUTED, lw=1.2)
    flat = [("gemm", "sgemm", DASHED if roofs["fma"] else "-"), ("fma", "FMA peak", "-")]
    for roof, name, line in reversed(flat):
        if roofs[roof]:
            axes.plot([roofs[roof] / memory, high_x], [roofs[roof]] * 2, color=style.MUTED,
                      lw=1.2, ls=line, label=f"{name} {style.rate_text(roofs[roof], 'FLOP/s')}")
    # Nothing is as fast as what stands above the slope, but for what lies in caches.
    axes.legend(loc="upper left", frameon=False, fontsize=7, labelcolor=style.MUTED,
                borderaxespad=0.1, labelspacing=0.2, handlelength=1.8)
    middle = (low_x * roofs["gemm"] / memory) ** 0.5
    (x0, y0), (x1, y1) = axes.transData.transform(
        [(low_x, memory * low_x), (middle, memory * middle)])
    axes.annotate(f"memory {style.rate_text(memory, 'B/s')}", (middle, memory * middle),
                  (3, -3), textcoords="offset points", ha="center", va="top", fontsize=7,
                  color=style.MUTED, rotation=math.degrees(math.atan2(y1 - y0, x1 - x0)),
                  rotation_mode="anchor")


def _caption(roofs):
    fma = f"multiply-adds from registers {style.rate_text(roofs['fma'], 'FLOP/s')}, " \
        if roofs["fma"] else ""
    return "Roofline: the speed of each part with multiply-adds against its FLOPs per byte " \
        "(2 a multiply-add; operands read once and written once), at each contestant's " \
        f"cell with the most work. Roofs, as calibrated in this run: {fma}" \
        f"sgemm {style.rate_text(roofs['gemm'], 'FLOP/s')}, memory " \
        f"{style.rate_text(roofs['memory'], 'B/s')}. A part above the slope finds its operands " \
        "in cache."
