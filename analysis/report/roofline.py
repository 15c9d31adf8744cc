"""The roofline: each part's speed against its FLOPs per byte, under the machine's roofs."""
from analysis.report import texts
from analysis.report.charts.chart import Axis, Drawing, Line, Look, Mark, Panel
from analysis.report.charts.colours import part_look
from analysis.report.names import part_text, short_names
from analysis.report.sweep import medians_of_parts


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
    low_x, high_x, low_y, high_y = _window(marks, roofs)
    panels = []
    for name in everyone:
        x = Axis("FLOPs per byte", texts.significant, limits=(low_x, high_x))
        y = Axis("speed", lambda v: texts.rate_text(v, "FLOP/s"), limits=(low_y, high_y))
        own = marks[marks["contestant"] == name]
        points = [Mark(part_text(row.part), part_look(row.part), row.x, row.y)
                  for row in own.itertuples()]
        panels.append(Panel(names[name], x, y, _roofs(roofs, low_x, high_x) + points, 230))
    return Drawing("roofline", _caption(roofs), panels)


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


def _roofs(roofs, low_x, high_x):
    """The slope to the highest roof, and both roofs from where it meets them."""
    memory, peak = roofs["memory"], max(roofs["gemm"], roofs["fma"] or 0)
    lines = [Line(f"memory {texts.rate_text(memory, 'B/s')}", Look("muted"),
                  [(low_x, memory * low_x), (peak / memory, peak)], kind="roof")]
    for roof, name, dash in (("fma", "FMA peak", ""), ("gemm", "sgemm", "5 3")):
        if roofs[roof]:
            lines.append(Line(
                f"{name} {texts.rate_text(roofs[roof], 'FLOP/s')}", Look("muted", dash=dash),
                [(roofs[roof] / memory, roofs[roof]), (high_x, roofs[roof])], kind="roof"))
    return lines


def _caption(roofs):
    fma = f"multiply-adds from registers {texts.rate_text(roofs['fma'], 'FLOP/s')}, " \
        if roofs["fma"] else ""
    return "Roofline: the speed of each part with multiply-adds against its FLOPs per byte " \
        "(2 a multiply-add; operands read once and written once), at each contestant's " \
        f"cell with the most work. Roofs, as calibrated in this run: {fma}" \
        f"sgemm {texts.rate_text(roofs['gemm'], 'FLOP/s')}, memory " \
        f"{texts.rate_text(roofs['memory'], 'B/s')}. A part above the slope finds its operands " \
        "in cache."
