"""All figures of a run, rendered; one whose data don't exist is left out."""
import re

from analysis.report import lines, pairs, parts, roofline, variants
from analysis.report.charts import svg


def figures(run, sweeps):
    return rendered(_drawings(run, sweeps))


def rendered(drawings):
    """Figures of (index of the sweep or None, drawing)."""
    files, taken = [], set()
    for index, drawing in drawings:
        files.append(svg.rendered(drawing, _free_name(drawing.name, taken), index))
    return files


def _drawings(run, sweeps):
    """(index of the sweep or None, drawing)"""
    used = set()
    for index, sweep in enumerate(sweeps):
        along = [lines.time_drawing, lines.memory_drawing, pairs.ratio_drawing,
                 variants.speed_drawing] if sweep.dimension else []
        for draw in along + [parts.share_drawing]:
            drawing = draw(run, sweep)
            if drawing:
                used.update(drawing.used)
                yield index, drawing
    for index, drawing in pairs.crossover_drawings(run, sweeps):
        used.update(drawing.used)
        yield index, drawing
    order = [name for sweep in sweeps for name in sweep.contestants]
    for drawing in (variants.trade_off_drawing(run), roofline.roofline_drawing(run, order),
                    pairs.fits_drawing(run, used)):
        if drawing:
            yield None, drawing


def _free_name(wanted, taken):
    """Fit for a file, and not given before."""
    stem = re.sub(r"[^\w-]+", "_", wanted)
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    taken.add(name)
    return name
