"""cells.csv of a contest: the columns that ours has, a row as soon as it is known."""
import csv

# What a row of ours says that isn't so of a peer, or wasn't measured there.
_OURS_ALONE = ("attention", "plan", "macs", "logits", "flops", "bytes_moved", "bytes_peak",
               "parameters")


class Journal:
    def __init__(self, path, columns):
        self.file = open(path, "w", encoding="utf-8", newline="")
        self.writer = csv.DictWriter(self.file, columns, lineterminator="\n")
        self.writer.writeheader()
        self.failed = 0

    def append(self, *rows):
        for row in rows:
            self.failed += row["status"] == "failed"
            self.writer.writerow(row)
        self.file.flush()

    def close(self):
        self.file.close()


def untimed(row, status, reason):
    return row | {"part": "total", "status": status, "reason": reason}


def peers_row(row, peer, contestant):
    """What all rows of a peer's cell have in common, from that of ours."""
    entry = f"{peer}:{contestant or row['contestant']}"
    letters = row["cell_id"].split("/", 1)[1]
    return row | {"contestant": entry, "cell_id": f"{entry}/{letters}"} | dict.fromkeys(
        _OURS_ALONE, "")


def peers_time(row, repetition, answer, speed_only):
    return row | {"part": "total", "status": "ok", "repetition": repetition,
                  "seconds": repr(answer["seconds"]),
                  "cpu_seconds": repr(answer["cpu_seconds"]), "reason": speed_only}
