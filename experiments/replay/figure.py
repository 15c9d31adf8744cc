"""Simulated seconds against ranks, a panel a platform."""
import io

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402 (after the choice of a backend)

MARKERS = "osD^v<>*"


def figure(experiment, rows):
    """SVG; the same bytes for the same rows."""
    matplotlib.rcParams["svg.hashsalt"] = "simulated"
    done = [row for row in rows if row["status"] == "ok"]
    platforms = list(dict.fromkeys(row["platform"] for row in done))
    kinds = list(dict.fromkeys((row["contestant"], row["exchange"]) for row in done))
    sizes = sorted({row["N"] for row in done})
    drawing, panels = pyplot.subplots(1, len(platforms), sharey=True, squeeze=False,
                                      figsize=(1.5 + 4.5 * len(platforms), 4.8))
    for panel, platform in zip(panels[0], platforms):
        lines = {}
        for row in done:
            if row["platform"] == platform:
                key = (kinds.index((row["contestant"], row["exchange"])), row["N"],
                       row["cell_id"].partition("/ranks=")[0])
                lines.setdefault(key, []).append((row["ranks"], float(row["seconds"])))
        for (kind, size, _), points in sorted(lines.items()):
            contestant, exchange = kinds[kind]
            panel.plot(*zip(*sorted(points)), color=f"C{kind % 10}",
                       marker=MARKERS[sizes.index(size) % len(MARKERS)],
                       label=f"{contestant}, {exchange}, N={size:,}")
        panel.set(title=f"simulated on {platform}", xlabel="ranks", xscale="log", yscale="log")
        panel.xaxis.set_major_formatter("{x:.0f}")
        panel.set_xticks(sorted({row["ranks"] for row in done}))
        panel.minorticks_off()
    panels[0][0].set_ylabel("seconds of a forward, simulated")
    panels[0][-1].legend(fontsize="x-small", loc="upper left", bbox_to_anchor=(1, 1))
    drawing.suptitle(f"{experiment}: simulated, not measured")
    file = io.BytesIO()
    drawing.savefig(file, format="svg", metadata={"Date": None}, bbox_inches="tight")
    pyplot.close(drawing)
    return file.getvalue()
