"""Simulated rows, as CSV and as text."""
import csv
import io

# Explained in results/README.md.
COLUMNS = (
    "schema", "experiment", "definition_sha256", "cell_id", "contestant", "phase",
    "N", "M", "B", "C", "D", "H", "L", "O", "batch", "threads", "scalar",
    "ranks", "exchange", "platform", "platform_sha256",
    "seconds", "compute_seconds", "exchange_seconds", "slowest_rank",
    "flops", "bytes_sent", "messages", "bytes_held", "all_messages", "all_bytes",
    "read_flops_per_second", "latent_flops_per_second", "merge_bytes_per_second",
    "calibrated_by", "calibrated_at_N", "status", "reason")


def csv_text(rows):
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def text_table(experiment, rows):
    """Seconds of a forward, and the share that the slowest rank exchanged or waited."""
    lines = [f"\n{experiment}, simulated, not measured: seconds of a forward, and the share of "
             "exchange"]
    heading = None
    for row in rows:
        about = row["platform"], row["contestant"], row.get("exchange", "")
        if about != heading:
            heading = about
            lines.append("\n" + ", ".join(filter(None, about)))
        where = f"  N={row.get('N', ''):<10} ranks={row['ranks']:<6}"
        if row["status"] == "ok":
            seconds, share = float(row["seconds"]), float(row["exchange_seconds"])
            lines.append(f"{where} {seconds:>12.4g} s {100 * share / seconds:>5.1f} %")
        else:
            lines.append(f"{where} {row['reason']}")
    return "\n".join(lines) + "\n"
