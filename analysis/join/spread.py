"""How much seconds vary from machine to machine, beside how much they do on one.

Of ln seconds, as machines multiply times; one-way random effects by the method of moments
(Searle, Casella and McCulloch, Variance Components, 1992, chapter 3), for shards of any numbers
of repetitions.
"""
import math

import numpy
import pandas

SHOWN = 20  # cells on the screen; shards.csv has all


def by_cell(shards):
    """A row a cell that was timed by two shards or more, the most variable between them first.

    `within` and `between` are standard deviations of ln seconds: 0.01 is a per cent. NaN where
    each shard has one repetition, which tells the two not apart. `slowest` is a shard, and
    `over_mean` its time over the mean of all.
    """
    found = []
    for cell, rows in _timed(shards).groupby("cell_id", sort=False):
        by_shard = rows.groupby("shard")["log"]
        counts, means = by_shard.count(), by_shard.mean()
        if len(means) < 2:
            continue
        within, between = _components(counts, means, by_shard.agg(_squares))
        found.append({
            "cell_id": cell, "repetitions": len(rows), "shards": len(means), "within": within,
            "between": between, "slowest": means.idxmax(),
            "over_mean": math.exp(means.max() - means.mean())})
    cells = pandas.DataFrame(found, columns=[
        "run_id", "cell_id", "repetitions", "shards", "within", "between", "slowest", "over_mean"])
    return cells.sort_values(["between", "over_mean"], ascending=False, kind="stable")


def by_shard(shards):
    """{index: (mean, least, most)} over cells that all have timed, of a shard's time over the
    mean of all shards'."""
    means = _timed(shards).groupby(["cell_id", "shard"])["log"].mean().unstack().dropna()
    over = numpy.exp(means.sub(means.mean(axis=1), axis=0))
    return {index: (math.exp(numpy.log(of).mean()), of.min(), of.max())
            for index, of in over.items() if len(of)}


def text(cells, shards):
    """Lines: a table of cells, one of shards, and the largest."""
    if not len(cells):
        yield "no cell was timed by two shards"
        return
    shown = cells.head(SHOWN)
    width = max(map(len, shown["cell_id"]))
    yield "standard deviation of seconds, the largest between shards first"
    yield f"{'':{width}}  {'within':>8}  {'between':>8}  {'slowest':>8}  over the mean"
    of = shards[0].of
    for row in shown.itertuples():
        yield (f"{row.cell_id:{width}}  {_per_cent(row.within):>8}  {_per_cent(row.between):>8}  "
               f"{f'{row.slowest}/{of}':>8}  {row.over_mean:.3f}")
    if len(cells) > SHOWN:
        yield f"and {len(cells) - SHOWN} more in shards.csv"
    yield ""
    yield f"{'shard':>8}  {'time':>6}  {'of cells':>14}  {'sgemm':>12}  host"
    over = by_shard(shards)
    for shard in shards:
        mean, least, most = over.get(shard.index, (math.nan,) * 3)
        yield (f"{f'{shard.index}/{of}':>8}  {mean:>6.3f}  {f'{least:.3f} to {most:.3f}':>14}  "
               f"{_sgemm(shard):>5.1f} GFLOP/s  {shard.hosts}")
    yield ""
    largest = next(cells.itertuples())
    yield (f"within shards {_per_cent(cells['within'].median())}, between them "
           f"{_per_cent(cells['between'].median())} (medians of {len(cells)} cells); the largest "
           f"between: {_per_cent(largest.between)}, {largest.cell_id}, where shard "
           f"{largest.slowest}/{of} takes {largest.over_mean:.3f} of the mean")


def _timed(shards):
    frames = []
    for shard in shards:
        rows = shard.rows
        rows = rows[(rows["part"] == "total") & (rows["status"] == "ok")]
        frames.append(pandas.DataFrame({"cell_id": rows["cell_id"], "shard": shard.index,
                                        "seconds": rows["seconds"].astype(float)}))
    timed = pandas.concat(frames, ignore_index=True)
    timed = timed[timed["seconds"] > 0]
    return timed.assign(log=numpy.log(timed["seconds"]))


def _squares(logs):
    return ((logs - logs.mean()) ** 2).sum()


def _components(counts, means, squares):
    """(within, between), standard deviations."""
    total, shards = counts.sum(), len(counts)
    if total == shards:
        return math.nan, math.nan
    within = squares.sum() / (total - shards)
    grand = (counts * means).sum() / total
    mean_square = (counts * (means - grand) ** 2).sum() / (shards - 1)
    size = (total - (counts ** 2).sum() / total) / (shards - 1)
    return math.sqrt(within), math.sqrt(max(0.0, (mean_square - within) / size))


def _sgemm(shard):
    calibration = shard.manifest.get("calibration") or {}
    return max((speeds["gemm_flops_per_second"] for speeds in calibration.values() if speeds),
               default=math.nan) / 1e9


def _per_cent(deviation):
    return "?" if math.isnan(deviation) else f"{100 * deviation:.2f} %"
